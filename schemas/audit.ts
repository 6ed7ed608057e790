import { Type, type Static } from '@sinclair/typebox'
import { QueueName } from './name.ts'
import { Instant } from './time.ts'
import { always, BadRequest, errorAnswer } from './error.ts'
import { variant } from './variant.ts'

const Members = Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()])

// The numbers of an id in Redis have 64 bits: one of 20 digits may be too large.
const EntryId = Type.String({ pattern: '^[0-9]{1,15}-[0-9]{1,19}$' })

export const AuditEntry = Type.Object(
  {
    id: variant(EntryId, { description: 'For `after`, to read on' }),
    at: variant(Instant, { description: 'When it was answered, in epoch seconds' }),
    who: Type.Union([Type.String(), Type.Null()], {
      description: 'The name of the token; null where the server asks for none'
    }),
    from: Type.String({ description: 'The address that the request came from' }),
    request: Type.String({ description: 'Its method and path, 512 characters at most' }),
    request_id: Type.String({ description: 'That of X-Request-Id and of the log' }),
    queue: Type.Union([QueueName, Type.Null()]),
    status: Type.Integer({ description: 'The status of the answer' }),
    count: Type.Union([Type.Integer(), Type.Null()], {
      description: 'How many jobs it changed; null where it changes none by its nature'
    }),
    before: variant(Members, {
      description: 'The members that it changed, as they were; null where there was nothing'
    }),
    after: variant(Members, {
      description: 'The same members as they are; null where nothing is left'
    })
  },
  { description: 'One call that needs the role `manage`' }
)
export type AuditEntry = Static<typeof AuditEntry>

const entry = {
  id: '1700000000000-0',
  at: 1700000000.123,
  who: null,
  from: '127.0.0.1',
  request: 'POST /control/mail',
  request_id: 'req-1',
  queue: 'mail',
  status: 200,
  count: null,
  before: { tries: 25 },
  after: { tries: 5 }
}

const Audit = Type.Object(
  {
    entries: Type.Array(AuditEntry),
    next: Type.Union([EntryId, Type.Null()], {
      description: 'The `after` of the next page; null at the end'
    })
  },
  { description: 'A page of entries', examples: [{ entries: [entry], next: null }] }
)

const Forbidden = errorAnswer(always[403].description!, "this token lacks the role 'manage'")

export const GetAudit = {
  tags: ['status'],
  summary: 'Tell who changed what',
  description:
    'Every call that needs the role `manage` and is neither refused for its form nor for its' +
    ' token: the last 10 000. A token sees those of its queues.',
  querystring: Type.Object(
    {
      queue: Type.Optional(variant(QueueName, { description: 'Only calls about this queue' })),
      who: Type.Optional(
        Type.String({
          pattern: '^[\\x21-\\x7e]{1,64}$',
          description: 'Only calls with the token of this name',
          'x-refusal': 'WHO_INVALID'
        })
      ),
      order: Type.Union([Type.Literal('desc'), Type.Literal('asc')], {
        default: 'desc',
        description: 'The newest first, or the oldest',
        'x-refusal': 'ORDER_INVALID'
      }),
      after: Type.Optional(variant(EntryId, {
        description: 'The id of the last entry of the page before',
        'x-refusal': 'AUDIT_AFTER_INVALID'
      })),
      limit: Type.Integer({
        minimum: 1,
        maximum: 1000,
        default: 100,
        description: 'How many entries at most',
        'x-refusal': 'WORKER_LIMIT_INVALID'
      })
    },
    { additionalProperties: false }
  ),
  response: { 200: Audit, 400: BadRequest, ...always, 403: Forbidden }
}
