import { test } from 'tap'
import { bench } from '../call.ts'

const record = '\0\0\0\0\0\x05{}'

test('parse_requests() reads count, lease and worker, ' +
  'and gives a quiet worker nothing', async t => {
  const { redis, key, call } = await bench(t)
  await redis.zadd(key('quiet'), 900, 'w2')
  await redis.hset(key('policy'), 'lease', 7000)
  const lua = "return parse_requests(queue, { '2 3000 w1', '5 0 ', '9 60000 w2' })"
  t.same(await call('parse_requests', lua), [
    [
      { count: 2, lease: 3000, worker: 'w1', is_quiet: false },
      { count: 5, lease: 7000, worker: '', is_quiet: false },
      { count: 0, lease: 60_000, worker: 'w2', is_quiet: true }
    ],
    false
  ])
  const forGood = await call(
    'parse_requests',
    "return parse_requests(queue, { '1 3000 ', '1  w 1' })"
  )
  t.equal(forGood[1], true)
  t.same(forGood[0][1], { count: 1, worker: 'w 1', is_quiet: false })
})

test('peek_entries() reads priorities 0 to 4, then 5, then 6 to 9', async t => {
  const { redis, key, call } = await bench(t)
  const peek = async (hasRanked: boolean) =>
    await call(
      'peek_entries',
      `local kinds = { has_ranked = ${hasRanked}, has_ready = true }
local ids, _, members = peek_entries(queue, 2, kinds)
return ids, members or 'list'`
    )
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
  t.match(
    words,
    new RegExp(`^abc 1000 2 5000 1 1 ${receipt} 5 2 1 ${receipt} -5\\+ 1 5000 3 1 ${receipt} 5$`)
  )
  t.strictSame(await redis.zrange(key('active'), 0, '-1', 'WITHSCORES'), [
    'a1',
    '5000',
    'a2',
    '5000',
    'a3',
    '5000'
  ])
  t.strictSame(await redis.hgetall(key('holders')), { 1: '1000 w1', 2: '1000 w1' })
  t.strictSame(await redis.hgetall(key('latest')), { w1: '1000 lease 2' })
})

test('take_jobs() deletes what it gives for good, ' +
  'and hands out its details and last error', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('stats'), 'seed', 'abc', 'last_id', 2)
  await redis.hset(key('jobs'), '1', record, '2', record)
  await redis.hset(key('details'), '2', '{"failures":1}')
  await redis.hset(key('reports'), 'e2', '"no"')
  await redis.zadd(key('expiring'), 9000, 'a1')
  await redis.rpush(key('ready'), '1', '2')
  const [, , , words, ...texts] = await call(
    'take_jobs',
    "return take_jobs(queue, { '9  w1' }, '')"
  )
  t.equal(words, 'abc 1000 2 1 5 + 2 5 +')
  t.strictSame(
    texts.map((text: string) => JSON.parse(text)),
    [{}, { expires: 9000 }, {}, { failures: 1, last_error: '"no"' }]
  )
  for (const name of ['jobs', 'details', 'reports', 'expiring', 'ready'] as const) {
    t.equal(await redis.exists(key(name)), 0, name)
  }
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
  t.strictSame(
    (await call('take_jobs', "return take_jobs(queue, { '1 4000 ' }, 's1')")).slice(0, 2),
    [1, 1500]
  )
})

test('begin_pop() tells which kinds of jobs there may be', async t => {
  const { redis, key, call } = await bench(t)
  const kinds = async (count: number) =>
    await call(
      'begin_pop',
      `local popped, found = begin_pop(queue, ${count}), {}
for name, value in pairs(popped) do
  if value == true then found[#found + 1] = name end
end
table.sort(found)
return found`
    )
  t.strictSame(await kinds(1), ['is_all_plain'])
  await redis.hset(key('details'), '1', '{}')
  await redis.zadd(key('dependents'), 1, '1:a2')
  t.strictSame(await kinds(1), ['has_details', 'has_watchers'])
  await redis.hset(key('reports'), 'e1', '"no"')
  await redis.zadd(key('ranked'), 1, 'a1')
  await redis.zadd(key('expiring'), 1, 'a1')
  t.strictSame(await kinds(1), [
    'has_details',
    'has_ranked',
    'has_reports',
    'has_ttl',
    'has_watchers'
  ])
  t.strictSame(await kinds(0), ['has_ranked', 'has_ready', 'has_tombstones'])
})

test('open_details() ends the ttl, and count_errors() counts bytes of jobs with ' +
  'details alone', async t => {
  const { redis, key, call } = await bench(t)
  await redis.zadd(key('expiring'), 9000, 'a2')
  await redis.hset(key('reports'), 'e1', 'xxx', 'e2', 'xxxxx')
  const lua = `local popped = { ids = { '1', '2' }, details = { false, a }, has_ttl = true }
return open_details(queue, popped, 1) or 'plain', open_details(queue, popped, 2),
  open_details(queue, popped, 2)`
  t.same(await call('open_details', lua, { args: ['{"tries":2}'] }), [
    'plain',
    { tries: 2, expires: 9000 },
    { tries: 2 }
  ])
  t.equal(await redis.exists(key('expiring')), 0)
  t.strictSame(
    await call(
      'count_errors',
      "local sizes = count_errors(queue, { '1', '2' }, { false, '{}' })\n" +
        'return sizes[1] or 0, sizes[2]'
    ),
    [0, 5]
  )
})

test('lease_details() and give_details() tell what goes out beside the payload', async t => {
  const { redis, key, call } = await bench(t)
  const popped =
    "local popped = { ids = { '1' }, records = { pack_record(5, '{}') }, " +
      'details = { a or false }, has_reports = true }\n'
  const lease = async (details: string) =>
    await call(
      'lease_details pack_record',
      `${popped}local n, attempt, since, form, trace = lease_details(queue, popped, 1)\n` +
        "return n, attempt, since, form, trace or ''",
      { args: [details] }
    )
  t.strictSame(await lease('{"deliveries":1,"attempt":1,"since":900}'), [2, 2, 900, ' %d', ''])
  t.strictSame(await lease('{"created":3,"traceparent":"00-aa"}'), [1, 1, 5, ' -%d+', '00-aa '])
  await redis.hset(key('reports'), 'e1', '"no"')
  await redis.hset(key('jobs'), '1', record)
  const given = await call(
    'give_details pack_record',
    `${popped}return give_details(queue, popped, 1)`,
    { args: ['{"tries":2}'] }
  )
  t.same(JSON.parse(given), { tries: 2, last_error: '"no"' })
  t.equal(await redis.exists(key('jobs'), key('reports')), 0)
})

test('hand_out() gives each request its share, by lease_jobs() and give_jobs()', async t => {
  const { redis, key, call } = await bench(t)
  const lua = `local record = pack_record(5, '{}')
local popped = { ids = { '1', '2' }, records = { record, record }, details = { false, false },
  count = 2, is_plain = {}, words = {}, texts = {}, given = 0, deleted = {}, leased = {},
  moved = {}, seed = 'abc' }
local requests = {
  { lease = 500, worker = '' }, { worker = 'w1' }, { worker = '', is_quiet = true } }
local count, got_none, deadline = hand_out(queue, popped, requests, { 1, 1, 0 })
store_taken(queue, popped, count)
return count, got_none, deadline, popped.words, popped.deleted, popped.leased`
  await redis.hset(key('jobs'), '1', record, '2', record)
  const [count, isHungry, deadline, words, ...rest] = await call(
    'hand_out store_taken pack_record',
    lua
  )
  t.strictSame([count, isHungry, deadline, ...rest], [2, false, 1500, ['2'], ['1500', 'a1']])
  t.match(words, ['1', '1500', /^1 1 1-[0-9a-f]{16} 5$/, '1', '2 5 -', '0q'])
  t.strictSame(await redis.hkeys(key('jobs')), ['1'])
  t.strictSame(await redis.zrange(key('active'), 0, '-1', 'WITHSCORES'), ['a1', '1500'])
  t.equal(await redis.hget(key('stats'), 'processed'), '1')
})

test('store_taken() notes when jobs went out where there is a rate', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('policy'), 'rate_limit', 5, 'rate_period', 60_000)
  await call(
    'store_taken',
    'store_taken(queue, { given = 0, deleted = {}, leased = {}, moved = {} }, 2)'
  )
  t.strictSame(await redis.lrange(key('given'), 0, '-1'), ['1000', '1000'])
})

test('next_look() registers a server, or tells one that waits of an earlier deadline', async t => {
  const { redis, key, call } = await bench(t)
  await redis.zadd(key('active'), 5000, 'a1')
  t.equal(await call('next_look', "return next_look(queue, 's1', nil, true, nil)"), 5000)
  t.strictSame(await redis.zrange(key('waiters'), 0, '-1'), ['s1'])
  const look = async (deadline: number) =>
    await call('next_look', `return next_look(queue, '', 7000, false, ${deadline})`)
  t.equal(await look(6000), 7000)
  t.equal(await redis.exists(key('waiters')), 1, 'it knows of an earlier one')
  t.equal(await look(5000), 7000)
  t.equal(await redis.exists(key('waiters')), 0, 'it was told, and is gone')
})
