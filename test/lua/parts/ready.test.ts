import { test } from 'tap'
import { bench } from '../call.ts'

const record = '\0\0\0\0\0\x05{}'
const popped = (count: string) =>
  `local popped = begin_pop(queue, ${count})\npop_ready(queue, popped, ${count}, false)`

test('read_range() reads a piece, and nothing for a count of 0', async t => {
  const { redis, key, call } = await bench(t)
  await redis.rpush(key('ready'), '1', '2', '3')
  const list = async (first: number, count: number) =>
    await call('read_range', "return read_range('LRANGE', ready, tonumber(a), tonumber(b))", {
      args: [String(first), String(count)],
      keys: 'ready'
    })
  t.strictSame(await list(0, 2), ['1', '2'])
  t.strictSame(await list(1, 9), ['2', '3'])
  t.same(await list(0, 0), {}, 'and not all there are')
  t.same(await list(2, -1), {})
})

test('enqueue() puts priority 5 into the list, and the others by priority and time', async t => {
  const { redis, key, call } = await bench(t)
  const lua =
    "enqueue(queue, '1', nil, 5)\nenqueue(queue, '2', 5, 5)\nenqueue(queue, '3', 0, 7)\n" +
      "enqueue(queue, '4', 9, 7)\n" +
    "enqueue_first(queue, '5', {})\nenqueue_first(queue, '6', { priority = 9 })"
  await call('enqueue enqueue_first', lua)
  t.strictSame(await redis.lrange(key('ready'), 0, '-1'), ['5'])
  t.strictSame(await redis.lrange(key('references'), 0, '-1'), ['1:0', '2:0'])
  t.strictSame(await redis.zrange(key('ranked'), 0, '-1', 'WITHSCORES'), [
    'a3',
    '7',
    'a6',
    '90000000000000',
    'a4',
    '90000000000007'
  ])
})

test('enqueue_first() puts a job that has stale entries before all others', async t => {
  const { redis, key, call } = await bench(t)
  await redis.zadd(key('ranked'), 4e13 + 1.8e12, 'a4')
  const lua = `enqueue_first(queue, '6', { stale = 1 })
enqueue_first(queue, '5', { priority = 5, stale = 2 })
enqueue_first(queue, '7', { priority = 4, stale = 1 })`
  await call('enqueue_first', lua)
  const order = await redis.zrangebyscore(key('ranked'), '-inf', '(5e13')
  t.strictSame(order, ['a7', 'a4', 'a5', 'a6'])
  t.equal(await redis.exists(key('ready'), key('references')), 0)
})

test('pop_ready() takes in the order of priorities, and leaves the rest', async t => {
  const { redis, key, call } = await bench(t)
  for (const id of ['1', '2', '3', '4']) await redis.hset(key('jobs'), id, record)
  await redis.rpush(key('ready'), '1', '2')
  await redis.zadd(key('ranked'), 3e13, 'a3', 9e13, 'a4')
  const pop = async (count: number) =>
    await call(
      'begin_pop pop_ready',
      `${popped('tonumber(a)')}\nreturn popped.ids, popped.is_unsure`,
      { args: [String(count)] }
    )
  t.same(await pop(0), [{}, false])
  t.strictSame(await pop(2), [['3', '1'], false])
  t.strictSame(await pop(9), [['2', '4'], false])
  t.same(await pop(9), [{}, false])
  t.equal(await redis.hlen(key('jobs')), 4, 'the records stay')
})

test('pop_ready() skips entries without a job, and stale ones', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('jobs'), '1', record, '2', record)
  await redis.hset(key('details'), '2', '{"stale":2,"tries":9}')
  await redis.rpush(key('ready'), '8', '2', '1', '2', '9', '2')
  t.strictSame(await call('begin_pop pop_ready', `${popped('9')}\nreturn popped.ids`), ['1', '2'])
  t.equal(await redis.hget(key('details'), '2'), '{"tries":9}')
  t.equal(await redis.llen(key('ready')), 0)
})

test('pop_ready() gives up after a thousand stale entries, ' +
  'and says that there may be more', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('jobs'), '9999', record)
  await redis.rpush(key('ready'), ...Array.from({ length: 3000 }, (_, i) => String(i)), '9999')
  const pop = async () =>
    await call(
      'begin_pop pop_ready',
      `${popped('1')}\nreturn #popped.ids, popped.is_unsure`
    )
  const first = await pop()
  t.strictSame(first, [0, true])
  for (let calls = 0; calls < 4; calls++) {
    const [count] = await pop()
    if (count === 1) break
  }
  t.equal(await redis.llen(key('ready')), 0, 'and others go on')
})

test('pop_ready() takes as many as fit into an answer, and the first in any case', async t => {
  const { redis, key, call } = await bench(t)
  const large = `\0\0\0\0\0\x05${'x'.repeat(5 * 1024 * 1024)}`
  await redis.hset(key('jobs'), '1', large, '2', large)
  await redis.rpush(key('ready'), '1', '2')
  const lua = `${popped('2')}\nreturn popped.ids, popped.is_unsure`
  t.strictSame(await call('begin_pop pop_ready', lua), [['1'], true])
  t.strictSame(await call('begin_pop pop_ready', lua), [['2'], false])
})

test('is_current() tells the stale entries of a job from the last one', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('details'), '1', '{"stale":1}')
  const lua = `local texts = { a, a, '{}' }
local first = is_current(queue, '1', texts, 1, false)
local second = is_current(queue, '1', texts, 2, false)
return first, second, is_current(queue, '2', texts, 3, false),
  is_current(queue, '1', texts, 1, true)`
  t.strictSame(await call('is_current', lua, { args: ['{"stale":1}'] }), [false, true, true, true])
})

test('leave_ready_queue() counts an entry as stale that it cannot reach', async t => {
  const { redis, key, call } = await bench(t)
  const lua = 'local details = {}\nleave_ready_queue(queue, a, details)\nreturn details.stale or 0'
  const leave = async (id: string) => await call('leave_ready_queue', lua, { args: [id] })
  await redis.zadd(key('ranked'), 1, 'a1')
  t.equal(await leave('1'), 0)
  t.equal(await redis.exists(key('ranked')), 0)
  await redis.rpush(key('ready'), ...Array.from({ length: 3000 }, (_, i) => String(i)))
  t.equal(await leave('999'), 0, 'the last of the first thousand')
  t.equal(await leave('2000'), 0, 'the first of the last thousand')
  t.equal(await leave('1500'), 1)
  t.equal(await redis.llen(key('ready')), 2998)
})

test('remove_stale() removes entries from the head on, until enough are current', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('jobs'), '1', record, '2', record, '3', record)
  await redis.hset(key('details'), '2', '{"stale":1}')
  await redis.rpush(key('ready'), '7', '1', '2', '8', '3', '2')
  const lua = 'return remove_stale(queue, 0, tonumber(a))'
  t.strictSame(await call('remove_stale', lua, { args: ['3'] }), [3, true])
  t.strictSame(await redis.lrange(key('ready'), 0, '-1'), ['1', '3', '2'])
  t.strictSame(await call('count_stale remove_stale', 'return count_stale(queue)'), [3, 0])
})

test('remove_stale() reads five thousand entries at most, ' +
  'and goes on where it has stopped', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('jobs'), '99999', record)
  const ids = Array.from({ length: 12_000 }, (_, i) => String(i))
  await redis.rpush(key('ready'), ...ids, '99999')
  const lua = 'return remove_stale(queue, 0, 1)'
  t.strictSame(await call('remove_stale', lua), [0, false])
  t.equal(await redis.llen(key('ready')), 7001)
  await call('remove_stale', lua)
  t.strictSame(await call('remove_stale', lua), [0, true])
  t.strictSame(await redis.lrange(key('ready'), 0, '-1'), ['99999'])
})

test('truncate_ids() keeps the ids whose jobs fit, and the first if it is told to', async t => {
  const { redis, key, call } = await bench(t)
  const sized = (size: number) => `\0\0\0\0\0\x05${'x'.repeat(size)}`
  await redis.hset(key('jobs'), '1', sized(10), '2', sized(10), '3', sized(10))
  await redis.hset(key('reports'), 'e2', 'x'.repeat(5))
  const fit = async (room: number, keepsFirst = false) =>
    await call(
      'truncate_ids',
      `local ids = { '1', '2', '3' }\nlocal left = truncate_ids(queue, ids, ${room}, ` +
        `${keepsFirst})\nreturn #ids, left`
    )
  t.strictSame(await fit(100), [3, 65])
  t.strictSame(await fit(35), [3, 0])
  t.strictSame(await fit(34), [2, 0])
  t.strictSame(await fit(24), [1, 0])
  t.strictSame(await fit(9), [0, 0])
  t.strictSame(await fit(9, true), [1, 0])
})

test('count_fitting() counts the records that fit, without their first six bytes', async t => {
  const { call } = await bench(t)
  const fit = async (room: number, keepsFirst: boolean) =>
    await call(
      'count_fitting',
      `local records = { 'headerxx', false, 'headerxxx' }
return count_fitting(records, { false, false, '{}' }, { 1 }, ${room}, ${keepsFirst})`
    )
  t.strictSame(await fit(8, false), [3, 0, 5])
  t.strictSame(await fit(7, false), [2, 0, 3])
  t.strictSame(await fit(2, false), [0, 0, 0])
  t.strictSame(await fit(2, true), [2, 0, 3])
})

test('count_states() counts due jobs as waiting, ' +
  'and those whose time is over not at all', async t => {
  const { redis, key, call } = await bench(t)
  for (let id = 1; id <= 8; id++) await redis.hset(key('jobs'), String(id), record)
  await redis.zadd(key('delayed'), 1000, 'a1', 1001, 'a2')
  await redis.zadd(key('completed'), 1000, 'a3', 1001, 'a4')
  await redis.zadd(key('blocked'), 900, 'a5', 900, 'a6')
  await redis.zadd(key('expiring'), 1000, 'a5', 1000, 'a7')
  t.strictSame(await call('count_states', 'return count_states(queue)'), {
    waiting: 2,
    delayed: 1,
    blocked: 1,
    active: 0,
    failed: 0,
    completed: 1
  })
})

test('skip_stale() counts down, and remove_entry() removes the entry ' +
  'nearest to an end', async t => {
  const { redis, key, call } = await bench(t)
  const lua =
    "local job, found = { stale = 2 }, {}\nfor i = 1, 3 do found[i] = skip_stale(queue, '1', " +
      'job) end\nreturn found'
  t.strictSame(await call('skip_stale', lua), [true, true, false])
  await redis.rpush(key('ready'), '1', '2', '1')
  const remove = async (id: string) =>
    await call('remove_entry', `return remove_entry(queue, '${id}')`)
  t.strictSame([await remove('1'), await remove('9')], [true, false])
  t.strictSame(await redis.lrange(key('ready'), 0, '-1'), ['2', '1'])
})

test('count_ready() counts the entries of all kinds, and add_taken() those that are stale',
  async t => {
    const { redis, key, call } = await bench(t)
    await redis.rpush(key('plain'), 'a', 'b', 'c')
    await redis.zadd(key('tombstones'), 1, '1')
    await redis.rpush(key('ready'), '9')
    await redis.rpush(key('references'), '10:0', '11:0')
    await redis.zadd(key('ranked'), 1, 'a8')
    const left = async (kinds: string) =>
      await call('count_ready', `return count_ready(queue, { ${kinds} })`)
    t.equal(await left(''), 3)
    t.equal(await left('has_tombstones = true, has_ready = true, has_ranked = true'), 6)
    const lua = `local popped = { ids = { '1' }, records = { 'r' }, details = { false },
  is_plain = {}, count = 1 }
local stale = add_taken(queue, popped, { '2', '3', '4' }, { 'q', false, 'p' }, {}, 2, true)
return stale, popped.count, popped.ids, popped.records`
    t.strictSame(await call('add_taken', lua), [1, 2, ['1', '2'], ['r', 'q']])
  })
