import { test } from 'tap'
import type { Redis } from 'ioredis'
import { waited } from '../../support/idle-clock.ts'
import { startRedis } from '../../support/redis/redis.ts'
import { tokenFile } from '../../support/http/tokens.ts'
import { until } from '../../support/until.ts'
import { asShipped, build } from '../../support/server/app.ts'

test('a process is live whatever Redis does, and ready when Redis accepts a write', async t => {
  const redis = await startRedis(t)
  const app = await build(t, { REDIS_URL: redis.url }, asShipped)
  const ask = async (url: string) => {
    const { statusCode, body, headers } = await app.inject(url)
    return [statusCode, body, headers['retry-after']]
  }
  const ready = [200, '{"status":"ready"}', undefined]
  t.same(await ask('/health/ready'), ready)
  const client = app.redis as Redis
  await client.config('SET', 'maxmemory', '100kb')
  t.same(await ask('/health/ready'), [
    503,
    '{"error":"redis takes no writes: redis is out of memory"}',
    '1'
  ])
  await client.config('SET', 'maxmemory', '0')
  t.same(await ask('/health/ready'), ready)
  await client.replicaof('127.0.0.1', 1)
  t.same(await ask('/health/ready'), [503, '{"error":"redis is unavailable"}', '1'], 'a replica')
  await redis.stop()
  const since = waited()
  t.same(await ask('/health/ready'), [503, '{"error":"redis is unavailable"}', '1'])
  t.ok(waited() - since < 1000, 'within a second')
  t.same(await ask('/health/live'), [200, '{"status":"live"}', undefined])
  await redis.start()
  await until('Redis is back', async () => (await ask('/health/ready'))[0] === 200)
})

test('health is told without a token', async t => {
  const app = await build(t, {
    PRESQUE_TOKENS: tokenFile(t, { name: 'ann', roles: ['read'], queues: ['*'] }).path
  })
  t.equal((await app.inject('/health/live')).statusCode, 200)
  t.equal((await app.inject('/health/ready')).statusCode, 200)
})
