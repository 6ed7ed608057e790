import { test } from 'tap'
import { bench } from '../call.ts'

const record = '\0\0\0\0\0\x05{}'

test('read_clock() is the time of Redis in whole ms, or the time that a test gives', async t => {
  const { redis, call } = await bench(t)
  t.equal(await call('read_clock', "return read_clock('5')"), 5)
  const time = await call('read_clock', "return string.format('%d', read_clock(''))")
  const [seconds] = await redis.time()
  t.ok(Math.abs(Number(time) / 1000 - Number(seconds)) < 10)
})

test('promote_delayed() moves due jobs in their order, ' +
  'and says whether more may be due', async t => {
  const { redis, key, call } = await bench(t)
  await redis.zadd(key('delayed'), 700, 'a2', 900, 'a1', 1000, 'a3', 1001, 'a4')
  const promote = async (limit: number) =>
    await call('promote_delayed', `return promote_delayed(queue, ${limit})`)
  t.equal(await promote(2), true)
  t.strictSame(await redis.lrange(key('references'), 0, '-1'), ['2:0', '1:0'])
  await redis.hset(key('details'), '3', '{"priority":1}')
  t.equal(await promote(2), false)
  t.strictSame(await redis.zrange(key('ranked'), 0, '-1', 'WITHSCORES'), ['a3', '10000000001000'])
  t.strictSame(await redis.zrange(key('delayed'), 0, '-1'), ['a4'])
  t.strictSame(await redis.hgetall(key('stats')), {
    late_3: '1',
    late_4: '1',
    late_1: '1',
    late_ms: '400'
  })
})

test('count_lateness() counts each job under its bound, ' +
  'and the last one without a bound', async t => {
  const { redis, key, call } = await bench(t)
  await call(
    'count_lateness',
    "count_lateness(queue, { 'a', 100000, 'b', 99995, 'c', 99994, 'd', 40000, 'e', 39999, " +
      "'f', 100001 })",
    { now: 100_000 }
  )
  t.strictSame(await redis.hgetall(key('stats')), {
    late_1: '3',
    late_2: '1',
    late_7: '1',
    late_8: '1',
    late_ms: '120012'
  })
})

test('delete_overdue() deletes a hundred at most of those whose ttl has ended, ' +
  'and of results', async t => {
  const { redis, key, call } = await bench(t)
  for (let id = 1000; id < 1150; id++) {
    await redis.hset(key('jobs'), id, record)
    await redis.zadd(key('expiring'), 900, `d${id}`)
  }
  await redis.hset(key('jobs'), '9', record)
  await redis.zadd(key('completed'), 1000, 'a9')
  await redis.rpush(key('ready'), '1000', '7')
  const expire = async () => await call('delete_overdue', 'return delete_overdue(queue)')
  t.equal(await expire(), true)
  t.equal(await redis.hlen(key('jobs')), 50)
  t.strictSame(await redis.lrange(key('ready'), 0, '-1'), ['7'], 'their entries go as well')
  t.equal(await expire(), false)
  t.equal(await redis.hget(key('stats'), 'expired'), '150')
})

test('discard_failed() deletes the oldest, as the policy bounds their number ' +
  'and their age', async t => {
  const { redis, key, call } = await bench(t)
  for (let id = 1; id <= 5; id++) {
    await redis.hset(key('jobs'), id, record)
    await redis.zadd(key('failed'), 100 * id, `a${id}`)
  }
  const left = async (most: number) => {
    await call('discard_failed', `discard_failed(queue, ${most})`)
    return await redis.zrange(key('failed'), 0, '-1')
  }
  t.equal((await left(9)).length, 5)
  await redis.hset(key('policy'), 'max_failed', 3)
  t.strictSame(await left(9), ['a3', 'a4', 'a5'])
  await redis.hset(key('policy'), 'keep_failed', 600)
  t.strictSame(await left(1), ['a4', 'a5'])
  t.strictSame(await left(0), ['a4', 'a5'], 'none, and not all')
  t.strictSame(await left(9), ['a5'])
  t.equal(await redis.hget(key('stats'), 'discarded'), '4')
})

test('run_due() does nothing in a queue of jobs that only wait, ' +
  'and else a piece of each kind', async t => {
  const { redis, key, call } = await bench(t)
  const run = async () =>
    await call(
      'run_due',
      'local more_due, more_expired, unblocked = run_due(queue, 1)\n' +
        'return more_due, more_expired or false, unblocked or false'
    )
  t.strictSame(await run(), [false, false, false])
  await redis.hset(key('jobs'), '1', record, '2', record, '3', record)
  await redis.zadd(key('delayed'), 900, 'a1', 900, 'a2')
  await redis.zadd(key('active'), 900, 'a3')
  t.strictSame(await run(), [true, false, false])
  t.strictSame((await redis.lrange(key('references'), 0, '-1')).toSorted(), ['1:0', '3:0'])
})

test('begin_read() says whether Redis takes writes', async t => {
  const { call } = await bench(t)
  t.strictSame(await call('begin_read', 'return begin_read(queue, 100)'), [true, false])
})

test('delete_expired() and discard_oldest() count what they delete', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('jobs'), '1', record, '2', record)
  await redis.zadd(key('failed'), 900, 'a2')
  await call(
    'delete_expired discard_oldest',
    "delete_expired(queue, { '1' })\ndiscard_oldest(queue, 1)"
  )
  t.equal(await redis.exists(key('jobs'), key('failed')), 0)
  t.strictSame(await redis.hgetall(key('stats')), { expired: '1', discarded: '1' })
})

test('run_steps() does one step after the other', async t => {
  const { redis, key, call } = await bench(t)
  await redis.zadd(key('delayed'), 900, 'a1')
  t.strictSame(await call('run_steps', 'return run_steps(queue, 9)'), [false, false, false])
  t.strictSame(await redis.lrange(key('references'), 0, '-1'), ['1:0'])
})

test('allow_when_full() changes nothing, and lets a script go on while Redis is full', async t => {
  const { redis, key, call } = await bench(t)
  await redis.config('SET', 'maxmemory', '1', 'maxmemory-policy', 'noeviction')
  const write = "redis.call('SET', stats, 1)\nreturn 'written'"
  await t.rejects(call('allow_when_full', write, { keys: 'stats' }), { message: /^OOM/ })
  t.equal(
    await call('allow_when_full', `allow_when_full(queue)\n${write}`, { keys: 'stats' }),
    'written'
  )
  t.equal(await redis.exists(key('jobs')), 0)
})
