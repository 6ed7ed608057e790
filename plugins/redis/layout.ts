import fp from 'fastify-plugin'
import type { FastifyRequest } from 'fastify'
import { errors, errorFromRedis } from '../../operations/errors.ts'
import { event } from '../../operations/event/event.ts'
import { Layout } from '../../operations/layout/layout.ts'
import { migrations as ours, type Migration } from '../../operations/layout/migration.ts'
import { storeOf, type RedisClient } from '../../operations/redis/store.ts'

declare module 'fastify' {
  interface FastifyInstance { layout: Layout }
}

export interface LayoutOptions {
  /** Instead of those of presque. */
  migrations?: Migration[]
  /** How often Redis is asked which layout it has, in ms. */
  every?: number
}

const reason = 'the data is of a newer presque: ask another server'
const newer = event('closing', { reason }).text

/**
 * Stops the start on data of a newer layout, and answers 503 when there is such data later.
 * Converts data of an older layout while the server listens.
 */
export default fp<{ layout?: LayoutOptions }>(async (app, { layout: options = {} }) => {
  const { migrations = ours, every = 5000 } = options
  const redis: RedisClient = app.redis
  let told = ''
  // Once, and not at each attempt.
  function tell (error: unknown): void {
    const { message } = error as Error
    if (message !== told) app.log[levelOf(error)](error, 'the layout is looked at again')
    told = message
  }
  const layout = new Layout(redis, migrations, every, {
    log: sentence => app.log.info(sentence),
    failed: tell,
    changed: error => {
      app.log[error === undefined ? 'info' : 'error'](error?.message ?? 'the layout is known here')
      if (error !== undefined) app.endEventStreams(newer)
    }
  })
  app.decorate('layout', layout)
  const look = async (): Promise<void> => await layout.look().catch(tell)
  await look()
  const store = storeOf(redis)
  if (store.incompatible !== undefined) throw store.incompatible
  app.redis.on('ready', look)
  app.addHook('onRequest', (request, _reply, done) => {
    done(store.incompatible !== undefined && asksRedis(request) ? store.incompatible : undefined)
  })
  app.addHook('onListen', async () => layout.start())
  app.addHook('preClose', async () => await layout.close())
}, { name: 'layout', dependencies: ['redis', 'auth', 'admission', 'error-handler', 'sse'] })

// That Redis is away is told elsewhere. A full one keeps the layout that it has, and is served on.
function levelOf (error: unknown): 'debug' | 'warn' | 'error' {
  const refusal = errorFromRedis(error as Error) ?? error
  const isFull = refusal instanceof errors.REDIS_FULL
  if (isFull || refusal instanceof errors.REDIS_READ_ONLY) return 'warn'
  return (refusal as { statusCode?: number }).statusCode === undefined ? 'error' : 'debug'
}

// The metrics tell which layout there is.
function asksRedis ({ routeOptions: { schema, url } }: FastifyRequest): boolean {
  const answers = schema?.response as Record<string, unknown> | undefined
  return url !== '/metrics' && '503' in (answers ?? {})
}
