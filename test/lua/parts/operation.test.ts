import { test } from 'tap'
import { bench } from '../call.ts'

const operation = (more: object): string => JSON.stringify({
  id: '7',
  state: 'running',
  where: { state: 'failed' },
  rate: 50,
  left: '',
  filter: '',
  round: 1,
  paced_at: 1000,
  begin: { at: 1000, last: 9 },
  changed_at: 1000,
  counts: { matched: 1, done: 0, completed: 0, failed: 0, gone: 0, duplicates: 0 },
  ...more
})

test('check_outcomes() lets a canary pass, or stops the operation, at the bounds of stop_at and ' +
  'within', async t => {
  const { call } = await bench(t)
  const lua = 'local one = cjson.decode(a)\ncheck_outcomes(queue, one)\nreturn one.state'
  const after = async (
    state: string, trial: object, stopAt: number, jobs = 20, now = 1000
  ): Promise<string> => {
    const canary = { jobs, within: 600, stop_at: stopAt }
    const args = [operation({ state, canary, trial: { jobs, sent: jobs, since: 400, ...trial } })]
    return await call('check_outcomes', lua, { args, now })
  }
  for (const [state, ended, failed, stopAt, expected] of [
    ['canary', 19, 0, 0.05, 'canary'], ['canary', 20, 0, 0.05, 'running'],
    ['canary', 1, 1, 0.05, 'stopped'], ['canary', 20, 1, 0.05, 'stopped'],
    ['canary', 20, 1, 0.051, 'running'], ['canary', 20, 0, 0, 'running'],
    ['canary', 20, 19, 1, 'running'], ['canary', 20, 20, 1, 'stopped'],
    ['running', 100, 4, 0.05, 'running'], ['running', 100, 5, 0.05, 'stopped'],
    ['running', 1, 1, 0.1, 'running'], ['paused', 20, 20, 0.05, 'paused']
  ] as const) {
    const trial = { ended, failed }
    t.equal(await after(state, trial, stopAt), expected, `${state} ${ended} ${failed} ${stopAt}`)
  }
  t.equal(await after('canary', { ended: 0, failed: 0, since: 400 }, 1), 'canary')
  t.equal(await after('canary', { ended: 0, failed: 0, since: 399 }, 1), 'stopped')
  t.equal(await after('canary', { ended: 0, failed: 0, sent: 19, since: 0 }, 1), 'canary')
  const args = [operation({
    canary: { jobs: 20, stop_at: 0.5 }, trial: { jobs: 20, ended: 1000, failed: 499 }
  })]
  const halved = 'local one = cjson.decode(a)\ncheck_outcomes(queue, one)\n' +
    'return one.trial.ended, one.trial.failed'
  t.strictSame(await call('check_outcomes', halved, { args }), [500, 249.5])
})

test('operation_rate() lets go what the rate allows, of a second at most', async t => {
  const { call } = await bench(t)
  const lua = 'return operation_rate(queue, cjson.decode(a))'
  const room = async (more: object, now: number) =>
    (await call('operation_rate', lua, { args: [operation(more)], now }))
  t.strictSame(await room({}, 1000), [0, 100])
  t.strictSame(await room({}, 1019), [0, 100])
  t.strictSame(await room({}, 1020), [1, 100])
  t.strictSame(await room({}, 1100), [5, 100])
  t.strictSame(await room({}, 99_000), [50, 100])
  t.strictSame(await room({ rate: 0.01 }, 100_999), [0, 1000])
  t.strictSame(await room({ rate: 0.01 }, 101_000), [1, 1000])
  t.strictSame(await room({ rate: 0.01 }, 999_000), [1, 1000])
  t.strictSame(await room({ rate: 5000 }, 99_000), [200, 20])
  const canary = { state: 'canary', trial: { jobs: 3, sent: 0 } }
  t.strictSame(await room(canary, 99_000), [3, 100])
  t.strictSame(await room({ ...canary, trial: { jobs: 3, sent: 3 } }, 99_000), [0, 100])
})

test('load_operation(), set_state(), begin_round() and save_operation() write what ' +
  'is_under_way() and count_end() read', async t => {
  const { redis, key, call } = await bench(t)
  const canary = { jobs: 2, within: 600, stop_at: 0.5 }
  await redis.hset(key('operations'), '7', operation({ canary, round: 0 }))
  const begin = "local one = load_operation(queue, '7')\nbegin_round(queue, one)\n" +
    'save_operation(queue, one)\nreturn is_under_way(one), load_operation(queue, a) == nil'
  const use = 'load_operation begin_round save_operation is_under_way'
  t.strictSame(await call(use, begin, { args: ['8'] }), [true, true])
  t.ok(await redis.pttl(key('operations')) > 6 * 86_400_000)
  const end = 'local details = { operation = a }\ncount_end(queue, details, b)\n' +
    'return details.operation or false'
  const ended = async (mark: string, how: string) =>
    await call('count_end', end, { args: [mark, how] })
  t.strictSame(
    [
      await ended('7', 'failed'), await ended('8 1', 'failed'), await ended('7 1', 'completed'),
      await ended('7 0', 'failed')
    ],
    ['7', '8', false, '7']
  )
  const stored = async () => JSON.parse((await redis.hget(key('operations'), '7'))!)
  t.match(await stored(), { state: 'canary', counts: { completed: 1, failed: 1 } })
  t.match((await stored()).trial, { ended: 1, failed: 0 }, 'that of a round before counts apart')
  await ended('7 1', 'failed')
  t.match(await stored(), { state: 'stopped', stopped: 'failed' })
  t.equal(await call('set_state is_under_way', 'local one = cjson.decode(a)\n' +
    "set_state(queue, one, 'aborted')\nreturn is_under_way(one)", { args: [operation({})] }), false)
})

test('forget_operations() keeps those of the last week, a hundred at most, and all that are ' +
  'under way', async t => {
  const { redis, key, call } = await bench(t)
  const now = 1e12
  const old = now - 604_800_000
  for (const [id, state, at] of [
    ['1', 'completed', old - 1], ['2', 'completed', old], ['3', 'running', old - 1]
  ] as const) {
    const text = operation({ id, state, changed_at: at })
    await redis.hset(key('operations'), id, text, `p${id}`, '')
  }
  await call('forget_operations', 'forget_operations(queue)', { now })
  t.strictSame((await redis.hkeys(key('operations'))).sort(), ['2', '3', 'p2', 'p3'])
  for (let n = 4; n <= 101; n++) {
    const text = operation({ id: String(n), state: 'completed', changed_at: now })
    await redis.hset(key('operations'), n, text)
  }
  await call('forget_operations', 'forget_operations(queue)', { now })
  t.equal(await redis.hexists(key('operations'), '2'), 1)
  await redis.hset(key('operations'), 102, operation({ id: '102', changed_at: now }))
  await call('forget_operations', 'forget_operations(queue)', { now })
  const left = await redis.hkeys(key('operations'))
  t.notOk(left.includes('2'))
  t.ok(left.includes('3'))
})

test('operation_members() and count_matching() know the jobs of a state and of an error ' +
  'group', async t => {
  const { redis, key, call } = await bench(t)
  await redis.zadd(key('failed'), 900, 'a1', 1000, 'a2', 1001, 'a3')
  const members = 'local one, filter = cjson.decode(a), cjson.decode(b)\n' +
    'local ids = operation_members(queue, one, filter, 9)\n' +
    'return table.concat(ids, " "), count_matching(queue, one.where, filter)'
  const use = 'operation_members count_matching'
  const of = async (more: object, filter: object = {}) =>
    await call(use, members, { args: [operation(more), JSON.stringify(filter)] })
  t.strictSame(await of({}), ['1 2 3', 3])
  t.strictSame(await of({ left: '900 a1' }), ['2 3', 3])
  await redis.zadd(key('grouped'), 21, 'a1', 21, 'a4', 20, 'a5')
  t.strictSame(await of({}, { error: '00000000000a' }), ['1 4', 2])
  t.strictSame(await of({}, { text: 'x' }), '1 2 3')
})

test('why_left() and is_newer_job() tell which jobs an operation leaves', async t => {
  const { redis, key, call } = await bench(t)
  await redis.zadd(key('failed'), 900, 'a1', 1000, 'a2', 1001, 'a3')
  const left = async (id: string, details: object, more = {}) => await call(
    'is_newer_job', 'return is_newer_job(queue, cjson.decode(a), b, cjson.decode(c))',
    { args: [operation(more), id, JSON.stringify(details)], now: 2000 }
  )
  t.strictSame(
    [
      await left('1', {}), await left('2', {}), await left('3', {}), await left('10', {}),
      await left('3', { operation: '7' }),
      await left('3', { operation: '7' }, { resumed_at: 1001 }),
      await left('3', { operation: '7' }, { resumed_at: 1000 }),
      await left('3', { operation: '8' }, { resumed_at: 1001 }),
      await left('3', { operation: '7 1' }, { resumed_at: 1001 })
    ],
    [false, false, true, true, true, false, true, true, true]
  )
  await redis.zadd(key('grouped'), 21, 'a1', 21, 'a4')
  const why = async (id: string, filter: object) => await call(
    'why_left', 'return why_left(queue, cjson.decode(a), b, {}, cjson.decode(c)) or "none"',
    { args: [operation({}), id, JSON.stringify(filter)], now: 2000 }
  )
  const error = '00000000000a'
  t.strictSame(
    [
      await why('1', {}), await why('3', {}), await why('1', { error }), await why('4', { error }),
      await why('1', { min_attempt: 2 })
    ],
    ['none', 'left', 'none', 'gone', 'left']
  )
})

test('retry_one() and retry_some() let jobs go and pass over those that are left', async t => {
  const { redis, key, call } = await bench(t)
  for (const id of ['1', '2', '3']) await redis.hset(key('jobs'), id, '\0\0\0\0\0\0{}')
  await redis.zadd(key('failed'), 900, 'a1', 1001, 'a2', 950, 'a3')
  const lua = 'local one = cjson.decode(a)\n' +
    'local gone, seen = retry_some(queue, one, tonumber(b))\nreturn gone, seen, one.left'
  const some = async (room: number) =>
    await call('retry_some', lua, { args: [operation({}), String(room)], now: 2000 })
  t.strictSame(await some(1), [1, 1, ''])
  t.strictSame(await some(9), [1, 2, '1001 a2'])
  t.strictSame(await redis.zrange(key('failed'), 0, '-1'), ['a2'])
  t.match(JSON.parse((await redis.hget(key('details'), '1'))!), { operation: '7 1' })
  const one = 'return retry_one(queue, cjson.decode(a), b, {})'
  t.strictSame(await call('retry_one', one, { args: [operation({}), '2'], now: 2000 }), ['left', 0])
})

test('delete_one() and delete_some() delete what undo_some() brings back', async t => {
  const { redis, key, call } = await bench(t)
  for (const id of ['1', '2', '3']) await redis.hset(key('jobs'), id, '\0\0\0\0\0\0{}')
  await redis.zadd(key('failed'), 900, 'a1', 1001, 'a2', 950, 'a3')
  const one = 'return (delete_one(queue, cjson.decode(a), b, {}))'
  const left = { args: [operation({}), '2'], now: 2000 }
  t.strictSame(await call('delete_one', one, left), 'left')
  const some = 'local one = cjson.decode(a)\nreturn delete_some(queue, one, 9)'
  t.strictSame(await call('delete_some', some, { args: [operation({})], now: 2000 }), [2, 3])
  await redis.zadd(key('binned'), 1, '8:1')
  const undo = 'local one = cjson.decode(a)\nlocal back, seen = undo_some(queue, one)\n' +
    'return back, seen, one.left'
  t.strictSame(await call('undo_some', undo, { args: [operation({})] }), [2, 3, '1 8:1'])
  t.strictSame(await redis.zrange(key('failed'), 0, '-1'), ['a1', 'a3', 'a2'])
})

test('change_some() ends with the job that fills its room, or that was a whole step', async t => {
  const { redis, call } = await bench(t)
  await redis.zadd('{mail}:failed', 1, 'a1', 2, 'a2', 3, 'a3')
  const lua = 'local lists, done, seen = change_some(queue, cjson.decode(a), tonumber(b),\n' +
    "  function (_, _, id) return 'done', id == '2' and 1 or 0 end)\n" +
    'return table.concat(lists.done or {}, " "), done, seen'
  const some = async (room: string) =>
    await call('change_some', lua, { args: [operation({}), room] })
  t.strictSame(await some('0'), ['', 0, 0])
  t.strictSame(await some('1'), ['1', 1, 1])
  t.strictSame(await some('9'), ['1 2', 2, 2])
})

test('move_some() takes jobs out, and moving_batch() tells them as often as it is ' +
  'asked', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('jobs'), '1', '\0\0\0\0\0\0{"n":1}')
  await redis.hset(key('details'), '1', '{"priority":2,"attempt":3}')
  await redis.zadd(key('failed'), 900, 'a1')
  const lua = 'local one = cjson.decode(a)\nlocal done, seen = move_some(queue, one, 9)\n' +
    'moving_batch(queue, one)\nreturn done, seen, unpack(moving_batch(queue, one))'
  const args = [operation({ do: 'move', to: 'post' })]
  t.strictSame(await call('move_some moving_batch', lua, { args }),
    [1, 1, 1, 'post', '{"n":1}', '0', '{"priority":2}'])
  t.strictSame(await redis.hkeys(key('moving')), ['7:1'])
  t.equal(await redis.exists(key('jobs'), key('failed'), key('details')), 0)
})
