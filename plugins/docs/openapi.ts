import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import fp from 'fastify-plugin'
import type { FastifyReply, FastifyRequest } from 'fastify'
import manifest from '../../package.json' with { type: 'json' }
import { onPages } from '../../schemas/header.ts'
import { addLinks } from '../../schemas/link.ts'

const description = `A job queue over HTTP and JSON, on the Redis you already run.

\`curl -d '{"to":"ann"}' -H 'content-type: application/json' http://localhost:5000/q/mail\` puts a job in,
\`curl http://localhost:5000/q/mail\` takes it out. Every refusal is \`{"error":"<sentence>"}\`.
A parameter that a route does not know is refused, never ignored. \`X-Request-Id\`, where a request brings one, comes back with its answer; a 5xx always has one.`

// What the reader needs, all of it from here. That which Swagger UI comes with sends plain HTTP to HTTPS, and asks a validator on the net.
const policy = [
  "default-src 'none'", "script-src 'self'", "style-src 'self' 'unsafe-inline'", "img-src 'self' data:", "font-src 'self' data:", "connect-src 'self'", "base-uri 'none'",
  "form-action 'none'", "frame-ancestors 'none'"
].join('; ')

/** Builds the OpenAPI document from the routes' schemas: `/openapi.json`, and for reading and trying out, `/docs`. */
export default fp(async app => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.1',
      info: { title: 'presque', version: manifest.version, description, license: { name: 'MIT', identifier: 'MIT' } },
      components: {
        securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'Only where the server was given tokens (PRESQUE_TOKENS)' } }
      },
      tags: [
        { name: 'queue', description: 'One job in, one job out' },
        { name: 'batch', description: 'Several at once' },
        { name: 'delivery', description: 'Finish, give up, give back or keep a job that was taken on lease' },
        { name: 'job', description: 'What has become of the jobs: look, retry, cancel' },
        { name: 'event', description: 'What happens, as it happens' },
        { name: 'control', description: 'Stop, start, and set the policy' },
        { name: 'schedule', description: 'Jobs that recur' },
        { name: 'worker', description: 'Who works' },
        { name: 'status', description: 'What there is' }
      ]
    },
    transform: ({ schema, url, route: { config } }) => ({
      schema: schema === undefined ? schema : { ...schema, ...secured(schema.description, config?.role) },
      url: url === '/' ? url : url.replace(/\/$/, '')
    }),
    transformObject: document => {
      const { openapiObject } = document as { openapiObject: { paths: Record<string, Record<string, Operation>> } }
      for (const operation of Object.values(openapiObject.paths).flatMap(Object.values<Operation>)) {
        markOptional(operation)
        boundWait(operation, app.config.PRESQUE_MAX_WAIT)
        tellTogether(operation)
      }
      addLinks(openapiObject.paths)
      return openapiObject
    }
  })
  // The documents are written once, and the files of the reader come from memory.
  const json = once(() => app.makeFile(JSON.stringify(app.swagger()), 'openapi.json'))
  const yaml = once(() => app.makeFile(app.swagger({ yaml: true }), 'openapi.yaml'))
  app.addHook('onRoute', route => {
    const { url } = route
    if (url === '/docs/json') route.handler = async (_request, reply) => await reply.sendFromMemory(json())
    else if (url === '/docs/yaml') route.handler = async (_request, reply) => await reply.sendFromMemory(yaml())
    else if (url === '/docs/static/*') route.handler = sendReader
  })
  await app.register(swaggerUi, { routePrefix: '/docs', uiConfig: { tryItOutEnabled: true }, staticCSP: policy, uiHooks: { onRequest: (_request, reply, done) => { void reply.headers(onPages); done() } }, logLevel: 'warn' })
  app.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) => await reply.sendFromMemory(json()))
}, { name: 'openapi', dependencies: ['config', 'error-handler', 'static-files', 'method-not-allowed'] })

const reader = join(dirname(createRequire(import.meta.url).resolve('@fastify/swagger-ui/package.json')), 'static')
const parts = new Set(readdirSync(reader))

async function sendReader ({ params, server }: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const name = (params as { '*': string })['*']
  if (!parts.has(name)) return reply.callNotFound()
  return await reply.sendFromMemory(server.readFile(join(reader, name)))
}

function once<Made> (make: () => Made): () => Made {
  let made: Made | undefined
  return () => {
    made ??= make()
    return made
  }
}

// A server that was given no tokens asks for none: hence the empty alternative.
function secured (description = '', role = 'any') {
  if (role === 'open') return {}
  const needs = role === 'any' ? 'Takes a token of any role.' : `Takes a token with the role \`${role}\`..`
  return { description: `${description}${description && '\n\n'}${needs}`, security: [{ token: [] }, {}] }
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

interface Operation {
  responses: Record<string, { links?: object } | undefined>
  parameters?: Parameter[]
  requestBody?: { required: boolean, content: { 'application/json': { schema: Body } } }
}

// The generator calls every body required, and every parameter that has a default.
function markOptional ({ parameters = [], requestBody }: Operation): void {
  for (const parameter of parameters) {
    if (parameter.schema.default !== undefined) parameter.required = false
  }
  if (requestBody?.content['application/json'].schema.anyOf?.some(({ type }) => type === 'null')) requestBody.required = false
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
