import type { ServerResponse } from 'node:http'
import fp from 'fastify-plugin'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { errors, errorFromRedis } from '../../operations/errors.ts'
import { redactUrl } from '../../operations/access/redact.ts'
import { withBody } from '../../schemas/header.ts'

/** Every failure leaves as `{"error":"<sentence>"}`: refusals as they are, Redis away as 503, all else as a bare 500. */
export default fp(async app => {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const refusal = known(error, app.config.PRESQUE_MAX_BODY)
    if (refusal === null) app.log.error({ reqId: request.id, err: error, url: redactUrl(request.url) }, 'internal error')
    if (refusal instanceof errors.WORKER_QUIET) void reply.header('x-presque-quiet', '1')
    refuse(reply, refusal ?? new errors.INTERNAL() as FastifyError)
  })
  await app.register(async unrouted => {
    unrouted.addHook('onResponse', app.countAnswers('(none)'))
    // Before the body is read: no body makes a route of it, and none makes it another refusal. And
    // after the hooks on requests, for a client without a token learns nothing of what there is.
    unrouted.addHook('preParsing', (request, _reply, _payload, done) => done(notFound(request)))
    // A plugin that has a route may find nothing there, either.
    unrouted.setNotFoundHandler((request, reply) => refuse(reply, notFound(request)))
  })
  // Left alone, Node answers with an empty body.
  app.server.on('checkExpectation', (_request, response: ServerResponse) => {
    const { statusCode, message } = new errors.EXPECTATION_FAILED()
    response.writeHead(statusCode!, { 'content-type': 'application/json', ...withBody })
      .end(JSON.stringify({ error: message }))
  })
}, { name: 'error-handler', dependencies: ['config', 'metrics'] })

const codes = new Set<string>(Object.keys(errors))

function known (error: FastifyError, maxBody: number): FastifyError | null {
  if (codes.has(error.code)) return error
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new errors.BODY_TOO_LARGE(maxBody) as FastifyError
  if (error.statusCode! < 500) return new errors.BAD_REQUEST(error.message) as FastifyError
  return errorFromRedis(error) as FastifyError | null
}

function notFound ({ method, url }: FastifyRequest): FastifyError {
  return new errors.NOT_FOUND(`${method} ${url.split('?', 1)[0]!.slice(0, 200)}`) as FastifyError
}

function refuse (reply: FastifyReply, { statusCode = 500, message }: FastifyError): void {
  if (statusCode === 503) void reply.header('retry-after', '1')
  // A browser that opens the documentation asks its user; programs send a bearer token (RFC 6750, section 3).
  if (statusCode === 401) void reply.header('www-authenticate', reply.request.url.startsWith('/docs') ? 'Basic realm="presque"' : 'Bearer realm="presque"')
  void reply.code(statusCode).type('application/json').send(JSON.stringify({ error: message }))
}
