import Fastify, { LogController, type FastifyBaseLogger, type FastifyRequest } from 'fastify'
import presque, { options } from '../app.ts'
import type { Siblings } from '../operations/metric/process-metrics.ts'
import { redactUrl } from '../operations/access/redact.ts'
import type { Config } from '../schemas/config.ts'
import { logStream } from './io/log.ts'

/** What serves, or is about to: one process or several. */
export interface Serving { log: FastifyBaseLogger, close (): Promise<void> }

/** Takes over how the process ends. It is called just before a client can connect. */
export type BeforeServing = (serving: Serving) => void

/** In ms: how long SIGTERM waits for what runs. */
export const drain = 10_000

/** Starts a presque in this process. Resolves with its URL when it listens. */
export async function startServer (
  config: Config, beforeServing: BeforeServing, siblings?: Siblings
): Promise<string> {
  const { HOST: host, PORT: port, LOG_LEVEL: level } = config
  // A line or two a request cost a fifth of the throughput.
  const talks = level === 'debug' || level === 'trace'
  const logController = new LogController({ disableRequestLogging: !talks })
  // A child of the log for each request, which says its id by itself, cost as much as reading the request does.
  const logger = { level, stream: logStream, serializers: { req: request } }
  const app = Fastify({ ...options, logger, logController, ...(!talks && { childLoggerFactory: logger => logger }) })
  try {
    await app.register(presque, { config, ...(siblings && { siblings }) })
    await app.ready()
    const close = async () => {
      await listening.catch(() => {})
      await app.close()
    }
    beforeServing({ log: app.log, close })
    const listening = app.listen({ host, port, listenTextResolver: address => `listening at ${address}` })
    await listening
  } catch (error) {
    await app.close()
    throw error
  }
  return app.listeningOrigin
}

// As Fastify has it, but for tokens in the query.
function request ({ method, url, host, ip, socket }: FastifyRequest) {
  return { method, url: redactUrl(url), host, remoteAddress: ip, remotePort: socket.remotePort ?? 0 }
}
