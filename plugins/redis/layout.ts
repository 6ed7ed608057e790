import fp from 'fastify-plugin'
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify'
import { errors } from '../../operations/errors.ts'
import { errorFromRedis } from '../../operations/redis-error.ts'
import { event } from '../../operations/event/sse-stream.ts'
import { Layout } from '../../operations/layout/layout.ts'
import { migrations as ours, type Migration } from '../../operations/layout/migration.ts'
import { storeOf } from '../../operations/redis/store.ts'

declare module 'fastify' {
  interface FastifyInstance { layout: Layout }
}

export interface LayoutOptions {
  /** Instead of those of presque. */
  migrations?: Migration[]
  /** How often the server asks Redis which layout it has, in ms. */
  every?: number
}

const newer = event('closing', {
  reason: 'the data is of a newer presque: ask another server'
})

/**
 * Stops the start on data of a newer layout, and answers 503 when such data appears later.
 * Converts data of an older layout while the server listens.
 */
export default fp<{ layout?: LayoutOptions }>(async (app, { layout: options = {} }) => {
  const logError = errorLogger(app.log)
  const layout = createLayout(app, options, logError)
  app.decorate('layout', layout)
  const store = storeOf(app.redis)
  const look = async (): Promise<void> => await layout.look().catch(logError)
  await look()
  if (store.incompatible !== undefined) throw store.incompatible
  app.redis.on('ready', look)
  app.addHook('onRequest', (request, _reply, done) => {
    const { incompatible } = store
    done(incompatible !== undefined && needsRedis(request) ? incompatible : undefined)
  })
  app.addHook('onListen', async () => layout.start())
  app.addHook('preClose', async () => await layout.close())
}, { name: 'layout', dependencies: ['redis', 'auth', 'admission', 'error-handler', 'sse'] })

function createLayout (
  app: FastifyInstance, options: LayoutOptions, failed: (error: unknown) => void
): Layout {
  const { migrations = ours, every = 5000 } = options
  return new Layout(app.redis, migrations, every, {
    log: sentence => app.log.info(sentence),
    failed,
    changed: error => {
      if (error === undefined) {
        app.log.info('the layout is known here')
        return
      }
      app.log.error(error.message)
      app.endEventStreams(newer)
    }
  })
}

// Logs an error once, and not at each attempt.
function errorLogger (log: FastifyBaseLogger): (error: unknown) => void {
  let last = ''
  return error => {
    const { message } = error as Error
    if (message !== last) log[levelOf(error)](error, 'the layout is looked at again')
    last = message
  }
}

// An outage of Redis is logged elsewhere. A full Redis keeps its layout, and the server serves on.
function levelOf (error: unknown): 'debug' | 'warn' | 'error' {
  const known = errorFromRedis(error as Error) ?? error
  const isFull = known instanceof errors.REDIS_FULL
  if (isFull || known instanceof errors.REDIS_READ_ONLY) return 'warn'
  return (known as { statusCode?: number }).statusCode === undefined ? 'error' : 'debug'
}

// The metrics name the layout.
function needsRedis ({ routeOptions: { schema, url } }: FastifyRequest): boolean {
  const answers = schema?.response as Record<string, unknown> | undefined
  return url !== '/metrics' && '503' in (answers ?? {})
}
