import type { FastifyInstance } from 'fastify'
import type { Redis } from 'ioredis'
import { test } from 'tap'
import { advance, claim, fire } from '../../../../operations/schedule/fire.ts'
import { setPolicy } from '../../../../operations/queue/policy.ts'
import { ack } from '../../../../operations/job/ack.ts'
import { push } from '../../../../operations/job/push.ts'
import { purge } from '../../../../operations/queue/queue.ts'
import {
  deleteSchedule,
  getSchedule,
  listSchedules,
  setSchedule
} from '../../../../operations/schedule/schedule.ts'
import { take } from '../../../../operations/job/take.ts'
import { startRedis } from '../../../support/redis/redis.ts'
import { build } from '../../../support/server/app.ts'
import { set, start, tick, waiting } from '../../../support/server/schedule.ts'

test('of schedules with large payloads as many are taken up and shown at once as make 8 MiB, ' +
  'and all fire', async t => {
  const app = await build(t)
  const payload = `{"x":"${'x'.repeat(1_000_000)}"}`
  for (let i = 0; i < 20; i++) {
    await setSchedule(app.redis, `s${i}`, { queue: 'mail', every: 10, payload }, undefined, {
      now: start
    })
  }
  t.equal(
    (await listSchedules(app.redis, () => true, { offset: 0, limit: 100 })).schedules.length,
    8
  )
  t.equal((await claim(app.redis, { now: start + 10 })).claims.length, 8)
  await tick(app, 12)
  t.equal(await waiting(app), 20)
})

test('a tick is not early, and puts in one job with the bytes that came', async t => {
  const app = await set(t, { payload: '{ "n": 12345678901234567890 }', priority: 1 })
  await tick(app, 9.999)
  t.equal(await waiting(app), 0)
  await tick(app, 10)
  await tick(app, 10)
  t.match(await getSchedule(app.redis, 'beat'), {
    next_at: start + 20,
    last_at: start + 10,
    last_job: '1',
    fired: 1,
    skipped: 0,
    last_error: null
  })
  t.same(
    (await take(app.redis, 'mail', { count: 5 })).map(({ payload }) => payload),
    ['{ "n": 12345678901234567890 }']
  )
})

test('twenty servers at once put in one job a tick', async t => {
  const app = await set(t, { every: 1 })
  for (let second = 1; second <= 10; second++) {
    await Promise.all(Array.from({ length: 20 }, async () => await tick(app, second)))
  }
  t.match(await getSchedule(app.redis, 'beat'), { next_at: start + 11, fired: 10 })
  t.equal(await waiting(app), 10)
})

test('twenty servers that all hold the same claim fire it once, and count it once', async t => {
  const app = await set(t)
  const {
    claims: [held],
    time
  } = await claim(app.redis, { now: start + 10 })
  const moved = await Promise.all(
    Array.from(
      { length: 20 },
      async () =>
        await advance(app.redis, held!, await fire(app.redis, held!, time, { now: start + 10 }))
    )
  )
  t.equal(moved.filter(Boolean).length, 1)
  t.equal(await waiting(app), 1)
  t.match(await getSchedule(app.redis, 'beat'), { fired: 1 })
})

test('a server that dies before it has put the job in leaves the tick to another, ' +
  'a second later', async t => {
  const app = await set(t)
  t.equal((await claim(app.redis, { now: start + 10 })).claims.length, 1)
  t.equal((await claim(app.redis, { now: start + 10.9 })).claims.length, 0)
  await tick(app, 11)
  t.equal(await waiting(app), 1)
  t.match(await getSchedule(app.redis, 'beat'), {
    next_at: start + 20,
    last_at: start + 10,
    fired: 1
  })
})

test('a server that dies between the job and its count leaves one job, ' +
  'whatever happens to the queue meanwhile', async t => {
  for (const meanwhile of [
    async () => {},
    async (app: FastifyInstance) => await purge(app.redis, 'mail'),
    async (app: FastifyInstance) => {
      await take(app.redis, 'mail')
    }
  ]) {
    const app = await set(t)
    const {
      claims: [held],
      time
    } = await claim(app.redis, { now: start + 10 })
    await fire(app.redis, held!, time, { now: start + 10 })
    await meanwhile(app)
    const before = await waiting(app)
    await tick(app, 11)
    t.equal(await waiting(app), before, 'no second one')
    t.match(await getSchedule(app.redis, 'beat'), { next_at: start + 20, last_job: '1', fired: 1 })
    t.notOk(
      await advance(app.redis, held!, await fire(app.redis, held!, time, { now: start + 25 })),
      'the dead one comes back'
    )
    await tick(app, 20)
    t.equal(await waiting(app), before + 1, 'and it goes on')
  }
})

test('with overlap skip a tick does not wait: it is skipped while the last job is ' +
  'in the queue', async t => {
  const app = await set(t, { overlap: 'skip' })
  await push(app.redis, 'mail', [{ payload: '{"other":1}', delay: 1e8 }])
  await tick(app, 10)
  await tick(app, 20)
  t.match(await getSchedule(app.redis, 'beat'), {
    fired: 1,
    skipped: 1,
    last_at: start + 10,
    last_error: 'job 2, the last one, is still in the queue'
  })
  const [job] = await take(app.redis, 'mail', { lease: 1000, now: start + 25 })
  await tick(app, 30)
  t.match(await getSchedule(app.redis, 'beat'), { fired: 1, skipped: 2 })
  await ack(app.redis, 'mail', [{ id: job!.id, receipt: job!.lease!.receipt }])
  await tick(app, 40)
  t.match(await getSchedule(app.redis, 'beat'), {
    fired: 2,
    skipped: 2,
    last_job: '3',
    last_error: null
  })
  await purge(app.redis, 'mail')
  await push(app.redis, 'mail', [{ payload: '{}' }, { payload: '{}' }, { payload: '{}' }])
  await tick(app, 50)
  t.match(
    await getSchedule(app.redis, 'beat'),
    { fired: 3, last_job: '4' },
    'another job of that number is not the last one'
  )
})

test('a stopped queue takes the jobs, and a full one skips them and says so', async t => {
  const app = await set(t)
  await setPolicy(app.redis, 'mail', { status: 'stop', max_jobs: 1 })
  await tick(app, 10)
  await tick(app, 20)
  t.match(await getSchedule(app.redis, 'beat'), {
    fired: 1,
    skipped: 1,
    last_error: 'the queue is full: it has max_jobs jobs'
  })
  await purge(app.redis, 'mail')
  await tick(app, 30)
  t.match(await getSchedule(app.redis, 'beat'), { fired: 2, skipped: 1, last_error: null })
})

test('a full Redis skips ticks and says so, and the schedule goes on', async t => {
  const app = await set(t, {}, await build(t, { REDIS_URL: (await startRedis(t)).url }))
  await tick(app, 10)
  const redis = app.redis as Redis
  await redis.config('SET', 'maxmemory', '1mb')
  await tick(app, 20)
  t.match(await getSchedule(app.redis, 'beat'), {
    fired: 1,
    skipped: 1,
    next_at: start + 30,
    last_error: 'redis is out of memory'
  })
  await redis.config('SET', 'maxmemory', '0')
  await tick(app, 30)
  t.match(await getSchedule(app.redis, 'beat'), { fired: 2, skipped: 1, last_error: null })
  t.equal(await waiting(app), 2)
})

test('a schedule that is replaced, moved or deleted while it is fired is not put back', async t => {
  const app = await set(t)
  const {
    claims: [held],
    time
  } = await claim(app.redis, { now: start + 10 })
  await setSchedule(app.redis, 'beat', { queue: 'post', every: 30, payload: '{}' }, undefined, {
    now: start + 10
  })
  t.notOk(await advance(app.redis, held!, await fire(app.redis, held!, time, { now: start + 10 })))
  t.match(await getSchedule(app.redis, 'beat'), { queue: 'post', next_at: start + 30, fired: 0 })
  const {
    claims: [second]
  } = await claim(app.redis, { now: start + 30 })
  await deleteSchedule(app.redis, 'beat')
  t.notOk(
    await advance(
      app.redis,
      second!,
      await fire(app.redis, second!, (start + 30) * 1000, { now: start + 30 })
    )
  )
  t.equal(await getSchedule(app.redis, 'beat'), null)
  t.same(await claim(app.redis, { now: start + 1e6 }), {
    claims: [],
    time: (start + 1e6) * 1000,
    again: null,
    isOperationDue: false
  })
})

test('a queue forgets the ticks of schedules that are gone', async t => {
  const app = await set(t)
  await tick(app, 10)
  await deleteSchedule(app.redis, 'beat')
  await setSchedule(app.redis, 'other', { queue: 'mail', every: 10, payload: '{}' }, undefined, {
    now: start + 31 * 86_400
  })
  await tick(app, 31 * 86_400 + 10)
  t.same(await app.redis.hkeys('{mail}:fired'), ['other'])
})
