import { randomUUID } from 'node:crypto'
import Fastify, { type FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { Redis } from 'ioredis'
import type { Test } from 'tap'
import presque, { options } from '../app.ts'
import type { Config } from '../schemas/config.ts'
import { startRedis } from './fixtures/redis.ts'

/**
 * A presque of this test alone, ready for `inject()` and with `app.redis` for operations. Its Redis is private too,
 * unless REDIS_URL in `config` names one, or TEST_REDIS_URL does: that one is shared, under a prefix of this test's own.
 */
export async function build (t: Test, config: Partial<Config> = {}): Promise<FastifyInstance> {
  const shared = process.env['TEST_REDIS_URL']
  const place = shared === undefined
    ? { REDIS_URL: config.REDIS_URL ?? (await startRedis(t)).url }
    : { REDIS_URL: shared, PRESQUE_PREFIX: `test-${randomUUID()}` }
  const app = Fastify(options)
  await app.register(fp(presque), { config: { LOG_LEVEL: 'silent', ...place, ...config } })
  await app.ready()
  t.teardown(async () => await app.close())
  return app
}

/** The same, listening: its URL. */
export async function listen (t: Test, config: Partial<Config> = {}): Promise<{ app: FastifyInstance, url: string }> {
  const app = await build(t, config)
  return { app, url: await app.listen({ host: '127.0.0.1', port: 0 }) }
}

/** Lets it wait for Redis as long as a busy machine needs: for tests of something else than a slow Redis. */
export function patient<App extends FastifyInstance> (app: App): App {
  Object.assign((app.redis as Redis).options, { commandTimeout: 30_000, socketTimeout: 30_000 })
  return app
}
