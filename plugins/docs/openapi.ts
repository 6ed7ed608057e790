import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import fp from 'fastify-plugin'
import type {
  FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod
} from 'fastify'
import manifest from '../../package.json' with { type: 'json' }
import { onPages } from '../../schemas/header.ts'
import { addLinks } from '../../schemas/link.ts'

const description = [
  'A job queue over HTTP and JSON, on the Redis you already run.\n',
  '`curl -d \'{"to":"ann"}\' -H \'content-type: application/json\' http://localhost:5000/q/mail`' +
    ' pushes a job,',
  '`curl http://localhost:5000/q/mail` takes it. Every error is `{"error":"<sentence>"}`.',
  'A parameter that a route does not know is refused, never ignored. ' +
    'An answer repeats the `X-Request-Id` of its request; a 5xx always has one.'
].join('\n')

// All that the reader needs, from this server. The policy of Swagger UI itself turns plain HTTP
// into HTTPS, and allows a validator on the internet.
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'"
].join('; ')

const token = {
  type: 'http', scheme: 'bearer', description: 'Only where the server has tokens (PRESQUE_TOKENS)'
} as const

const tags = [
  { name: 'queue', description: 'Push one job, take one job' },
  { name: 'batch', description: 'Several jobs at once' },
  { name: 'delivery', description: 'Ack, nack, release or touch a job on lease' },
  { name: 'job', description: 'Look at jobs, retry them, cancel them' },
  { name: 'event', description: 'What happens, as it happens' },
  { name: 'error', description: 'Failures of one kind, counted together' },
  { name: 'operation', description: 'One thing that is done with many jobs, with care' },
  { name: 'control', description: 'Stop and start a queue, and set its policy' },
  { name: 'schedule', description: 'Jobs that recur' },
  { name: 'worker', description: 'Workers and their jobs' },
  { name: 'status', description: 'Queues and their jobs' }
]

const info = {
  title: 'presque',
  version: manifest.version,
  description,
  license: { name: 'MIT', identifier: 'MIT' }
}

/** Builds the OpenAPI document from the schemas of the routes: `/openapi.json`, and `/docs`. */
export default fp(async app => {
  await app.register(swagger, {
    openapi: { openapi: '3.1.1', info, components: { securitySchemes: { token } }, tags },
    transform: ({ schema, url, route: { config } }) => ({
      schema: schema && { ...schema, ...securityOf(schema.description, config?.role) },
      url: url === '/' ? url : url.replace(/\/$/, '')
    }),
    transformObject: document => complete(document, app.config.PRESQUE_MAX_WAIT)
  })
  await addReader(app)
}, {
  name: 'openapi',
  dependencies: ['config', 'error-handler', 'static-files', 'method-not-allowed']
})

// The documents are written once, and the files of the reader are sent from memory.
async function addReader (app: FastifyInstance): Promise<void> {
  const json = once(() => app.makeFile(JSON.stringify(app.swagger()), 'openapi.json'))
  const yaml = once(() => app.makeFile(app.swagger({ yaml: true }), 'openapi.yaml'))
  const sendJson = async (_: unknown, reply: FastifyReply) => await reply.sendFromMemory(json())
  const sendYaml = async (_: unknown, reply: FastifyReply) => await reply.sendFromMemory(yaml())
  const handlers: Record<string, RouteHandlerMethod> = {
    '/docs/json': sendJson, '/docs/yaml': sendYaml, '/docs/static/*': sendReader
  }
  app.addHook('onRoute', route => {
    route.handler = handlers[route.url] ?? route.handler
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    uiConfig: { tryItOutEnabled: true },
    staticCSP: policy,
    uiHooks: { onRequest: addHeaders },
    logLevel: 'warn'
  })
  app.get('/openapi.json', { schema: { hide: true } }, sendJson)
}

function addHeaders (_request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  void reply.headers(onPages)
  done()
}

const require = createRequire(import.meta.url)
const reader = join(dirname(require.resolve('@fastify/swagger-ui/package.json')), 'static')
const parts = new Set(readdirSync(reader))

async function sendReader (this: unknown, request: FastifyRequest, reply: FastifyReply) {
  const name = (request.params as { '*': string })['*']
  if (!parts.has(name)) return reply.callNotFound()
  return await reply.sendFromMemory(request.server.readFile(join(reader, name)))
}

function once<Made> (make: () => Made): () => Made {
  let made: Made | undefined
  return () => {
    made ??= make()
    return made
  }
}

// A server without tokens asks for none: hence the empty alternative.
function securityOf (description = '', role = 'any') {
  if (role === 'open') return {}
  const needs = role === 'any' ? 'a token of any role.' : `a token with the role \`${role}\`.`
  const separator = description === '' ? '' : '\n\n'
  return {
    description: `${description}${separator}Takes ${needs}`, security: [{ token: [] }, {}]
  }
}

interface Parameter {
  name: string
  required: boolean
  example?: unknown
  schema: { default?: unknown, maximum?: number }
}

interface Body {
  anyOf?: Array<{ type?: string }>
  allOf?: unknown
  'x-together'?: unknown
}

type Paths = Record<string, Record<string, Operation>>

interface Operation {
  responses: Record<string, { links?: object } | undefined>
  parameters?: Parameter[]
  requestBody?: { required: boolean, content: { 'application/json': { schema: Body } } }
}

function complete (document: unknown, maxWait: number) {
  const { openapiObject } = document as { openapiObject: { paths: Paths } }
  for (const operation of Object.values(openapiObject.paths).flatMap(Object.values<Operation>)) {
    markOptional(operation)
    boundWait(operation, maxWait)
    tellTogether(operation)
  }
  addLinks(openapiObject.paths)
  return openapiObject
}

// The generator calls every body required, and every parameter that has a default.
function markOptional ({ parameters = [], requestBody }: Operation): void {
  for (const parameter of parameters) {
    if (parameter.schema.default !== undefined) parameter.required = false
  }
  const { anyOf = [] } = requestBody?.content['application/json'].schema ?? {}
  if (anyOf.some(({ type }) => type === 'null')) requestBody!.required = false
}

// The bound of a wait is that of this server. The route's schema is shared by all servers of the
// process, so it names the largest that any may have.
function boundWait ({ parameters = [] }: Operation, most: number): void {
  for (const parameter of parameters.filter(({ name }) => name === 'wait')) {
    parameter.schema = { ...parameter.schema, maximum: most }
    parameter.example = Math.min(parameter.example as number, most)
  }
}

// What the members of a body must be together is refused by the handler, in a sentence that says
// how they contradict each other: the validator would look at it before it sees a misspelt member.
function tellTogether ({ requestBody }: Operation): void {
  const content = requestBody?.content['application/json']
  if (content?.schema['x-together'] === undefined) return
  const { 'x-together': allOf, ...schema } = content.schema
  content.schema = { ...schema, allOf }
}
