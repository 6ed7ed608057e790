import { STATUS_CODES, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import autoload from '@fastify/autoload'
import type { FastifyHttpOptions, FastifyInstance, FastifyReply } from 'fastify'
import { errors } from './operations/errors.ts'
import type { LayoutOptions } from './plugins/layout.ts'
import type { Siblings } from './operations/meter.ts'
import { requestId } from './operations/request-id.ts'
import type { Config } from './schemas/config.ts'
import { bodyLines, withBody } from './schemas/header.ts'

// Autoload does not see that a loader reads TypeScript for us; in dist/ there is none to find.
process.env['FASTIFY_AUTOLOAD_TYPESCRIPT'] ??= '1'

const room = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

export interface PresqueOptions {
  /** Instead of the environment. */
  config?: Partial<Config>
  /** How long a request waits for Redis, in ms. */
  patience?: number
  /** The layout of the data, and how often it is looked at. */
  layout?: LayoutOptions
  /** The processes that share the port, if there are several. */
  siblings?: Siblings
  /** The folder of the built dashboard, if it is not where the build puts it; null: there is none. */
  web?: string | null
}

/** presque as one Fastify plugin: what routes share, then what HTTP offers, then a 405 for the rest. */
export default async function presque (app: FastifyInstance, { config, patience, layout, siblings, web }: PresqueOptions): Promise<void> {
  await app.register(autoload, { dir: room('plugins'), options: { config, patience, layout, siblings, web }, encapsulate: false })
  await app.register(autoload, { dir: room('routes'), dirNameRoutePrefix: false, encapsulate: false })
  app.refuseOtherMethods()
}

/** How the server around it must be made; `fastify start --options` reads it from here. */
export const options = {
  routerOptions: {
    ignoreTrailingSlash: true,
    // So that a name that is too long is refused with a sentence, not with a 404.
    maxParamLength: 16 * 1024
  },
  // A private Redis may have to load its jobs, for as long as that takes; plugins/redis.ts has a limit of its own.
  pluginTimeout: 0,
  // A request that comes in while the server drains is answered like any other; its connection ends with it.
  return503OnClosing: false,
  // Node answers a missing Host header with an empty body; plugins/headers.ts does with a sentence.
  http: { requireHostHeader: false },
  requestTimeout: 30_000,
  genReqId: ({ headers }) => requestId(headers['x-request-id']),
  frameworkErrors: (error, _request, reply) => {
    const { statusCode, message } = error.code === 'FST_ERR_BAD_URL' ? new errors.BAD_URL() : new errors.BAD_REQUEST(error.message)
    void (reply as FastifyReply).code(statusCode!).type('application/json').headers(withBody)
      .send(JSON.stringify({ error: message }))
  },
  clientErrorHandler: (error, socket) => { answerRaw(error, socket) }
} satisfies FastifyHttpOptions<Server>

// What the HTTP parser refuses never becomes a request: the answer goes out by hand.
function answerRaw (error: Error & { code?: string }, socket: Socket): void {
  const { statusCode, message } = refusalOf(error)
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const body = JSON.stringify({ error: message })
  socket.end(`HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode!]}\r\ncontent-type: application/json\r\n` +
    `${bodyLines}connection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
}

function refusalOf ({ code, message }: Error & { code?: string }) {
  if (code === 'HPE_HEADER_OVERFLOW') return new errors.HEADERS_TOO_LARGE()
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new errors.REQUEST_TIMEOUT()
  // The parser says the same of a coding that it does not know and of one beside a length.
  const isCoding = code === 'HPE_INVALID_TRANSFER_ENCODING' && !/Content-Length/i.test(message)
  return isCoding ? new errors.CODING_UNKNOWN() : new errors.BAD_REQUEST(message)
}
