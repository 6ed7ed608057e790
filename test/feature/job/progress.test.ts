import { test } from 'tap'
import { setPolicy } from '../../../operations/queue/policy.ts'
import { ack } from '../../../operations/job/ack.ts'
import { nack } from '../../../operations/job/nack.ts'
import { restore } from '../../../operations/job/put-back.ts'
import { release } from '../../../operations/job/release.ts'
import { touch } from '../../../operations/job/touch.ts'
import { job, jobs } from '../../../operations/job/job.ts'
import { push } from '../../../operations/job/push.ts'
import { cancel, retry } from '../../../operations/job/bulk.ts'
import { queueStatus } from '../../../operations/queue/queue.ts'
import type { RedisClient } from '../../../operations/redis/store.ts'
import { take } from '../../../operations/job/take.ts'
import { build } from '../../support/server/app.ts'

const error = JSON.stringify({ message: 'x'.repeat(60_000) })
const size = async (redis: RedisClient, key: string): Promise<number> =>
  (await redis.hvals(`{mail}:${key}`)).join('').length

/** Takes `count` jobs, and each fails with an error of 60 kB. */
async function fail (
  redis: RedisClient,
  count: number,
  more: { retry?: boolean; delay?: number; now?: number } = {}
): Promise<void> {
  const { now = 100, ...how } = more
  const taken = await take(redis, 'mail', { lease: 10, count, now })
  await nack(
    redis,
    'mail',
    taken.map(({ id, lease }) => ({ id, receipt: lease!.receipt, error, ...how })),
    { now }
  )
}

test('an error and a progress lie apart from what takes read, ' +
  'and leave with their job', async t => {
  const { redis } = await build(t)
  // Its times are those of a clock of its own, decades ago.
  await setPolicy(redis, 'mail', { keep_failed: null })
  await push(redis, 'mail', [{ payload: '{}' }, { payload: '{}', keep: 10 }, { payload: '{}' }], {
    now: 100
  })
  await fail(redis, 3, { delay: 0, now: 100 })
  t.ok((await size(redis, 'details')) < 300)
  const again = await take(redis, 'mail', { lease: 10, count: 3, now: 101 })
  const held = again.map(({ id, lease }) => ({ id, receipt: lease!.receipt }))
  await touch(
    redis,
    'mail',
    held.map(one => ({ ...one, progress: '{"done":1}' })),
    { now: 102 }
  )
  t.match(await job(redis, 'mail', '1', { now: 102 }), {
    last_error: error,
    progress: '{"done":1}'
  })
  t.strictSame(await ack(redis, 'mail', held.slice(0, 2), { now: 103 }), [null, null])
  t.match(await job(redis, 'mail', '2', { now: 104 }), {
    state: 'completed',
    last_error: error,
    progress: '{"done":1}'
  })
  await queueStatus(redis, 'mail', { now: 120 })
  await cancel(redis, 'mail', '3')
  t.equal(await redis.exists('{mail}:details', '{mail}:reports'), 0)
})

test('the progress of a plain job on its first lease leaves with it, ' +
  'acked alone or among others', async t => {
  const { redis } = await build(t)
  // Its times are those of a clock of its own, decades ago.
  await setPolicy(redis, 'mail', { keep_failed: null })
  await push(redis, 'mail', Array(5).fill({ payload: '{}' }))
  const held = (await take(redis, 'mail', { lease: 10, count: 5 })).map(({ id, lease }) => ({
    id,
    receipt: lease!.receipt
  }))
  await touch(
    redis,
    'mail',
    held.map(one => ({ ...one, progress: '[1]' }))
  )
  t.equal(await redis.hlen('{mail}:reports'), 5)
  await ack(redis, 'mail', held.slice(0, 1))
  await ack(redis, 'mail', held.slice(1))
  t.equal(await redis.exists('{mail}:reports'), 0)
})

test('the next delivery begins without the progress of the last', async t => {
  const { redis } = await build(t)
  // Its times are those of a clock of its own, decades ago.
  await setPolicy(redis, 'mail', { keep_failed: null })
  await push(redis, 'mail', [{ payload: '{}' }])
  const [first] = await take(redis, 'mail', { lease: 10 })
  await touch(redis, 'mail', [{ id: '1', receipt: first!.lease!.receipt, progress: '1' }])
  await release(redis, 'mail', { id: '1', receipt: first!.lease!.receipt })
  t.match(await job(redis, 'mail', '1'), { progress: '1' })
  await take(redis, 'mail', { lease: 10 })
  t.match(await job(redis, 'mail', '1'), { progress: null })
})

test('a job that replaces another has neither its error nor its progress', async t => {
  const { redis } = await build(t)
  // Its times are those of a clock of its own, decades ago.
  await setPolicy(redis, 'mail', { keep_failed: null })
  await push(redis, 'mail', [{ payload: '{}', uniq: 'k' }], { now: 100 })
  await fail(redis, 1, { delay: 100 })
  await push(redis, 'mail', [{ payload: '{"n":2}', uniq: 'k', on_duplicate: 'replace' }])
  t.match(await job(redis, 'mail', '1'), { payload: '{"n":2}', last_error: null, progress: null })
  t.equal(await redis.exists('{mail}:reports'), 0)
})

test('what an older version has kept of errors and progress is shown, given out, ' +
  'and moved where it belongs', async t => {
  const { redis } = await build(t)
  // Its times are those of a clock of its own, decades ago.
  await setPolicy(redis, 'mail', { keep_failed: null })
  await push(
    redis,
    'mail',
    [{ payload: '{}' }, { payload: '{}' }, { payload: '{}', priority: 1, delayed: 200 }],
    { now: 100 }
  )
  const old = JSON.stringify({
    deliveries: 1,
    attempt: 1,
    failures: 1,
    last_error: error,
    progress: '{"done":1}'
  })
  await redis.hset('{mail}:details', { 1: old, 2: old, 3: old })
  t.match(
    await jobs(redis, 'mail', 'waiting', { offset: 0, limit: 9, now: 100 }),
    Array(2).fill({ last_error: error, progress: '{"done":1}' })
  )
  const [first] = await take(redis, 'mail', { now: 100 })
  await restore(redis, 'mail', [first!], { now: 100 })
  t.match(await job(redis, 'mail', '1', { now: 100 }), { last_error: error, failures: 1 })
  await take(redis, 'mail', { lease: 10, count: 2, now: 100 })
  t.match(await job(redis, 'mail', '2', { now: 101 }), {
    last_error: error,
    progress: null,
    attempt: 2
  })
  await retry(redis, 'mail', '3', { now: 101 })
  await take(redis, 'mail', { lease: 10, now: 101 })
  t.ok((await size(redis, 'details')) < 300)
})

test('a take for good counts the errors that go out with its jobs, ' +
  'and they come back with those that are put back', async t => {
  const { redis } = await build(t)
  // Its times are those of a clock of its own, decades ago.
  await setPolicy(redis, 'mail', { keep_failed: null })
  await push(redis, 'mail', Array(300).fill({ payload: '{}' }), { now: 100 })
  await fail(redis, 300, { delay: 0 })
  const taken = await take(redis, 'mail', { count: 300 })
  const most = (more: number): number => Math.floor((8 * 2 ** 20) / (error.length + more))
  // Beside its error each has its details, and a line in its story.
  t.ok(taken.length < most(60) && taken.length > most(1000), String(taken.length))
  t.match(await queueStatus(redis, 'mail'), { counts: { waiting: 300 - taken.length } })
  await restore(redis, 'mail', taken)
  t.match(await queueStatus(redis, 'mail'), { counts: { waiting: 300 } })
  t.match(await job(redis, 'mail', '1'), { last_error: error })
  t.equal(
    (await take(redis, 'mail', { count: 300, lease: 10 })).length,
    300,
    'on lease they stay where they are'
  )
})

test('a page of jobs counts all that is shown of them, ' +
  'and the next begins where it ended', async t => {
  const { redis } = await build(t)
  // Its times are those of a clock of its own, decades ago.
  await setPolicy(redis, 'mail', { keep_failed: null })
  await push(redis, 'mail', Array(300).fill({ payload: '{}', keep: 1000 }), { now: 100 })
  await fail(redis, 200, { retry: false })
  const failed = await jobs(redis, 'mail', 'failed', { offset: 0, limit: 1000 })
  t.ok(failed.length < 141 && failed.length > 100, `${failed.length} failed`)
  const rest = await jobs(redis, 'mail', 'failed', { offset: failed.length, limit: 1000 })
  t.equal(failed.length + rest.length, 200)
  const held = (await take(redis, 'mail', { count: 100, lease: 10 })).map(({ id, lease }) => ({
    id,
    receipt: lease!.receipt,
    result: `"${'r'.repeat(100_000)}"`
  }))
  await ack(redis, 'mail', held)
  const completed = await jobs(redis, 'mail', 'completed', { offset: 0, limit: 1000 })
  t.ok(completed.length < 84 && completed.length > 70, `${completed.length} completed`)
})
