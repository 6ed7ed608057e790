import Fastify, {
  LogController, type FastifyBaseLogger, type FastifyInstance, type FastifyRequest
} from 'fastify'
import presque, { options } from '../app.ts'
import type { Siblings } from '../operations/metric/process-metrics.ts'
import { redactUrl } from '../operations/access/redact.ts'
import type { Config } from '../schemas/config.ts'
import { logStream } from './io/log.ts'

/** A presque that serves, or is about to, in one process or in several. */
export interface Serving {
  log: FastifyBaseLogger
  close (): Promise<void>
}

/** Takes over how the process ends. It is called just before a client can connect. */
export type BeforeServing = (serving: Serving) => void

/** How long SIGTERM waits for open requests. */
export const drainMs = 10_000

/** Starts a presque in this process. Resolves with its URL when it listens. */
export async function startServer (
  config: Config, beforeServing: BeforeServing, siblings?: Siblings
): Promise<string> {
  const { HOST: host, PORT: port, LOG_LEVEL: level } = config
  const app = newApp(level)
  try {
    await app.register(presque, { config, ...(siblings && { siblings }) })
    await app.ready()
    const close = async () => {
      await listening.catch(() => {})
      await app.close()
    }
    beforeServing({ log: app.log, close })
    const listenTextResolver = (address: string) => `listening at ${address}`
    const listening = app.listen({ host, port, listenTextResolver })
    await listening
  } catch (error) {
    await app.close()
    throw error
  }
  return app.listeningOrigin
}

function newApp (level: Config['LOG_LEVEL']): FastifyInstance {
  // Two lines a request cost a fifth of the throughput.
  const logsRequests = level === 'debug' || level === 'trace'
  const logController = new LogController({ disableRequestLogging: !logsRequests })
  const logger = { level, stream: logStream, serializers: { req: request } }
  return Fastify({ ...options, logger, logController, ...(!logsRequests && oneLogger) })
}

// A logger for each request, which adds the id of the request, cost as much as reading the request.
const oneLogger = { childLoggerFactory: (logger: FastifyBaseLogger) => logger }

// As Fastify does it, without tokens in the query.
function request ({ method, url, host, ip, socket }: FastifyRequest) {
  const remote = { remoteAddress: ip, remotePort: socket.remotePort ?? 0 }
  return { method, url: redactUrl(url), host, ...remote }
}
