import { test } from 'tap'
import { bench } from '../call.ts'

const record = '\0\0\0\0\0\x05{}'

test('begin_bulk() notes the time and the last id, and keeps those of the first call', async t => {
  const { redis, key, call } = await bench(t)
  const begin = async (start: string) =>
    await call('begin_bulk', 'return begin_bulk(queue, a)', { args: [start] })
  t.same(await begin(''), { at: 1000, last: 0, filter: {} })
  await redis.hset(key('stats'), 'last_id', 7)
  t.same(await begin(''), { at: 1000, last: 7, filter: {} })
  t.same(await begin('900 5'), { at: 900, last: 5, filter: {} })
})

test('is_newer() is true of later ids and of later times, ' +
  'but not of a time ahead of the clock', async t => {
  const { call } = await bench(t)
  const lua = `local begin, found = { at = 900, last = 5 }, {}
local times = { { '6' }, { '5' }, { '1', 900 }, { '1', 901 }, { '1', 1000 }, { '1', 1001 } }
for i, one in ipairs(times) do
  found[i] = is_newer(queue, one[1], one[2], begin)
end
return found`
  t.strictSame(await call('is_newer', lua), [true, false, false, true, true, false])
})

test('resume_index() is behind the job that was left, also where that is gone', async t => {
  const { redis, key, call } = await bench(t)
  const index = async (left: string) =>
    await call('resume_index', 'return resume_index(failed, a)', { args: [left], keys: 'failed' })
  await redis.zadd(key('failed'), 1, 'a1', 2, 'a2', 2, 'a3', 3, 'a4')
  t.equal(await index(''), 0)
  t.equal(await index('2 a2'), 2)
  t.equal(await index('2 a9'), 3)
  t.equal(await index('1 a4'), 1, 'it has moved')
})

test('drain_active() reads which jobs are on lease once, ' +
  'and drops those that still are', async t => {
  const { redis, key, call } = await bench(t)
  await redis.zadd(key('active'), 1, 'a1', 2, 'a2', 3, 'a3')
  const drain = async (members: string, left: string) =>
    await call(
      'drain_active',
      `local members, dropped = {}, {}
for member in a:gmatch('%S+') do members[#members + 1] = member end
local more, left, over = drain_active(queue, members, b, { filter = {} }, function (id)
  dropped[#dropped + 1] = id
  return #dropped == 2
end)
return more, tostring(left), over, dropped`,
      { args: [members, left] }
    )
  t.strictSame(await drain('', ''), [false, '0', ['a3'], ['1', '2']])
  await redis.zrem(key('active'), 'a3')
  t.same(await drain('a3', '0'), [false, '0', {}, {}])
})

test('drain_ready() uses the list up from its head, and puts newer jobs back', async t => {
  const { redis, key, call } = await bench(t)
  for (const id of ['1', '2', '3', '4']) await redis.hset(key('jobs'), id, record)
  await redis.hset(key('details'), '2', '{"since":950}', '3', '{"stale":1}')
  await redis.rpush(key('ready'), '9', '2', '3', '1', '3', '4')
  const drain = async () =>
    await call(
      'drain_ready',
      `local dropped = {}
local function drop (id) dropped[#dropped + 1] = id end
local changed = drain_ready(queue, ready, 2, { at = 900, last = 3 }, drop)
return changed, dropped`,
      { keys: 'ready' }
    )
  t.strictSame(await drain(), [true, ['1', '3']])
  t.strictSame(await redis.lrange(key('ready'), 0, '-1'), ['2', '4'])
  t.same(await drain(), [false, {}])
})

test('drain_sorted() goes past newer jobs, and says where it has stopped', async t => {
  const { redis, key, call } = await bench(t)
  await redis.zadd(key('failed'), 800, 'a1', 950, 'a2', 950, 'a3')
  const drain = async (limit: number, left: string) =>
    await call(
      'drain_sorted',
      `local dropped = {}
local function drop (id) dropped[#dropped + 1] = id end
local begin = { at = 900, last = 9, filter = {} }
local more, left = drain_sorted(queue, failed, 'failed', ${limit}, a, begin, drop)
return more, left, dropped`,
      { args: [left], keys: 'failed' }
    )
  t.strictSame(await drain(2, ''), [true, '950 a2', ['1']])
  t.same(await drain(2, '950 a2'), [true, '950 a3', {}])
  t.same(await drain(2, '950 a3'), [false, '950 a3', {}])
  t.same(await drain(0, ''), [false, '', {}], 'none, and not all')
})

test('redrive_job() gives a job all its tries again, ' +
  'and lets it wait for what has not completed', async t => {
  const { redis, key, call } = await bench(t)
  const redrive = async (id: string, details: string) =>
    await call(
      'redrive_job',
      'local links, is_blocked = redrive_job(queue, a, cjson.decode(b))\nreturn links, is_blocked',
      { args: [id, details] }
    )
  await redis.hset(key('jobs'), '1', record, '2', record)
  await redis.zadd(key('failed'), 900, 'a1', 900, 'a2')
  await redis.zadd(key('ended'), 900, '2 failed')
  t.strictSame(await redrive('1', '{"attempt":3,"deliveries":3,"failures":3,"lost_in_row":1}'), [
    0,
    false
  ])
  t.same(JSON.parse((await redis.hget(key('details'), '1'))!), {
    attempt: 0,
    deliveries: 3,
    failures: 3,
    failures_before: 3,
    since: 1000
  })
  t.strictSame(await redis.lrange(key('references'), 0, '-1'), ['1:0'])
  t.strictSame(await redrive('2', '{"depends":"1"}'), [1, true])
  t.strictSame(await redis.zrange(key('blocked'), 0, '-1'), ['a2'])
  t.equal(await redis.exists(key('failed'), key('ended')), 0)
})

test('retry_now() lets a job wait from now on', async t => {
  const { redis, key, call } = await bench(t)
  await call('retry_now', "retry_now(queue, '1', { ready_at = 5000 })")
  t.equal(await redis.hget(key('details'), '1'), '{"since":1000}')
  t.strictSame(await redis.lrange(key('references'), 0, '-1'), ['1:0'])
})

test('is_left() is true of jobs that came later, and of those that the filter leaves', async t => {
  const { redis, key, call } = await bench(t)
  await redis.zadd(key('failed'), 900, 'a1', 901, 'a2')
  await redis.hset(key('jobs'), '1', record, '2', record)
  const left = async (id: string, filter: string) =>
    await call('is_left', `return is_left(queue, a, 'failed', {}, ${filter})`, { args: [id] })
  const begin = (filter: string) => `{ at = 900, last = 9, filter = ${filter} }`
  t.equal(await left('1', begin('{}')), false)
  t.equal(await left('2', begin('{}')), true)
  t.equal(await left('1', begin("{ text = '{}' }")), false)
  t.equal(await left('1', begin("{ text = 'x' }")), true)
})

test('next_members() reads more than it may change where a filter leaves some', async t => {
  const { redis, key, call } = await bench(t)
  await redis.zadd(key('completed'), 900, 'a1', 1001, 'a2', 1002, 'a3', 1003, 'a4')
  await redis.zadd(key('grouped'), 2 * 0xabc + 1, 'a7')
  const read = async (filter: string, limit: number, state = 'completed') =>
    await call('next_members', `local found, from = next_members(queue, completed, '${state}', ` +
      `${limit}, a, ${filter})
return found, from:match('%a+$')`, { args: ['1001 a2'], keys: 'completed' })
  t.strictSame(await read('{}', 1), [['a3'], 'completed'])
  t.strictSame(await read("{ text = 'x' }", 1), [['a3', 'a4'], 'completed'])
  t.strictSame(await read("{ error = '000000000abc' }", 1, 'failed'), [['a7'], 'grouped'])
  t.same(await read("{ text = 'x' }", 0), [{}, 'completed'])
})

test('drain_waiting() drops those that match, and goes on behind the others', async t => {
  const { redis, key, call } = await bench(t)
  for (const id of ['1', '2', '3']) await redis.hset(key('jobs'), id, record)
  await redis.rpush(key('references'), '1:0', '2:0', '3:0')
  const drain = async (position: string, last = 3) =>
    await call('drain_waiting', `local dropped = {}
local begin = { at = 1000, last = ${last}, filter = { text = '{}' } }
local more, position = drain_waiting(queue, 2, a, begin, function (id)
  dropped[#dropped + 1] = id
end)
return more, position, dropped`, { args: [position] })
  const [more, position, dropped] = await drain('')
  t.strictSame([more, dropped], [true, ['1', '2']])
  t.strictSame(await drain(position), [false, '', ['3']])
  t.same(await drain(position, 2), [false, '', {}])
})

test('refuse_retry() tells why a job cannot run now', async t => {
  const { redis, key, call } = await bench(t)
  for (const id of ['1', '2', '3', '4']) await redis.hset(key('jobs'), id, record)
  await redis.zadd(key('active'), 2000, 'a1')
  await redis.zadd(key('completed'), 2000, 'a2')
  await redis.zadd(key('blocked'), 900, 'a3')
  await redis.hset(key('details'), '3', '{"depends":"1,2"}')
  const told = []
  for (const id of ['1', '2', '3', '4', '5']) {
    told.push(await call('refuse_retry', "return refuse_retry(queue, a) or ''", { args: [id] }))
  }
  t.strictSame(told, ['JOB_ON_LEASE', 'JOB_COMPLETED', 'JOB_BLOCKED 1,2', '', 'NO_SUCH_JOB'])
})
