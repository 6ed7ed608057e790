import { test } from 'tap'
import { bench } from '../call.ts'

test('a record holds when a job may run and its payload, byte for byte', async t => {
  const { call } = await bench(t)
  const lua =
    'local record = pack_record(tonumber(a), b)\nreturn #record, run_at_of(record), ' +
      'payload_of(record)'
  const use = 'pack_record run_at_of payload_of'
  t.strictSame(await call(use, lua, { args: ['1700000000123', '{"n":1}'] }), [
    13,
    1_700_000_000_123,
    '{"n":1}'
  ])
  t.strictSame(await call(use, lua, { args: ['0', ''] }), [6, 0, ''])
  t.strictSame(await call(use, lua, { args: ['4102444800000', 'ü"\\'] }), [
    10,
    4_102_444_800_000,
    'ü"\\'
  ])
})

test('members sort as their ids do, and give them back', async t => {
  const { call } = await bench(t)
  const ids = ['1', '9', '10', '99', '100', '1234567890123456']
  const lua = `local members, ids = {}, {}
for id in a:gmatch('%d+') do members[#members + 1] = member_of(id) end
table.sort(members)
for i, member in ipairs(members) do ids[i] = id_of(member) end
return ids`
  t.strictSame(await call('member_of id_of', lua, { args: [ids.toReversed().join(' ')] }), ids)
})

test('details are written and read again, and nothing is kept of a plain job', async t => {
  const { redis, key, call } = await bench(t)
  const lua = "save_details(queue, '7', cjson.decode(a))\nreturn load_details(queue, '7')"
  const use = 'save_details load_details'
  t.strictSame(await call(use, lua, { args: ['{"priority":3,"unique":"k"}'] }), {
    priority: 3,
    unique: 'k'
  })
  await call(use, lua, { args: ['{}'] })
  t.equal(await redis.exists(key('details')), 0)
})

test('the last error and the progress lie apart from the details', async t => {
  const { redis, key, call } = await bench(t)
  const details = JSON.stringify({ tries: 2, last_error: '{"message":"no"}', progress: '50' })
  await call('save_details', "save_details(queue, '7', cjson.decode(a))", { args: [details] })
  t.equal(await redis.hget(key('details'), '7'), '{"tries":2}')
  t.strictSame(await redis.hgetall(key('reports')), { e7: '{"message":"no"}', p7: '50' })
  await call('save_details', "save_details(queue, '8', cjson.decode(a))", {
    args: ['{"progress":"1"}']
  })
  t.equal(await redis.hexists(key('details'), '8'), 0)
  t.equal(await redis.hget(key('reports'), 'p8'), '1')
})

test('next_ids() gives out ids in a row, and a seed with the first', async t => {
  const { redis, key, call } = await bench(t)
  t.equal(await call('next_ids', "return next_ids(queue, 3, 'abc')"), 1)
  t.equal(await call('next_ids', "return next_ids(queue, 1, 'xyz')"), 4)
  t.strictSame(await redis.hgetall(key('stats')), { last_id: '4', seed: 'abc' })
})

test('is_overdue() is true from the end of the ttl, ' +
  'or of the time for which a job is kept', async t => {
  const { redis, key, call } = await bench(t)
  await redis.zadd(key('expiring'), 1000, 'a1', 1001, 'a2')
  await redis.zadd(key('completed'), 999, 'a3', 1001, 'a4')
  const lua =
    'local found = {}\nfor i = 1, 5 do found[i] = is_overdue(queue, tostring(i)) end\nreturn found'
  t.strictSame(await call('is_overdue', lua), [true, false, true, false, false])
})

test('identity_of() stays the same as long as the job is there', async t => {
  const { call } = await bench(t)
  const identity = async (details: string) =>
    await call(
      'identity_of pack_record',
      "return identity_of(pack_record(5, ''), cjson.decode(a))",
      { args: [details] }
    )
  t.equal(await identity('{}'), '5')
  t.equal(await identity('{"created":3}'), '3')
  t.equal(await identity('{"created":3,"born":"letters"}'), 'letters')
})

test('ready_since() and state_since() tell since when, as far as that is known', async t => {
  const { redis, key, call } = await bench(t)
  const ready = async (details: string) =>
    await call(
      'ready_since pack_record',
      "return ready_since(pack_record(5, ''), cjson.decode(a))",
      { args: [details] }
    )
  t.strictSame(
    [await ready('{}'), await ready('{"since":7}'), await ready('{"since":7,"ready_at":9}')],
    [5, 7, 9]
  )
  await redis.zadd(key('failed'), 800, 'a1')
  const state = async (state: string, details: string) =>
    await call('state_since', "return state_since(queue, '1', a, cjson.decode(b)) or 'unknown'", {
      args: [state, details]
    })
  t.equal(await state('failed', '{"since":1}'), 800)
  t.equal(await state('delayed', '{"since":7,"created":3}'), 7)
  t.equal(await state('delayed', '{"created":3}'), 3)
  t.equal(await state('waiting', '{}'), 'unknown')
})

test('read_job() tells the state, and nothing of a job whose time is over', async t => {
  const { redis, key, call } = await bench(t)
  const read = async (id: string) =>
    await call('read_job', "return read_job(queue, a) or 'none'", { args: [id] })
  t.equal(await read('1'), 'none')
  const record = '\0\0\0\0\0\x05{}'
  await redis.hset(key('jobs'), '1', record, '2', record)
  await redis.hset(key('details'), '2', '{"priority":1}')
  await redis.hset(key('reports'), 'e2', '"no"')
  await redis.zadd(key('failed'), 900, 'a2')
  t.strictSame(await read('1'), ['1', 'waiting', '', '5', '{}', '', '', '', '', '', ''])
  t.strictSame(await read('2'), [
    '2',
    'failed',
    '900',
    '5',
    '{}',
    '{"priority":1}',
    '',
    '',
    '"no"',
    '',
    ''
  ])
  await redis.zadd(key('expiring'), 1000, 'a1')
  t.equal(await read('1'), 'none')
})

test('delete_job() deletes all that is stored, and tells whether an entry may be left', async t => {
  const { redis, key, call } = await bench(t)
  const remove = async (id: string, details = '{}') =>
    await call(
      'delete_job',
      'local links, has_entry = delete_job(queue, a, cjson.decode(b))\n' +
        'return links or 0, has_entry',
      { args: [id, details] }
    )
  await redis.hset(key('jobs'), '1', 'record', '2', 'record', '3', 'record')
  await redis.hset(key('unique'), 'k', '1')
  await redis.zadd(key('expiring'), 2000, 'a1')
  t.strictSame(
    await remove('1', '{"unique":"k"}'),
    [0, true],
    'it was in the ready list, for all we know'
  )
  await redis.zadd(key('delayed'), 2000, 'a2')
  t.strictSame(await remove('2'), [0, false])
  await redis.zadd(key('blocked'), 900, 'a3')
  await redis.zadd(key('dependents'), 1, '1:a3', 2, '2:a3')
  t.strictSame(await remove('3', '{"depends":"1,2"}'), [2, false])
  for (const name of ['jobs', 'unique', 'expiring', 'delayed', 'blocked', 'dependents'] as const) {
    t.equal(await redis.exists(key(name)), 0, name)
  }
})

test('size_of_job() counts all that is shown of a job', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('jobs'), '1', '123456{}')
  await redis.hset(key('results'), '1', '[]')
  await redis.hset(key('reports'), 'e1', '{}', 'p1', '1', 'a1', 'abc')
  t.equal(await call('size_of_job', "return size_of_job(queue, '1')"), 16)
  t.equal(await call('size_of_job', "queue.memo.records = { ['2'] = '123' }\n" +
    "return size_of_job(queue, '2')"), 3)
})
