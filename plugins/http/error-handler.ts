import type { ServerResponse } from 'node:http'
import fp from 'fastify-plugin'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { errors } from '../../operations/errors.ts'
import { errorFromRedis } from '../../operations/redis-error.ts'
import { redactUrl } from '../../operations/access/redact.ts'
import { withBody } from '../../schemas/header.ts'

/**
 * Answers every error as `{"error":"<sentence>"}`: those of operations/errors.ts as they are, an
 * outage of Redis as 503, all others as a bare 500.
 */
export default fp(async app => {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const known = knownError(error, app.config.PRESQUE_MAX_BODY)
    if (known === null) {
      const { id: reqId, url } = request
      app.log.error({ reqId, err: error, url: redactUrl(url) }, 'internal error')
    }
    if (known instanceof errors.WORKER_QUIET) void reply.header('x-presque-quiet', '1')
    sendError(reply, known ?? new errors.INTERNAL() as FastifyError)
  })
  await app.register(async unrouted => answerUnknownPaths(unrouted))
  app.server.on('checkExpectation', answerExpectation)
}, { name: 'error-handler', dependencies: ['config', 'metrics'] })

function answerUnknownPaths (app: FastifyInstance): void {
  app.addHook('onResponse', app.countAnswers('(none)'))
  // Before the body is read, for no body leads to a route or to another error. After the hooks on
  // requests, for a client without a token learns nothing of the routes.
  app.addHook('preParsing', (request, _reply, _payload, done) => done(notFound(request)))
  // The route of a plugin may find nothing, either.
  app.setNotFoundHandler((request, reply) => sendError(reply, notFound(request)))
}

// Node would answer with an empty body.
function answerExpectation (_request: unknown, response: ServerResponse): void {
  const { statusCode, message } = new errors.EXPECTATION_FAILED()
  response.writeHead(statusCode!, { 'content-type': 'application/json', ...withBody })
    .end(JSON.stringify({ error: message }))
}

const codes = new Set<string>(Object.keys(errors))

function knownError (error: FastifyError, maxBody: number): FastifyError | null {
  if (codes.has(error.code)) return error
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new errors.BODY_TOO_LARGE(maxBody) as FastifyError
  }
  if (error.statusCode! < 500) return new errors.BAD_REQUEST(error.message) as FastifyError
  return errorFromRedis(error) as FastifyError | null
}

function notFound ({ method, url }: FastifyRequest): FastifyError {
  const path = url.split('?', 1)[0]!.slice(0, 200)
  return new errors.NOT_FOUND(`${method} ${path}`) as FastifyError
}

function sendError (reply: FastifyReply, { statusCode = 500, message }: FastifyError): void {
  if (statusCode === 503) void reply.header('retry-after', '1')
  if (statusCode === 401) void reply.header('www-authenticate', challenge(reply.request.url))
  void reply.code(statusCode).type('application/json').send(JSON.stringify({ error: message }))
}

// A browser that opens the documentation asks its user for a password; programs send a bearer token
// (RFC 6750, section 3).
function challenge (url: string): string {
  return `${url.startsWith('/docs') ? 'Basic' : 'Bearer'} realm="presque"`
}
