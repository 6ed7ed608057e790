import { once } from 'node:events'
import { Writable } from 'node:stream'
import Fastify from 'fastify'
import fp from 'fastify-plugin'
import { test, type Test } from 'tap'
import presque, { options } from '../../../../app.ts'
import { startRedis } from '../../../support/redis/redis.ts'
import { until } from '../../../support/until.ts'

const evicting = /drops jobs without a word.*\(it is allkeys-lru\)/
const volatile = /no append-only file/

// A presque that logs to `lines`, on a Redis with those flags.
async function serve (t: Test, flags: string[]) {
  const redis = await startRedis(t, flags)
  const lines: string[] = []
  const stream = new Writable({
    write (line, _encoding, done) {
      lines.push(JSON.parse(String(line)).msg)
      done()
    }
  })
  const app = Fastify({ ...options, logger: { level: 'warn', stream } })
  t.teardown(async () => await app.close())
  const config = { REDIS_URL: redis.url, PRESQUE_HISTORY: '0' as const }
  await app.register(fp(presque), { config })
  await app.ready()
  const warned = (what: RegExp) => lines.filter(line => what.test(line)).length
  const gauges = async () =>
    (await app.inject('/metrics')).body.match(/^presque_redis_(evicts|append_only) \d/gm)
  return { redis, app, warned, gauges }
}

test('a Redis that may drop jobs, or has no append-only file, ' +
  'is warned of once at start and once at each return', async t => {
  const { redis, app, warned, gauges } = await serve(t, ['--maxmemory-policy', 'allkeys-lru'])
  t.same([warned(evicting), warned(volatile)], [1, 1])
  t.same(await gauges(), ['presque_redis_evicts 1', 'presque_redis_append_only 0'])
  const gone = once(app.redis, 'close')
  await redis.stop()
  await gone
  await redis.start(['--maxmemory-policy', 'noeviction'])
  await until('it has looked again', () => warned(volatile) === 2)
  t.equal(warned(evicting), 1, 'of the first alone')
  t.same(await gauges(), ['presque_redis_evicts 0', 'presque_redis_append_only 0'])
})

test('a Redis that keeps all it has answered for is warned of in no way', async t => {
  const { warned, gauges } = await serve(t, ['--appendonly', 'yes'])
  t.same([warned(evicting), warned(volatile)], [0, 0])
  t.same(await gauges(), ['presque_redis_evicts 0', 'presque_redis_append_only 1'])
})
