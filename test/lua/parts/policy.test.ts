import { test } from 'tap'
import { bench } from '../call.ts'

test('load_policy() has defaults, which a setting replaces or lifts, and reads once', async t => {
  const { redis, key, call } = await bench(t)
  t.strictSame(await call('load_policy', 'return load_policy(queue)'), {
    tries: 25,
    max_lost: 3,
    lease: 60_000,
    keep: 0,
    backoff_base: 15_000,
    backoff_max: 86_400_000,
    keep_failed: 15_552_000_000,
    max_failed: 100_000
  })
  await redis.hset(key('policy'), 'tries', 2, 'keep_failed', 'none')
  const lua =
    "local policy = load_policy(queue)\nredis.call('DEL', KEYS[1])\n" +
      'local again = load_policy(queue)\n' +
      "return policy.tries, policy.keep_failed or 'lifted', again.tries"
  t.strictSame(await call('load_policy', lua), [2, 'lifted', 2])
})

test('current_policy() starts a queue again whose time of being stopped is over', async t => {
  const { redis, key, call } = await bench(t)
  const stopped = async (now: number) =>
    await call('current_policy', 'return current_policy(queue).stopped or 0', { now })
  await redis.hset(key('policy'), 'stopped', 1, 'reopens_at', 2000, 'tries', 5)
  t.equal(await stopped(1999), 1)
  t.equal(await stopped(2000), 0)
  t.strictSame(await redis.hgetall(key('policy')), { tries: '5' })
})

test('apply_limits() shares out concurrency among leases, ' +
  'and nothing binds what goes for good', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('policy'), 'concurrency', 3)
  await redis.zadd(key('active'), 5000, 'a1')
  const lua =
    'return apply_limits(queue, { { count = 1, lease = 1 }, { count = 5, lease = 1 }, ' +
      '{ count = 7 } })'
  t.strictSame(await call('apply_limits', lua), [[1, 1, 7], 9])
  await redis.zadd(key('active'), 5000, 'a2', 5000, 'a3', 5000, 'a4')
  t.strictSame(
    await call('apply_limits', lua),
    [[0, 0, 7], 7],
    'even where more are on lease than may be'
  )
})

test('apply_rate() lets no span of a period see more than the limit', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('policy'), 'rate_limit', 3, 'rate_period', 100)
  const free = async (count: number, now: number) =>
    await call(
      'apply_rate',
      `local free, again = apply_rate(queue, { { count = ${count} } })\n` +
        "return free, again or 'enough'",
      { now }
    )
  t.strictSame(await free(2, 1000), [3, 'enough'])
  t.strictSame(await free(5, 1000), [3, 1100])
  await redis.rpush(key('given'), 950, 990)
  t.strictSame(await free(1, 1000), [1, 'enough'])
  t.strictSame(await free(2, 1000), [1, 1050])
  t.strictSame(await free(2, 1050), [2, 'enough'])
  t.strictSame(await free(9, 1090), [3, 1190])
})

test('apply_rate() takes a time ahead of the clock for now', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('policy'), 'rate_limit', 2, 'rate_period', 100)
  await redis.rpush(key('given'), 5000, 5000)
  t.strictSame(await call('apply_rate', 'return apply_rate(queue, { { count = 1 } })'), [0, 1100])
  t.strictSame(await redis.lrange(key('given'), 0, '-1'), ['1000', '1000'])
})

test('job_capacity() and key_capacity() count the room that is left, ' +
  'and nothing that has ended', async t => {
  const { redis, key, call } = await bench(t)
  const left = async () =>
    await call(
      'job_capacity key_capacity',
      'local jobs, keys_left = job_capacity(queue), key_capacity(queue)\n' +
        "return jobs == math.huge and 'any' or jobs, keys_left == math.huge and 'any' or keys_left"
    )
  t.strictSame(await left(), ['any', 'any'])
  await redis.hset(key('policy'), 'max_jobs', 5, 'max_keys', 2)
  for (let id = 1; id <= 5; id++) await redis.hset(key('jobs'), id, 'record')
  await redis.zadd(key('failed'), 900, 'a1')
  await redis.zadd(key('completed'), 2000, 'a2')
  await redis.zadd(key('expiring'), 1000, 'a3', 1001, 'a4')
  await redis.zadd(key('remembered'), 9000, 'k')
  t.strictSame(await left(), [3, 1])
})
