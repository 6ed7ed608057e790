import { test } from 'tap'
import { bench } from '../call.ts'

test('mark_retrying() makes a job delayed and retrying, and leave_delayed() ends both', async t => {
  const { redis, key, call } = await bench(t)
  await call('mark_retrying', "mark_retrying(queue, '42', 1500)")
  for (const name of ['delayed', 'retrying'] as const) {
    t.strictSame(await redis.zrange(key(name), 0, '-1', 'WITHSCORES'), ['b42', '1500'], name)
  }
  t.equal(await call('leave_delayed', "return leave_delayed(queue, '42')"), true)
  t.equal(await redis.exists(key('delayed'), key('retrying')), 0)
  t.equal(await call('leave_delayed', "return leave_delayed(queue, '42')"), false)
})

test('end_retrying() ends it for the jobs that are promoted, and for what an older version left ' +
  'once no due job is left', async t => {
  const { redis, key, call } = await bench(t)
  const end = async (isAll: boolean): Promise<string[]> => {
    await redis.zadd(key('retrying'), 700, 'a1', 900, 'a2', 1000, 'a3', 1001, 'a4')
    await call('end_retrying', `end_retrying(queue, { 'a1', '700', 'a9', '800' }, ${isAll})`)
    return await redis.zrange(key('retrying'), 0, '-1')
  }
  t.strictSame(await end(false), ['a2', 'a3', 'a4'])
  t.strictSame(await end(true), ['a4'])
})

test('is_retrying() forgets a job that an older version has moved on', async t => {
  const { redis, key, call } = await bench(t)
  await redis.zadd(key('retrying'), 1500, 'a1', 1500, 'a2', 1500, 'a3')
  await redis.zadd(key('delayed'), 1500, 'a1', 1600, 'a2')
  for (const [id, expected] of [['1', true], ['2', false], ['3', false]] as const) {
    t.equal(await call('is_retrying', 'return is_retrying(queue, a)', { args: [id] }), expected, id)
  }
  t.strictSame(await redis.zrange(key('retrying'), 0, '-1'), ['a1'])
})

test('failure_rate() counts those of the minute before in part', async t => {
  const { call } = await bench(t)
  const minute = 60_000
  const fail = async (now: number, count: number) =>
    await call('count_failures', `count_failures(queue, ${count})`, { now })
  const failures = async (now: number) =>
    await call('failure_rate', 'return failure_rate(queue)', { now })
  t.equal(await failures(minute), 0, 'there were none yet')
  await fail(minute, 1)
  await fail(2 * minute - 1, 9)
  t.equal(await failures(2 * minute - 1), 10)
  t.equal(await failures(2 * minute), 10)
  t.equal(await failures(2.5 * minute), 5)
  await fail(2.5 * minute, 3)
  t.equal(await failures(2.5 * minute), 8)
  t.equal(await failures(3 * minute - 1), 4, 'it is rounded up')
  t.equal(await failures(3 * minute), 3)
  t.equal(await failures(4 * minute - 1), 1)
  t.equal(await failures(4 * minute), 0)
  await fail(9 * minute, 2)
  t.equal(await failures(9 * minute), 2, 'those of long ago do not count')
  await fail(minute, 1)
  t.equal(await failures(minute), 1, 'a clock that was set back begins anew')
})

test('count_failed_push() counts for the queue, its minute and the worker', async t => {
  const { redis, key, call } = await bench(t)
  for (const worker of ['', 'w1']) {
    const args = [worker]
    await call('count_failed_push', 'count_failed_push(queue, a, 2)', { now: 60_000, args })
  }
  t.match(await redis.hgetall(key('stats')), { failed: '4', failed_minute: '1', failed_now: '4' })
  t.equal(await redis.hget(key('workers'), 'failed:w1'), '2')
  t.strictSame(await redis.zrange(key('heard'), 0, '-1'), ['w1'])
})
test('record_attempt() keeps the last 25 deliveries, and the details of each', async t => {
  const { redis, key, call } = await bench(t)
  const record = async (details: string, how: string, delivery: string) => await call(
    'record_attempt',
    'local job = cjson.decode(a)\n' +
      `record_attempt(queue, '1', job, b, ${delivery})\nreturn job.started or 0`,
    { args: [details, how] }
  )
  const story = async () => (await redis.hget(key('reports'), 'a1'))?.split('\n')
  t.equal(await record('{"started":900}', 'completed', '{}'), 900, 'nothing else happened')
  t.equal(await story(), undefined)
  await redis.hset(key('holders'), '1', '800 w"1')
  await record('{"attempt":1}', 'failed', "{ began = '700', failure = '{}' }")
  await redis.del(key('holders'))
  await record('{"attempt":2}', 'released', "{ began = '700' }")
  await record('{"attempt":2,"started":950}', 'lost', '{}')
  await record('{"attempt":3}', 'lost', "{ began = '1001' }")
  const first = ['1 failed 800 1000 w"1 {}', '2 released 700 1000  ', '2 lost 950 1000  ']
  t.strictSame(await story(), [...first, '3 lost  1000  '])
  for (let i = 0; i < 22; i++) await record('{"attempt":4}', 'failed', '{}')
  t.equal((await story())!.length, 25)
  t.equal((await story())![0], '2 released 700 1000  ')
  t.equal(await record('{"attempt":5,"started":900}', 'completed', '{}'), 0)
  t.equal((await story())!.at(-1), '5 completed 900 1000  ')
})

test('record_attempt() and resume_attempt() take back that the lease of a delivery has ' +
  'expired', async t => {
  const { redis, key, call } = await bench(t)
  const set = async (...lines: string[]) =>
    await redis.hset(key('reports'), 'a1', lines.join('\n'))
  const story = async () => await redis.hget(key('reports'), 'a1')
  const late = async () => await call(
    'record_attempt', "record_attempt(queue, '1', {}, 'failed', { is_late = true })"
  )
  const resume = async () => await call(
    'resume_attempt', "local job = {}\nresume_attempt(queue, '1', job)\nreturn job.started or 0"
  )
  const [failed, lost] = ['1 failed 100 200 w1 {}', '2 lost 300 400 w2 ']
  await set(failed, lost)
  await late()
  t.equal(await story(), `${failed}\n1 failed 300 1000 w2 `)
  await set(lost)
  await late()
  t.equal(await story(), '1 failed 300 1000 w2 ')
  await late()
  t.equal(await story(), '1 failed 300 1000 w2 \n1 failed  1000  ', 'an older version told nothing')
  t.equal(await resume(), 0)
  await set(failed, lost)
  t.equal(await resume(), 300)
  t.equal(await story(), failed)
  await set(lost)
  t.equal(await resume(), 300)
  t.equal(await story(), null)
})
