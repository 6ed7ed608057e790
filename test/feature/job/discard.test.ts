import { test } from 'tap'
import type { Delivery } from '../../../operations/job/delivery.ts'
import { nack } from '../../../operations/job/nack.ts'
import { setPolicy } from '../../../operations/queue/policy.ts'
import { job, jobs } from '../../../operations/job/job.ts'
import { push, type NewJob } from '../../../operations/job/push.ts'
import { retry, retryAll } from '../../../operations/job/bulk.ts'
import { queueStatus } from '../../../operations/queue/queue.ts'
import type { RedisClient } from '../../../operations/redis/store.ts'
import { take } from '../../../operations/job/take.ts'
import { client } from '../../support/http/http-client.ts'
import { build } from '../../support/server/app.ts'

const proof = ({ id, lease }: Delivery) => ({ id, receipt: lease!.receipt })
const many = (count: number, job: Partial<NewJob> = {}) =>
  Array.from({ length: count }, () => ({ payload: '{}', ...job }))

async function fail (redis: RedisClient, count: number, now: number): Promise<void> {
  await push(redis, 'mail', many(count), { now })
  const taken = await take(redis, 'mail', { count, lease: 60, now })
  await nack(
    redis,
    'mail',
    taken.map(one => ({ ...proof(one), retry: false, error: '{"message":"no"}' })),
    { now }
  )
}

const failed = async (redis: RedisClient, now: number) =>
  (await jobs(redis, 'mail', 'failed', { offset: 0, limit: 1000, now })).map(({ id }) => id)

test('of failed jobs as many are kept as the policy says, and the oldest go', async t => {
  for (const count of [4, 5, 6, 1000]) {
    const { redis } = await build(t)
    await setPolicy(redis, 'mail', { max_failed: 5 })
    await fail(redis, count, 100)
    const kept = Math.min(count, 5)
    t.match(
      await queueStatus(redis, 'mail', { now: 101 }),
      { counts: { failed: kept, waiting: 0 }, discarded: count - kept, failed: count },
      String(count)
    )
    t.same(
      await failed(redis, 101),
      Array.from({ length: kept }, (_, i) => String(count - kept + 1 + i)),
      `${count}: the newest`
    )
    t.same(await redis.hlen('{mail}:jobs'), kept, `${count}: nothing stays of the others`)
    t.same(await redis.hlen('{mail}:reports'), 2 * kept, `${count}: nor their reports`)
  }
})

test('a failed job is kept for as long as the policy says, and no longer', async t => {
  const { redis } = await build(t)
  await setPolicy(redis, 'mail', { keep_failed: 10 })
  await fail(redis, 1, 100)
  await fail(redis, 1, 105)
  t.same(await failed(redis, 109.999), ['1', '2'])
  t.same(await failed(redis, 110), ['2'])
  t.equal(await job(redis, 'mail', '1', { now: 110 }), null)
  t.match(await queueStatus(redis, 'mail', { now: 110 }), {
    counts: { failed: 1, waiting: 0 },
    discarded: 1
  })
})

test('failed jobs are kept for 180 days, ' +
  'and without an end where the bounds are lifted', async t => {
  const { redis } = await build(t)
  const day = 86_400
  await fail(redis, 1, 100)
  t.match((await queueStatus(redis, 'mail', { now: 100 })).policy, {
    keep_failed: 180 * day,
    max_failed: 100_000
  })
  t.same(await failed(redis, 100 + 180 * day - 1), ['1'])
  await setPolicy(redis, 'mail', { keep_failed: null, max_failed: null })
  t.match((await queueStatus(redis, 'mail', { now: 100 })).policy, {
    keep_failed: null,
    max_failed: null
  })
  t.same(await failed(redis, 100 + 1000 * day), ['1'])
  await setPolicy(redis, 'mail', { keep_failed: 180 * day })
  t.same(await failed(redis, 100 + 180 * day), [])
})

test('no batch of failures outgrows the bound: one call drops what one call adds', async t => {
  const { redis } = await build(t)
  await setPolicy(redis, 'mail', { max_failed: 100 })
  for (let n = 0; n < 5; n++) {
    await fail(redis, 1000, 100)
    t.ok((await redis.zcard('{mail}:failed')) <= 100, `after ${n + 1}`)
  }
  await setPolicy(redis, 'mail', { tries: 1 })
  for (let n = 0; n < 5; n++) await push(redis, 'mail', many(100), { now: 200 })
  await take(redis, 'mail', { count: 500, lease: 1, now: 200 })
  for (let n = 0; n < 6; n++) await queueStatus(redis, 'mail', { now: 202 })
  t.match(await queueStatus(redis, 'mail', { now: 202 }), {
    counts: { failed: 100, active: 0, waiting: 0 },
    lost: 500,
    discarded: 5400
  })
})

test('more failed jobs than one call drops go with the next calls, ' +
  'and those that are left can be redriven', async t => {
  const { redis } = await build(t)
  for (let n = 0; n < 3; n++) await fail(redis, 1000, 100 + n)
  await setPolicy(redis, 'mail', { max_failed: 700 })
  for (let n = 0; n < 5; n++) await queueStatus(redis, 'mail', { now: 110 })
  t.match(await queueStatus(redis, 'mail', { now: 110 }), {
    counts: { failed: 700 },
    discarded: 2300
  })
  t.match(await retryAll(redis, 'mail', 'failed', Infinity, { now: 110 }), { count: 700 })
  t.equal((await take(redis, 'mail', { count: 1000, now: 111 })).length, 700)
})

test('a job that waits for a failed one to be redriven fails when that is discarded', async t => {
  const { redis } = await build(t)
  await setPolicy(redis, 'mail', { keep_failed: 10 })
  await fail(redis, 1, 100)
  await push(redis, 'mail', [{ payload: '{}', depends: '1' }], { now: 101 })
  await retry(redis, 'mail', '2', { now: 102 })
  t.match(await job(redis, 'mail', '2', { now: 109 }), { state: 'blocked', depends: ['1'] })
  t.match(await job(redis, 'mail', '2', { now: 110 }), {
    state: 'failed',
    last_error: /job 1, on which it depends, was discarded/
  })
})

test('the bounds are set and shown, refused where they are none, ' +
  'counted in metrics and told as an event', async t => {
  const { says, ask, app } = await client(t)
  await says(
    200,
    { queue: 'foo', response: 'updated' },
    'POST /control/foo',
    '{"max_failed":1,"keep_failed":3600}'
  )
  t.match((await ask('GET /status/foo')).json(), {
    policy: { max_failed: 1, keep_failed: 3600 },
    discarded: 0
  })
  for (const body of [
    '{"max_failed":0}',
    '{"max_failed":1.5}',
    '{"max_failed":"1"}',
    '{"keep_failed":0}',
    '{"keep_failed":-1}',
    '{"keep_failed":"1d"}'
  ]) {
    t.equal((await ask('POST /control/foo', body)).statusCode, 400, body)
  }
  await says(201, '', 'POST /qb/foo', '{"jobs":[{},{}]}')
  await ask('GET /events?queue=foo&wait=0')
  for (const job of (await ask('GET /qb/foo?lease=30')).json()) {
    await ask(`POST /j/foo/${job.id}/nack?receipt=${job.receipt}`, '{"retry":false}')
  }
  t.match((await ask('GET /status/foo')).json(), {
    counts: { failed: 1, waiting: 0 },
    failed: 2,
    discarded: 1
  })
  t.match((await ask('GET /summary')).json(), { queues: [{ queue: 'foo', discarded: 1 }] })
  t.match((await ask('GET /metrics')).body, 'presque_queue_discarded_total{queue="foo"} 1')
  const entries = await app.redis.xrange('{foo}:events', '-', '+')
  t.match(JSON.stringify(entries), '"discarded gone","1"')
  await says(
    200,
    { queue: 'foo', response: 'updated' },
    'POST /control/foo',
    '{"max_failed":null,"keep_failed":null}'
  )
  t.match((await ask('GET /status/foo')).json(), {
    policy: { max_failed: null, keep_failed: null }
  })
})
