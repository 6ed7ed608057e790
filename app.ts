import { STATUS_CODES, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import autoload from '@fastify/autoload'
import type { FastifyHttpOptions, FastifyInstance, FastifyPluginAsync, FastifyReply } from 'fastify'
import { errors } from './operations/errors.ts'
import type { Siblings } from './operations/metric/process-metrics.ts'
import { requestId } from './operations/request-id.ts'
import audit from './plugins/access/audit.ts'
import auth from './plugins/access/auth.ts'
import caps from './plugins/access/caps.ts'
import tokenQueueLimit from './plugins/access/token-queue-limit.ts'
import operator from './plugins/background/operator.ts'
import sampler from './plugins/background/sampler.ts'
import scheduler from './plugins/background/scheduler.ts'
import summaries from './plugins/background/summaries.ts'
import config from './plugins/config.ts'
import dashboard from './plugins/docs/dashboard.ts'
import openapi from './plugins/docs/openapi.ts'
import staticFiles from './plugins/docs/static-files.ts'
import admission from './plugins/http/admission.ts'
import batchedWrites from './plugins/http/batched-writes.ts'
import connections from './plugins/http/connections.ts'
import cors from './plugins/http/cors.ts'
import crossSite from './plugins/http/cross-site.ts'
import errorHandler from './plugins/http/error-handler.ts'
import halfClosed from './plugins/http/half-closed.ts'
import host from './plugins/http/host.ts'
import jsonBody from './plugins/http/json-body.ts'
import methodNotAllowed from './plugins/http/method-not-allowed.ts'
import pipelining from './plugins/http/pipelining.ts'
import securityHeaders from './plugins/http/security-headers.ts'
import serializerCache from './plugins/http/serializer-cache.ts'
import validator from './plugins/http/validator.ts'
import eventHub from './plugins/job/event-hub.ts'
import longPoll from './plugins/job/long-poll.ts'
import putBack from './plugins/job/undelivered.ts'
import replyJob from './plugins/job/reply-job.ts'
import sse from './plugins/job/sse.ts'
import metrics from './plugins/observe/metrics.ts'
import redisClient from './plugins/redis/client.ts'
import layout, { type LayoutOptions } from './plugins/redis/layout.ts'
import privateRedis from './plugins/redis/private-redis.ts'
import redisSafety from './plugins/redis/safety.ts'
import type { Config } from './schemas/config.ts'
import { bodyLines, withBody } from './schemas/header.ts'

// Autoload does not see that a loader reads TypeScript for us; in dist/ there is none to find.
process.env['FASTIFY_AUTOLOAD_TYPESCRIPT'] ??= '1'

export interface PresqueOptions {
  /** Instead of the environment. */
  config?: Partial<Config>
  /** How long a request waits for Redis, in ms. */
  patience?: number
  /** The layout of the data, and how often it is looked at. */
  layout?: LayoutOptions
  /** The processes that share the port, if there are several. */
  siblings?: Siblings
  /** The folder of the built dashboard, unless the build's own is meant; null: there is none. */
  web?: string | null
}

// Hooks run in the order in which their plugins stand here, those of one kind one after another.
const plugins = [
  config, connections, metrics, errorHandler, cors, methodNotAllowed, auth, privateRedis,
  redisClient, securityHeaders, pipelining, admission, batchedWrites, jsonBody,
  staticFiles, dashboard, halfClosed, putBack, replyJob, sse, summaries, sampler, host,
  layout, eventHub, longPoll, redisSafety, openapi, crossSite, audit, caps, tokenQueueLimit,
  serializerCache, scheduler, operator, validator
] as FastifyPluginAsync<object>[]

/** presque as one Fastify plugin: the plugins, then the routes, then a 405 for other methods. */
export default async function presque (
  app: FastifyInstance, options: PresqueOptions
): Promise<void> {
  const shared = {
    config: options.config,
    patience: options.patience,
    layout: options.layout,
    siblings: options.siblings,
    web: options.web
  }
  for (const plugin of plugins) await app.register(plugin, shared)
  const dir = fileURLToPath(new URL('routes', import.meta.url))
  await app.register(autoload, { dir, dirNameRoutePrefix: false, encapsulate: false })
  app.refuseOtherMethods()
}

/** How the server around it must be made; `fastify start --options` reads it from here. */
export const options = {
  routerOptions: {
    ignoreTrailingSlash: true,
    // So that a name that is too long is refused with a sentence, not with a 404.
    maxParamLength: 16 * 1024
  },
  // A private Redis may load its jobs for long; plugins/redis/client.ts has a limit of its own.
  pluginTimeout: 0,
  // A request that arrives while the server drains is answered, and its connection ends with it.
  return503OnClosing: false,
  // Node would answer a missing Host header with an empty body: plugins/http/security-headers.ts
  // answers with a sentence.
  http: { requireHostHeader: false },
  requestTimeout: 30_000,
  genReqId: ({ headers }) => requestId(headers['x-request-id']),
  frameworkErrors: (error, _request, reply) => {
    const isUrl = error.code === 'FST_ERR_BAD_URL'
    const known = isUrl ? new errors.BAD_URL() : new errors.BAD_REQUEST(error.message)
    void (reply as FastifyReply).code(known.statusCode!).type('application/json')
      .headers(withBody)
      .send(JSON.stringify({ error: known.message }))
  },
  clientErrorHandler: (error, socket) => { answerRaw(error, socket) }
} satisfies FastifyHttpOptions<Server>

// What the HTTP parser refuses never becomes a request: the answer goes out by hand.
function answerRaw (error: Error & { code?: string }, socket: Socket): void {
  const { statusCode, message } = errorOf(error)
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const body = JSON.stringify({ error: message })
  const lines = [
    `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode!]}`,
    'content-type: application/json',
    `${bodyLines}connection: close`,
    `content-length: ${Buffer.byteLength(body)}`
  ]
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`)
}

function errorOf ({ code, message }: Error & { code?: string }) {
  if (code === 'HPE_HEADER_OVERFLOW') return new errors.HEADERS_TOO_LARGE()
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new errors.REQUEST_TIMEOUT()
  // The parser says the same of a coding that it does not know and of one beside a length.
  const isCoding = code === 'HPE_INVALID_TRANSFER_ENCODING' && !/Content-Length/i.test(message)
  return isCoding ? new errors.CODING_UNKNOWN() : new errors.BAD_REQUEST(message)
}
