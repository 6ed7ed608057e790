import { test } from 'tap'
import { ack } from '../../../operations/job/ack.ts'
import type { Delivery } from '../../../operations/job/delivery.ts'
import { setPolicy } from '../../../operations/queue/policy.ts'
import { job, jobByKey, jobs, why } from '../../../operations/job/job.ts'
import type { State } from '../../../schemas/job.ts'
import { push, type NewJob } from '../../../operations/job/push.ts'
import { cancel, cancelAll, retry } from '../../../operations/job/bulk.ts'
import { queueStatus } from '../../../operations/queue/queue.ts'
import type { RedisClient } from '../../../operations/redis/store.ts'
import { take } from '../../../operations/job/take.ts'
import { build } from '../../support/server/app.ts'

const proof = ({ id, lease }: Delivery) => ({ id, receipt: lease!.receipt })
const many = (count: number, job: Partial<NewJob> = {}) =>
  Array.from({ length: count }, () => ({ payload: '{}', ...job }))
const list = async (redis: RedisClient, state: State, now: number, order: 'asc' | 'desc' = 'asc') =>
  (await jobs(redis, 'mail', state, { offset: 0, limit: 1000, order, now })).map(({ id }) => id)

test('jobs that have expired are not counted, not listed and not to be seen, ' +
  'however many expire at once', async t => {
  const { redis } = await build(t)
  for (let n = 0; n < 3; n++) await push(redis, 'mail', many(1000, { ttl: 10 }), { now: 100 })
  await push(redis, 'mail', [...many(1), { payload: '{}', uniq: 'ann', ttl: 10 }], { now: 100 })
  t.match(await queueStatus(redis, 'mail', { now: 109 }), { counts: { waiting: 3002 } })
  t.match(await queueStatus(redis, 'mail', { now: 110 }), {
    counts: { waiting: 1 },
    oldestAge: null
  })
  t.equal(await job(redis, 'mail', '3002', { now: 110 }), null)
  t.equal(await jobByKey(redis, 'mail', 'ann', { now: 110 }), null)
  await t.rejects(cancel(redis, 'mail', '3000', { now: 110 }), { code: 'NO_SUCH_JOB' })
  await t.rejects(retry(redis, 'mail', '3000', { now: 110 }), { code: 'NO_SUCH_JOB' })
  await t.rejects(why(redis, 'mail', '2999', { now: 110 }), { code: 'NO_SUCH_JOB' })
  t.same(await list(redis, 'waiting', 110), ['3001'])
  t.match(await queueStatus(redis, 'mail', { now: 110 }), { counts: { waiting: 1 }, expired: 3001 })
})

test('a job that has expired while it was delayed, or waited for others, ' +
  'is not counted there either', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', many(1), { now: 100 })
  await push(redis, 'mail', many(300, { ttl: 10, depends: '1' }), { now: 100 })
  await push(redis, 'mail', many(300, { ttl: 10, delayed: 105 }), { now: 100 })
  await push(redis, 'mail', many(300, { ttl: 10 }), { now: 100 })
  t.match(await queueStatus(redis, 'mail', { now: 104 }), {
    counts: { waiting: 301, delayed: 300, blocked: 300 }
  })
  t.match(await queueStatus(redis, 'mail', { now: 120 }), {
    counts: { waiting: 1, delayed: 0, blocked: 0 }
  })
})

test('jobs that have expired do not fill a queue, nor hold a unique key', async t => {
  const { redis } = await build(t)
  await setPolicy(redis, 'mail', { max_jobs: 500 })
  await push(redis, 'mail', many(400, { ttl: 10 }), { now: 100 })
  await push(redis, 'mail', [{ payload: '{}', uniq: 'ann', ttl: 10 }, ...many(99, { ttl: 10 })], {
    now: 100
  })
  await t.rejects(push(redis, 'mail', many(1), { now: 109 }), { code: 'QUEUE_FULL' })
  t.match(await push(redis, 'mail', [{ payload: '{}', uniq: 'ann' }], { now: 110 }), [
    { id: '501', duplicate: false }
  ])
  t.equal((await push(redis, 'mail', many(499), { now: 110 })).length, 499)
  await t.rejects(push(redis, 'mail', many(1), { now: 110 }), { code: 'QUEUE_FULL' })
})

test('jobs that are due count as waiting and are listed so, ' +
  'however many fall due at once', async t => {
  const { redis } = await build(t)
  for (let n = 0; n < 3; n++) await push(redis, 'mail', many(1000, { delayed: 200 }), { now: 100 })
  await push(redis, 'mail', many(2, { delayed: 300 }), { now: 100 })
  t.match(await queueStatus(redis, 'mail', { now: 200 }), { counts: { waiting: 3000, delayed: 2 } })
  t.same(await list(redis, 'delayed', 200), ['3001', '3002'])
  t.same(await list(redis, 'delayed', 200, 'desc'), ['3002', '3001'])
  t.same(
    (await jobs(redis, 'mail', 'waiting', { offset: 2999, limit: 5, now: 200 })).map(
      ({ id }) => id
    ),
    ['3000']
  )
})

test('a result is not readable beyond the time for which it is kept', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [...many(500, { keep: 10 }), ...many(2, { keep: 20 })], { now: 100 })
  const taken = await take(redis, 'mail', { count: 502, lease: 60, now: 100 })
  await ack(
    redis,
    'mail',
    taken.map(one => ({ ...proof(one), result: '1' })),
    { now: 100 }
  )
  t.match(await queueStatus(redis, 'mail', { now: 109 }), { counts: { completed: 502 } })
  t.match(await job(redis, 'mail', '500', { now: 109 }), { result: '1' })
  t.match(await queueStatus(redis, 'mail', { now: 110 }), { counts: { completed: 2, waiting: 0 } })
  t.equal(await job(redis, 'mail', '500', { now: 110 }), null)
  t.same(await list(redis, 'completed', 110), ['501', '502'])
  t.same(await list(redis, 'completed', 110, 'desc'), ['502', '501'])
  t.equal(await cancelAll(redis, 'mail', 'completed', Infinity, { now: 110 }), 2)
})
