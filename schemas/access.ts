import { Type, type Static } from '@sinclair/typebox'
import { colours } from './config.ts'
import { access, BadRequest, HostUnknown } from './error.ts'

/** What a token may be allowed to do. */
export const roles = ['produce', 'consume', 'manage', 'read'] as const
export const Role = Type.Union(roles.map(role => Type.Literal(role)))
export type Role = Static<typeof Role>

const Glob = Type.String({
  pattern: '^[A-Za-z0-9_.:@*-]{1,128}$',
  description: 'A queue name, in which * stands for any characters'
})

/** One token, as PRESQUE_TOKENS holds it: not the token, but its hash. */
export const Token = Type.Object(
  {
    name: Type.String({ pattern: '^[\\x21-\\x7e]{1,64}$' }),
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    roles: Type.Array(Role, { minItems: 1, uniqueItems: true }),
    queues: Type.Array(Glob, { minItems: 1 }),
    rate: Type.Optional(
      Type.Object(
        {
          limit: Type.Integer({ minimum: 1, maximum: 1_000_000_000 }),
          period: Type.Number({ exclusiveMinimum: 0, maximum: 86400 })
        },
        { additionalProperties: false }
      )
    ),
    max_queues: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000_000 }))
  },
  { additionalProperties: false }
)
export type Token = Static<typeof Token>

/** The file that PRESQUE_TOKENS names. */
export const TokenFile = Type.Object({ tokens: Type.Array(Token) }, { additionalProperties: false })
export type TokenFile = Static<typeof TokenFile>

const Access = Type.Object(
  {
    name: Type.Union([Type.String(), Type.Null()], {
      description: 'That of the token; null while the server asks for none'
    }),
    roles: Type.Array(Role),
    queues: Type.Array(Glob),
    colour: Type.Union([...colours.map(colour => Type.Literal(colour)), Type.Null()], {
      description: 'PRESQUE_COLOUR; null where none is set'
    }),
    environment: Type.Union([Type.String(), Type.Null()], {
      description: 'What PRESQUE_NAME calls this presque; null if it has no name'
    })
  },
  {
    description: 'What the caller may do',
    examples: [{ name: null, roles: [...roles], queues: ['*'], colour: null, environment: null }]
  }
)

export const GetAccess = {
  tags: ['status'],
  summary: 'Tell what the caller may do',
  querystring: Type.Object({}, { additionalProperties: false }),
  response: { 200: Access, 400: BadRequest, 403: HostUnknown, ...access }
}
