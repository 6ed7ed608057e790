import { test } from 'tap'
import { bench } from '../call.ts'

const record = '\0\0\0\0\0\x05{}'

test('parse_requests() reads count, lease and worker, and gives a quiet worker nothing', async t => {
  const { redis, key, call } = await bench(t)
  await redis.zadd(key('quiet'), 900, 'w2')
  await redis.hset(key('policy'), 'lease', 7000)
  const lua = "return parse_requests(queue, { '2 3000 w1', '5 0 ', '9 60000 w2' })"
  t.same(await call('parse_requests', lua), [[
    { count: 2, lease: 3000, worker: 'w1', is_quiet: false },
    { count: 5, lease: 7000, worker: '', is_quiet: false },
    { count: 0, lease: 60_000, worker: 'w2', is_quiet: true }
  ], false])
  const forGood = await call('parse_requests', "return parse_requests(queue, { '1 3000 ', '1  w 1' })")
  t.equal(forGood[1], true)
  t.same(forGood[0][1], { count: 1, worker: 'w 1', is_quiet: false })
})

test('peek_entries() reads priorities 0 to 4, then 5, then 6 to 9', async t => {
  const { redis, key, call } = await bench(t)
  const peek = async (hasRanked: boolean) =>
    await call('peek_entries', `local ids, members = peek_entries(queue, 2, ${hasRanked})\nreturn ids, members or 'list'`)
  await redis.zadd(key('ranked'), 4e13, 'a1', 6e13, 'a2')
  await redis.rpush(key('ready'), '3', '4', '5')
  t.strictSame(await peek(true), [['1'], ['a1']])
  await redis.zrem(key('ranked'), 'a1')
  t.strictSame(await peek(true), [['3', '4'], 'list'])
  await redis.del(key('ready'))
  t.strictSame(await peek(true), [['2'], ['a2']])
})

test('take_jobs() leases to each request its share, and tells the words of each job', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('stats'), 'seed', 'abc', 'last_id', 3)
  for (const id of ['1', '2', '3']) await redis.hset(key('jobs'), id, record)
  await redis.hset(key('details'), '2', '{"created":3,"traceparent":"00-aa","tracestate":"b"}')
  await redis.rpush(key('ready'), '1', '2', '3')
  const reply = await call('take_jobs', "return take_jobs(queue, { '2 4000 w1', '5 4000 ' }, '')")
  const [stopped, wait, left, words, ...texts] = reply
  t.strictSame([stopped, wait, left], [0, -1, 0])
  t.strictSame(texts, ['{}', '{}', '00-aa b', '{}'])
  const receipt = '1-[0-9a-f]{16}'
  t.match(words, new RegExp(`^abc 1000 2 5000 1 1 ${receipt} 5 2 1 ${receipt} -5\\+ 1 5000 3 1 ${receipt} 5$`))
  t.strictSame(await redis.zrange(key('active'), 0, '-1', 'WITHSCORES'), ['a1', '5000', 'a2', '5000', 'a3', '5000'])
  t.strictSame(await redis.hgetall(key('holders')), { 1: '1000 w1', 2: '1000 w1' })
  t.strictSame(await redis.hgetall(key('latest')), { w1: '1000 lease 2' })
})

test('take_jobs() deletes what it gives for good, and hands out its details and last error', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('stats'), 'seed', 'abc', 'last_id', 2)
  await redis.hset(key('jobs'), '1', record, '2', record)
  await redis.hset(key('details'), '2', '{"failures":1}')
  await redis.hset(key('reports'), 'e2', '"no"')
  await redis.zadd(key('expiring'), 9000, 'a1')
  await redis.rpush(key('ready'), '1', '2')
  const [, , , words, ...texts] = await call('take_jobs', "return take_jobs(queue, { '9  w1' }, '')")
  t.equal(words, 'abc 1000 2 1 5 + 2 5 +')
  t.strictSame(texts.map((text: string) => JSON.parse(text)), [{}, { expires: 9000 }, {}, { failures: 1, last_error: '"no"' }])
  for (const name of ['jobs', 'details', 'reports', 'expiring', 'ready'] as const) t.equal(await redis.exists(key(name)), 0, name)
  t.equal(await redis.hget(key('workers'), 'processed:w1'), '2')
})

test('take_jobs() registers its server only if a request gets nothing', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('stats'), 'seed', 'abc', 'last_id', 1)
  await redis.hset(key('jobs'), '1', record)
  await redis.rpush(key('ready'), '1')
  await call('take_jobs', "return take_jobs(queue, { '1 4000 ' }, 's1')")
  t.equal(await redis.exists(key('waiters')), 0)
  const [, wait] = await call('take_jobs', "return take_jobs(queue, { '1 4000 ' }, 's1')")
  t.strictSame(await redis.zrange(key('waiters'), 0, '-1'), ['s1'])
  t.equal(wait, 4000, 'the lease may expire then')
  await redis.hset(key('policy'), 'stopped', 1, 'reopens_at', 2500)
  t.strictSame((await call('take_jobs', "return take_jobs(queue, { '1 4000 ' }, 's1')")).slice(0, 2), [1, 1500])
})
