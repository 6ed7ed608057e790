import { randomUUID } from 'node:crypto'
import Fastify, { type FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { Test } from 'tap'
import presque, { options, type PresqueOptions } from '../../../app.ts'
import type { Config } from '../../../schemas/config.ts'
import { startRedis } from '../redis/redis.ts'

type Patience = Pick<PresqueOptions, 'patience' | 'layout' | 'web'>

/** As long as presque waits for Redis by itself: under a second. */
export const asShipped: Patience = {}

/** As long as a busy machine needs. */
export const patient: Patience = { patience: 30_000 }

/**
 * A presque of this test alone, ready for `inject()` and with `app.redis` for operations. Its Redis
 * is private too, unless REDIS_URL in `config` names one, or TEST_REDIS_URL does: that one is
 * shared, under a prefix of this test's own. `asShipped` is for tests of a Redis that is slow or
 * away.
 */
export async function build (
  t: Test,
  config: Partial<Config> = {},
  patience = patient
): Promise<FastifyInstance> {
  const shared = process.env['TEST_REDIS_URL']
  const place =
    shared === undefined
      ? { REDIS_URL: config.REDIS_URL ?? (await startRedis(t)).url }
      : { REDIS_URL: shared, PRESQUE_PREFIX: `test-${randomUUID()}` }
  const app = Fastify(options)
  t.teardown(async () => await app.close())
  await app.register(fp(presque), {
    config: { LOG_LEVEL: 'silent', PRESQUE_HISTORY: '0', ...place, ...config },
    ...patience
  })
  await app.ready()
  return app
}

/** The same, listening: its URL. */
export async function listen (
  t: Test,
  config?: Partial<Config>,
  patience?: Patience
): Promise<{ app: FastifyInstance; url: string }> {
  const app = await build(t, config, patience)
  return { app, url: await app.listen({ host: '127.0.0.1', port: 0 }) }
}
