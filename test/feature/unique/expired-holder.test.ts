import { test } from 'tap'
import { setPolicy } from '../../../operations/queue/policy.ts'
import type { Delivery } from '../../../operations/job/delivery.ts'
import { nack } from '../../../operations/job/nack.ts'
import { restore } from '../../../operations/job/put-back.ts'
import { release } from '../../../operations/job/release.ts'
import { job, jobByKey } from '../../../operations/job/job.ts'
import { push, pushFailed } from '../../../operations/job/push.ts'
import { retry, retryAll } from '../../../operations/job/bulk.ts'
import { queueStatus } from '../../../operations/queue/queue.ts'
import type { RedisClient } from '../../../operations/redis/store.ts'
import { setSchedule } from '../../../operations/schedule/schedule.ts'
import { Scheduler } from '../../../operations/schedule/scheduler.ts'
import { take } from '../../../operations/job/take.ts'
import { build } from '../../support/server/app.ts'

// At 171 more are over than one script drops; the holder of the key is the last.
const crowd = Array.from({ length: 1000 }, () => ({ payload: '{}', ttl: 10 }))
const keyed = { payload: '{}', uniq: 'k' }
const proof = ({ id, lease }: Delivery) => ({ id, receipt: lease!.receipt })

/** The key is held by a job whose time is over at 171. */
async function holdUntil171 (redis: RedisClient): Promise<void> {
  // The clock of this test shows a time decades ago, so failed jobs would be older than
  // keep_failed.
  await setPolicy(redis, 'mail', { keep_failed: null })
  await push(redis, 'mail', crowd, { now: 161 })
  await push(redis, 'mail', [{ ...keyed, ttl: 10 }], { now: 161 })
}

const lease = async (redis: RedisClient, now: number) =>
  (await take(redis, 'mail', { lease: 10, now }))[0]!

async function fail (redis: RedisClient): Promise<Delivery> {
  const taken = await lease(redis, 100)
  await nack(redis, 'mail', [{ ...proof(taken), retry: false }], { now: 100 })
  return taken
}

/** Its lease has expired three times; its last worker may still speak. */
async function lose (redis: RedisClient): Promise<Delivery> {
  const taken = [await lease(redis, 100), await lease(redis, 120), await lease(redis, 140)]
  await queueStatus(redis, 'mail', { now: 160 })
  return taken[2]!
}

const takeForGood = async (redis: RedisClient) => (await take(redis, 'mail', { now: 100 }))[0]!

interface WayBack {
  leave: (redis: RedisClient) => Promise<Delivery>
  back: (redis: RedisClient, left: Delivery) => Promise<unknown>
}

const waysBack: Record<string, WayBack> = {
  'a retry': { leave: fail, back: async redis => await retry(redis, 'mail', '1', { now: 171 }) },
  'a redrive of all': {
    leave: fail,
    back: async redis => await retryAll(redis, 'mail', 'failed', Infinity, { now: 171 })
  },
  'a late nack': {
    leave: lose,
    back: async (redis, left) =>
      await nack(redis, 'mail', [{ ...proof(left), delay: 0 }], { now: 171 })
  },
  'a late release': {
    leave: lose,
    back: async (redis, left) => await release(redis, 'mail', proof(left), { now: 171 })
  },
  'a put-back of a job on lease': {
    leave: lose,
    back: async (redis, left) => await restore(redis, 'mail', [left], { now: 171 })
  },
  'a put-back of a job taken for good': {
    leave: takeForGood,
    back: async (redis, left) => await restore(redis, 'mail', [left], { now: 171 })
  }
}

for (const [name, { leave, back }] of Object.entries(waysBack)) {
  test(`${name} has its unique key again where the time of the job that ` +
    'holds it is over', async t => {
    const { redis } = await build(t)
    await setPolicy(redis, 'mail', { keep_failed: null })
    await push(redis, 'mail', [keyed], { now: 100 })
    const left = await leave(redis)
    await holdUntil171(redis)
    await back(redis, left)
    t.match(await job(redis, 'mail', '1', { now: 171 }), { state: /waiting|delayed/ })
    t.match(await jobByKey(redis, 'mail', 'k', { now: 171 }), { id: '1' })
    await t.rejects(push(redis, 'mail', [keyed], { now: 171 }), { code: 'JOB_EXISTS' })
    t.equal(await job(redis, 'mail', '1002', { now: 171 }), null)
    t.match(await queueStatus(redis, 'mail', { now: 171 }), { counts: { waiting: 1, failed: 0 } })
  })
}

test('a lease that ends has its unique key again where the time of the job that ' +
  'holds it is over', async t => {
  const { redis } = await build(t)
  await setPolicy(redis, 'mail', { keep_failed: null })
  await push(redis, 'mail', [keyed], { now: 100 })
  await take(redis, 'mail', { lease: 70, now: 100 })
  // As an older version let it happen: two jobs of one key.
  await redis.hdel('{mail}:unique', 'k')
  await holdUntil171(redis)
  t.match(await queueStatus(redis, 'mail', { now: 171 }), {
    lost: 1,
    counts: { waiting: 1, failed: 0 }
  })
  t.match(await jobByKey(redis, 'mail', 'k', { now: 171 }), { id: '1' })
})

const waysIn: Record<string, (redis: RedisClient) => Promise<unknown>> = {
  'a push': async redis => await push(redis, 'mail', [keyed], { now: 171 }),
  'a batch': async redis => await push(redis, 'mail', [{ payload: '{}' }, keyed], { now: 171 }),
  'a push after a failure': async redis => await pushFailed(redis, 'mail', keyed, { now: 171 }),
  'a push that would replace': async redis =>
    await push(redis, 'mail', [{ ...keyed, on_duplicate: 'replace' }], { now: 171 }),
  'a push that would be ignored': async redis =>
    await push(redis, 'mail', [{ ...keyed, on_duplicate: 'ignore' }], { now: 171 })
}

for (const [name, pushIt] of Object.entries(waysIn)) {
  test(`${name} is new where the time of the job that holds its unique key is over`, async t => {
    const { redis } = await build(t)
    await holdUntil171(redis)
    await t.rejects(push(redis, 'mail', [keyed], { now: 170.9 }), { code: 'JOB_EXISTS' })
    await pushIt(redis)
    const holder = await jobByKey(redis, 'mail', 'k', { now: 171 })
    t.ok(Number(holder!.id) > 1001, `${holder!.id} is a new one`)
    await t.rejects(push(redis, 'mail', [keyed], { now: 171 }), { code: 'JOB_EXISTS' })
  })
}

test('a schedule that skips does not skip for a job whose time is over', async t => {
  const { redis } = await build(t)
  const every10 = { queue: 'mail', every: 10, payload: '{}', overlap: 'skip' as const, ttl: 10 }
  await setSchedule(redis, 'beat', every10, undefined, { now: 100 })
  await push(redis, 'mail', crowd, { now: 100 })
  await new Scheduler(redis, error => {
    throw error
  }).fireDue(110)
  await new Scheduler(redis, error => {
    throw error
  }).fireDue(120)
  t.match(await queueStatus(redis, 'mail', { now: 120 }), { counts: { waiting: 1 } })
})

test('jobs that depend on a holder whose time is over fail when a job comes back ' +
  'under its key', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [keyed], { now: 100 })
  await fail(redis)
  await holdUntil171(redis)
  await push(redis, 'mail', [{ payload: '{}', depends: '1002' }], { now: 162 })
  await retry(redis, 'mail', '1', { now: 171 })
  t.match(await job(redis, 'mail', '1003', { now: 171 }), {
    state: 'failed',
    last_error: /"type":"dependency"/
  })
})
