import { test } from 'tap'
import { bench } from '../call.ts'

test('nothing is recorded while no client listens, and a call asks once', async t => {
  const { redis, key, call } = await bench(t)
  await call('record_one', "record_one(queue, 'pushed waiting', { '1' })")
  t.equal(await redis.exists(key('events')), 0)
  await redis.xadd(key('events'), '*', 'listening', '')
  const lua =
    "local before = is_recording(queue)\nredis.call('DEL', events)\n" +
      'return before, is_recording(queue)'
  t.strictSame(await call('is_recording', lua, { keys: 'events' }), [true, true])
})

test('record_events() writes one entry, and tells each server once', async t => {
  const { redis, key, call } = await bench(t)
  await redis.xadd(key('events'), '*', 'listening', '')
  await redis.sadd(key('listeners'), 's1')
  await call(
    'record_states record_one',
    "record_states(queue, 'lost', { waiting = { '1', '2' }, failed = {} })"
  )
  const [, [, fields]] = (await redis.xrange(key('events'), '-', '+')) as [
    unknown,
    [string, string[]]
  ]
  t.strictSame(fields, ['lost waiting', '1 2'])
  t.equal(await redis.exists(key('listeners')), 0)
})

test('record_pushed() groups jobs by what became of them, in their order', async t => {
  const { redis, key, call } = await bench(t)
  await redis.xadd(key('events'), '*', 'listening', '')
  const lua =
    "record_pushed(queue, '1 new 2 100 3 exists 4 replaced 5 new 6 new', { ['5'] = 7000, " +
      "['6'] = 'blocked' })"
  await call('record_pushed', lua)
  const entries = await redis.xrange(key('events'), '-', '+')
  t.strictSame(entries[1]![1], [
    'pushed waiting',
    '1 2+100',
    'replaced waiting',
    '4',
    'pushed delayed',
    '5@7000',
    'pushed blocked',
    '6'
  ])
})

test('record_taken() and record_nacked() say until when, and who', async t => {
  const { redis, key, call } = await bench(t)
  await redis.xadd(key('events'), '*', 'listening', '')
  const taken = `record_taken(queue, { ids = { '1', '2', '3' }, count = 3 },
  { { lease = 500, worker = 'w1' }, { worker = '' }, { worker = 'w2' } }, { 2, 1, 1 })`
  const nacked = `record_nacked(queue, {
  { id = '1', state = 'failed', at = 0 }, { id = '2', state = 'delayed', at = 5000 },
  { id = '3', state = 'delayed', at = 1000 }, { id = '4', state = 'LEASE_LOST', at = 0 } })`
  await call('record_taken record_nacked', `${taken}\n${nacked}`)
  const entries = (await redis.xrange(key('events'), '-', '+')).slice(1).map(([, fields]) => fields)
  t.strictSame(entries, [
    ['taken active@1500 w1', '1 2', 'taken gone ', '3'],
    ['nacked failed', '1', 'nacked delayed', '2@5000', 'nacked waiting', '3']
  ])
})
