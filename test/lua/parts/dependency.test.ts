import { test } from 'tap'
import { bench } from '../call.ts'

const record = '\0\0\0\0\0\x05{}'

test('dependency_state() takes a job that is gone for completed, ' +
  'and asks once for each', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('jobs'), '1', record, '2', record, '3', record)
  await redis.zadd(key('failed'), 900, 'a2')
  await redis.zadd(key('completed'), 9000, 'a3')
  const lua = `local states = {}
for i = 1, 4 do states[i] = dependency_state(queue, tostring(i)) or 'none' end
redis.call('ZADD', failed, 900, 'a1')
states[5] = dependency_state(queue, '1')
return states`
  t.strictSame(await call('dependency_state', lua, { keys: 'failed' }), [
    'unfinished',
    'failed',
    'none',
    'none',
    'unfinished'
  ])
})

test('invalid_dependency() finds the first id that is no older', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('stats'), 'last_id', 5)
  const find = async (depends: string, own = 'nil') =>
    await call('invalid_dependency', `return invalid_dependency(queue, a, ${own}) or 'none'`, {
      args: [depends]
    })
  t.equal(await find('1,5'), 'none')
  t.equal(await find('1,6,7'), '6')
  t.equal(await find('1,3', "'3'"), '3')
  t.equal(await find('1,2', "'3'"), 'none')
})

test('add_dependencies() forgets completed jobs, and fails with a failed one unless it ' +
  'waits for that', async t => {
  const { redis, key, call } = await bench(t)
  await redis.hset(key('jobs'), '1', record, '2', record)
  await redis.zadd(key('failed'), 900, 'a2')
  const add = async (id: string, depends: string, waits: boolean) =>
    await call(
      'add_dependencies',
      `local job = { depends = b }\nlocal state = add_dependencies(queue, a, job, ${waits})\n` +
        "return state or 'free', job.depends or ''",
      { args: [id, depends] }
    )
  t.strictSame(await add('5', '3,4', false), ['free', ''])
  t.strictSame(await add('6', '1,3', false), ['blocked', '1'])
  t.strictSame(await add('7', '1,2', true), ['blocked', '1,2'])
  t.strictSame(await add('8', '1,2', false), ['failed', '1,2'])
  t.strictSame(await redis.zrange(key('blocked'), 0, '-1'), ['a6', 'a7'])
  t.strictSame(await redis.zrange(key('dependents'), 0, '-1', 'WITHSCORES'), [
    '1:a6',
    '1',
    '1:a7',
    '1',
    '2:a7',
    '2'
  ])
  t.strictSame(await redis.zrange(key('failed'), 0, '-1'), ['a2', 'a8'])
})

test('announce_end() notes the end of a job on which others depend, ' +
  'and done stays done', async t => {
  const { redis, key, call } = await bench(t)
  const announce = async (how: string) =>
    await call('announce_end', "announce_end(queue, '1', a)\nreturn queue.memo.ended or false", {
      args: [how]
    })
  t.equal(await announce('done'), false)
  await redis.zadd(key('dependents'), 1, '1:a2')
  t.equal(await announce('failed'), true)
  t.equal(await announce('done'), true)
  t.strictSame(await redis.zrange(key('ended'), 0, '-1'), ['1 done'])
  t.equal(await announce('cancelled'), false)
  await redis.hset(key('watchers'), '1', 's1 s2')
  await announce('done')
  t.equal(await redis.exists(key('watchers')), 0)
})

test('resolve_dependents() lets a job run once its last dependency is done, ' +
  'and fails it with a failed one', async t => {
  const { redis, key, call } = await bench(t)
  const blocked = async (id: string, details: object, ...dependencies: number[]): Promise<void> => {
    await redis.hset(key('jobs'), id, record)
    await redis.hset(key('details'), id, JSON.stringify(details))
    await redis.zadd(key('blocked'), 900, `a${id}`)
    for (const one of dependencies) await redis.zadd(key('dependents'), one, `${one}:a${id}`)
  }
  await blocked('4', { depends: '1,2' }, 1, 2)
  await blocked('5', { depends: '1', due: 5000 }, 1)
  await blocked('6', { depends: '3' }, 3)
  await redis.zadd(key('ended'), 900, '1 done', 901, '3 cancelled')
  t.equal(await call('resolve_dependents', 'return resolve_dependents(queue)'), true)
  t.strictSame(await redis.zrange(key('blocked'), 0, '-1'), ['a4'])
  t.strictSame(await redis.zrange(key('delayed'), 0, '-1', 'WITHSCORES'), ['a5', '5000'])
  t.strictSame(await redis.zrange(key('failed'), 0, '-1'), ['a6'])
  t.match(await redis.hget(key('reports'), 'e6'), 'job 3, on which it depends, was cancelled')
  t.equal(await redis.exists(key('ended')), 0)
  await redis.zadd(key('ended'), 902, '2 done')
  await call('resolve_dependents', 'resolve_dependents(queue)')
  t.strictSame(await redis.lrange(key('references'), 0, '-1'), ['4:0'])
})

test('resolve_dependents() does a bounded piece of a crowd', async t => {
  const { redis, key, call } = await bench(t)
  for (let id = 100; id < 400; id++) {
    await redis.hset(key('jobs'), id, record)
    await redis.hset(key('details'), id, '{"depends":"1"}')
    await redis.zadd(key('blocked'), 900, `c${id}`)
    await redis.zadd(key('dependents'), 1, `1:c${id}`)
  }
  await redis.zadd(key('ended'), 900, '1 done')
  await call('resolve_dependents', 'resolve_dependents(queue)')
  t.equal(await redis.llen(key('references')), 250)
  await call('resolve_dependents', 'resolve_dependents(queue)')
  t.equal(await redis.llen(key('references')), 300)
})

test('remove_dependencies() takes a job off all lists of dependents', async t => {
  const { redis, key, call } = await bench(t)
  const remove = async () =>
    await call(
      'remove_dependencies',
      "return remove_dependencies(queue, '3', { depends = '1,2' }) or 'none'"
    )
  t.equal(await remove(), 'none')
  await redis.zadd(key('blocked'), 900, 'a3')
  await redis.zadd(key('dependents'), 1, '1:a3', 1, '1:a4', 2, '2:a3')
  t.equal(await remove(), 2)
  t.strictSame(await redis.zrange(key('dependents'), 0, '-1'), ['1:a4'])
  const lua =
    "local before = has_dependents(queue)\nredis.call('DEL', dependents)\n" +
      'return before, has_dependents(queue)'
  t.strictSame(
    await call('has_dependents', lua, { keys: 'dependents' }),
    [true, true],
    'a call asks once'
  )
})

test('resolve_one() and fail_dependent() say which job has not completed, and how', async t => {
  const { redis, key, call } = await bench(t)
  const message = async (how: string) => {
    await call(
      'fail_dependent save_details',
      "local job = {}\nfail_dependent(queue, '2', job, '1', a)\nsave_details(queue, '2', job)",
      { args: [how] }
    )
    return JSON.parse((await redis.hget(key('reports'), 'e2'))!).message
  }
  t.equal(await message('failed'), 'job 1, on which it depends, failed')
  t.equal(await message('discarded'), 'job 1, on which it depends, was discarded')
  await redis.hset(key('details'), '3', '{"depends":"1,2"}')
  await redis.zadd(key('blocked'), 900, 'a3')
  const lua =
    'local lists = { waiting = {}, delayed = {}, failed = {} }\nreturn resolve_one(queue, ' +
      "'1:a3', a, lists), #lists.waiting, lists.failed[1] or ''"
  t.strictSame(await call('resolve_one', lua, { args: ['done'] }), [1, 0, ''])
  t.equal(await redis.hget(key('details'), '3'), '{"depends":"2"}')
  t.strictSame(await call('resolve_one', lua, { args: ['failed'] }), [1.1, 0, '3'])
})
