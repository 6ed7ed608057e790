import { test } from 'tap'
import { scriptLimits } from '../../../operations/redis/script-limits.ts'
import { fingerprintOf } from '../../../operations/failure/fingerprint.ts'
import { bench } from '../call.ts'

const [one, other] = ['00000000000a', 'ffffffffffff']

test('group_score() is exact for the largest fingerprint, and the two scores of a group are ' +
  'neighbours', async t => {
  const { call } = await bench(t)
  const lua = 'return group_score(a, false), group_score(a, true)'
  t.strictSame(await call('group_score', lua, { args: [one] }), ['20', '21'])
  t.strictSame(
    await call('group_score', lua, { args: [other] }),
    [String(2 ** 49 - 2), String(2 ** 49 - 1)]
  )
})

test('group_members() reads the jobs of one group and state, in slices', async t => {
  const { redis, key, call } = await bench(t)
  for (const [id, fingerprint, isFailed] of [
    ['1', one, true], ['2', one, true], ['3', one, false], ['4', other, true], ['5', one, true]
  ] as const) {
    await call('group_job', `group_job(queue, a, b, ${isFailed})`, { args: [id, fingerprint] })
  }
  const members = async (state: string, limit: number, left = '') => await call(
    'group_members', `return group_members(queue, a, b, ${limit}, c)`, { args: [one, state, left] }
  )
  t.strictSame(await members('failed', 9), ['a1', 'a2', 'a5'])
  t.strictSame(await members('failed', 2), ['a1', 'a2'])
  t.strictSame(await members('failed', 9, '21 a2'), ['a5'])
  t.same(await members('failed', 9, '21 a5'), [])
  t.same(await members('failed', 0), [])
  t.strictSame(await members('retrying', 9), ['a3'])
  await redis.zadd(key('failed'), 900, 'a1')
  const is = async (id: string) =>
    await call('is_grouped', "return is_grouped(queue, a, 'failed')", { args: [id] })
  t.strictSame([await is('1'), await is('2')], [true, false])
  t.strictSame(await members('failed', 9), ['a1', 'a5'])
})

test('record_error() and save_errors() write many failures of a call at once', async t => {
  const { redis, key, call } = await bench(t)
  const lua =
    "for i = 1, 5 do record_error(queue, a, '' .. i, 'w' .. i, '{\"message\":\"no\"}') end\n" +
    "record_error(queue, b, '9', nil, '')\nsave_errors(queue)\nsave_errors(queue)"
  const now = 60_000
  await call('record_error save_errors', lua, { args: [one, other], now })
  const group = async (fingerprint: string) =>
    JSON.parse((await redis.hget(key('errors'), fingerprint))!)
  t.match(await group(one), {
    count: 5,
    first: now,
    last: now,
    minute: 1,
    latest: 5,
    before: 0,
    error: { message: 'no' },
    workers: ['w5', 'w4', 'w3', 'w2', 'w1'],
    samples: [{ id: '5' }, { id: '4' }, { id: '3' }]
  })
  t.match(await group(other), { count: 1, samples: [{ id: '9' }] })
  await call('record_error save_errors', lua, { args: [one, other], now: 120_000 })
  t.match(await group(one), { count: 10, first: now, last: 120_000, latest: 5, before: 5 })
  t.equal(await redis.hget(key('errors'), `r${one}`), '1:5 ')
  t.equal((await group(one)).workers.length, 5, 'each worker once')
})

test('add_failures() and save_rate() keep the minutes of a day', async t => {
  const { redis, key, call } = await bench(t)
  const add = async (minute: number) => await call(
    'add_failures',
    'local group = cjson.decode(b)\nadd_failures(queue, a, group, 2)\nreturn group',
    { args: [one, '{"count":1,"minute":2000,"latest":1}'], now: minute * 60_000 }
  )
  t.match(await add(2000), { count: 3, latest: 3 })
  t.match(await add(2001), { latest: 2, before: 1 })
  t.match(await add(2002), { latest: 2, before: 0 })
  await redis.hset(key('errors'), `r${one}`, '559:1 560:2 561:3 ')
  await call('save_rate', 'save_rate(queue, a, 2000, 7)', { args: [one] })
  t.equal(await redis.hget(key('errors'), `r${one}`), '561:3 2000:7 ')
})

test('keep_newest() keeps each entry once', async t => {
  const { call } = await bench(t)
  const keep = async (most: number) =>
    await call('keep_newest', `return keep_newest({ 'b', 'c' }, { 'a', 'b', 'd' }, ${most})`)
  t.strictSame(await keep(9), ['b', 'c', 'a', 'd'])
  t.strictSame(await keep(3), ['b', 'c', 'a'])
})

test('the fingerprint of an expired lease is that of its error', t => {
  t.equal(scriptLimits.lost_error, fingerprintOf(scriptLimits.lost_text))
  t.end()
})
