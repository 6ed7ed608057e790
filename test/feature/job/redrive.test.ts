import { test } from 'tap'
import { setPolicy } from '../../../operations/queue/policy.ts'
import { ack } from '../../../operations/job/ack.ts'
import type { Delivery } from '../../../operations/job/delivery.ts'
import { nack } from '../../../operations/job/nack.ts'
import { release } from '../../../operations/job/release.ts'
import { job } from '../../../operations/job/job.ts'
import { push } from '../../../operations/job/push.ts'
import { retry, retryAll } from '../../../operations/job/bulk.ts'
import { queueStatus } from '../../../operations/queue/queue.ts'
import { storeOf, type RedisClient } from '../../../operations/redis/store.ts'
import { take } from '../../../operations/job/take.ts'
import { build } from '../../support/server/app.ts'

const proof = ({ id, lease }: Delivery) => ({ id, receipt: lease!.receipt })

/**
 * Takes the next job and gives it up. Returns after how many seconds it runs again, or null if it
 * has failed.
 */
async function fail (
  redis: RedisClient,
  now: number,
  more: { delay?: number; retry?: boolean } = {}
): Promise<number | null> {
  const [taken] = await take(redis, 'mail', { lease: 10, now })
  const [verdict] = await nack(redis, 'mail', [{ ...proof(taken!), ...more }], { now })
  return typeof verdict === 'object' && verdict.state === 'delayed' ? verdict.run_at - now : null
}

const age = async (redis: RedisClient, now: number): Promise<number | null> =>
  (await queueStatus(redis, 'mail', { now })).oldestAge

test('a redrive begins with the tries, the backoff and the age of a new job', async t => {
  for (const way of ['one', 'all'] as const) {
    const { redis } = await build(t)
    await setPolicy(redis, 'mail', { tries: 8, backoff: { base: 10, max: 86_400 } })
    await push(redis, 'mail', [{ payload: '{}' }], { now: 100 })
    for (let i = 0; i < 8; i++) await fail(redis, 100 + i, { delay: 0 })
    t.match(await job(redis, 'mail', '1', { now: 150 }), {
      state: 'failed',
      attempt: 8,
      failures: 8
    })
    if (way === 'one') await retry(redis, 'mail', '1', { now: 1000 })
    else await retryAll(redis, 'mail', 'failed', Infinity, { now: 1000 })
    t.equal(await age(redis, 1005), 5, way)
    t.match(await job(redis, 'mail', '1', { now: 1005 }), {
      state: 'waiting',
      attempt: 0,
      failures: 8,
      created_at: 100,
      run_at: 1000
    })
    for (const [i, expected] of [10, 20, 40].entries()) {
      const pause = await fail(redis, 2000 + 100 * i)
      t.ok(
        pause! >= expected * 0.8 && pause! <= expected * 1.2,
        `${pause} s after failure ${i + 1}`
      )
    }
  }
})

test('a delayed job that is to run now keeps its tries and its backoff alike, ' +
  'and its age begins', async t => {
  const { redis } = await build(t)
  await setPolicy(redis, 'mail', { backoff: { base: 10, max: 86_400 } })
  await push(redis, 'mail', [{ payload: '{}', delayed: 5000 }], { now: 100 })
  await retry(redis, 'mail', '1', { now: 1000 })
  t.equal(await age(redis, 1005), 5)
  await fail(redis, 1010)
  await retryAll(redis, 'mail', 'delayed', Infinity, { now: 1012 })
  t.equal(await age(redis, 1013), 1)
  t.match(await job(redis, 'mail', '1', { now: 1013 }), {
    attempt: 1,
    run_at: 1012,
    created_at: 100
  })
  const pause = await fail(redis, 1014)
  t.ok(pause! >= 16 && pause! <= 24, `${pause} s`)
})

test('the age of a job that comes back counts from when it can be taken again, ' +
  'not from its push', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [{ payload: '{}' }], { now: 100 })
  await fail(redis, 200, { delay: 50 })
  t.equal(await age(redis, 253), 3, 'after a failure and its delay')
  await fail(redis, 300, { delay: 0 })
  t.equal(await age(redis, 302), 2, 'after a failure without one')
  const [held] = await take(redis, 'mail', { lease: 10, now: 400 })
  await release(redis, 'mail', proof(held!), { delay: 5, now: 401 })
  t.equal(await age(redis, 407), 1, 'released until later')
  await take(redis, 'mail', { lease: 10, now: 500 })
  t.equal(await age(redis, 510), 0, 'when its lease has ended')
  t.equal(await age(redis, 514), 4)
})

test('the age of a job that waited for another begins when that has completed, ' +
  'or when it is due', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [{ payload: '{}' }], { now: 100 })
  const more = { payload: '{}', depends: '1' }
  await push(redis, 'mail', [more, { ...more, delayed: 300 }], { now: 100 })
  const [first] = await take(redis, 'mail', { lease: 10, now: 101 })
  await ack(redis, 'mail', [proof(first!)], { now: 105 })
  t.equal(await age(redis, 200), 95)
  await take(redis, 'mail', { now: 201 })
  t.equal(await age(redis, 303), 3)
})

test('how long a redriven job waited is measured from its redrive', async t => {
  const { redis } = await build(t)
  const waits: number[] = []
  const seen = { taken: (_queue: string, _count: number, ms: number[]) => waits.push(...ms) }
  await push(redis, 'mail', [{ payload: '{}' }, { payload: '{}' }], { now: 100 })
  for (let i = 0; i < 2; i++) await fail(redis, 200, { retry: false })
  await retryAll(redis, 'mail', 'failed', Infinity, { now: 1000 })
  Object.assign(storeOf(redis).meter!, seen)
  await take(redis, 'mail', { now: 1003 })
  await take(redis, 'mail', { lease: 10, now: 1004 })
  t.same(waits, [3000, 4000])
})
