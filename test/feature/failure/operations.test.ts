import { test } from 'tap'
import { errorGroups } from '../../../operations/failure/error-group.ts'
import { ack } from '../../../operations/job/ack.ts'
import { cancel } from '../../../operations/job/bulk.ts'
import { nack } from '../../../operations/job/nack.ts'
import { push } from '../../../operations/job/push.ts'
import { take } from '../../../operations/job/take.ts'
import { beginOperation, readOperation, setOperation } from
  '../../../operations/operation/operation.ts'
import { stepOperation } from '../../../operations/operation/operator.ts'
import { purge, queueStatus } from '../../../operations/queue/queue.ts'
import type { RedisClient } from '../../../operations/redis/store.ts'
import type { NewOperation } from '../../../schemas/new-operation.ts'
import { build } from '../../support/server/app.ts'

const queue = 'mail'
const canary = { jobs: 20, within: 600, stop_at: 0.05 }
const retryFailed: NewOperation = { queue, where: { state: 'failed' }, do: 'retry', rate: 50 }

/** Pushes jobs that fail for good at once. */
async function fail (redis: RedisClient, count: number, now: number, error = '{}'): Promise<void> {
  for (let left = count; left > 0; left -= 1000) {
    const some = Math.min(left, 1000)
    await push(redis, queue, Array.from({ length: some }, () => ({ payload: '{}' })), { now })
    const taken = await take(redis, queue, { lease: 10, count: some, now })
    const nacks = taken.map(({ id, lease }) => {
      return { id, receipt: lease!.receipt, error, retry: false }
    })
    await nack(redis, queue, nacks, { now })
  }
}

/** Takes all that waits; each job completes, or fails for good. Resolves to how many there were. */
async function work (redis: RedisClient, now: number, isMended: boolean): Promise<number> {
  const taken = await take(redis, queue, { lease: 10, count: 1000, now })
  const held = taken.map(({ id, lease }) => ({ id, receipt: lease!.receipt }))
  if (isMended) await ack(redis, queue, held, { now })
  else await nack(redis, queue, held.map(one => ({ ...one, retry: false })), { now })
  return held.length
}

const counts = async (redis: RedisClient, now: number) =>
  (await queueStatus(redis, queue, { now })).counts

/**
 * Carries an operation on from `now` until nothing follows by itself, with a worker behind it.
 * Resolves to the time of the end, and to how many jobs were tried.
 */
async function carry (
  redis: RedisClient, id: string, now: number, isMended: boolean
): Promise<{ now: number, tried: number }> {
  for (let tried = 0, pause = 0; ; now += pause / 1000) {
    pause = await stepOperation(redis, queue, id, { now })
    tried += await work(redis, now, isMended)
    if (pause < 0) return { now, tried }
  }
}

const state = async (redis: RedisClient, id: string) =>
  (await readOperation(redis, queue, id))!.operation

test('a canary into a backend that still fails stops the operation, and the same operation ends ' +
  'all at its rate once the backend is mended', async t => {
  const { redis } = await build(t)
  await fail(redis, 2000, 100)
  const wanted = { ...retryFailed, rate: 100, canary }
  const { operation: { id, ...begun }, preview } =
    await beginOperation(redis, wanted, 'ann', { now: 200 })
  t.match(begun, { state: 'canary', counts: { matched: 2000, done: 0 }, who: 'ann' })
  t.match(JSON.parse(preview), [{ id: '1', payload: {} }, {}, {}, {}, { id: '5' }])
  const broken = await carry(redis, id, 200, false)
  t.ok(broken.tried <= 20, `${broken.tried} jobs were tried`)
  t.match(await state(redis, id), {
    state: 'stopped',
    sentence: /^stopped itself: \d+ of the last \d+ jobs that ended have failed again, and stop_at/
  })
  t.equal(await stepOperation(redis, queue, id, { now: 900 }), -1, 'it does nothing by itself')
  t.match(await counts(redis, 900), { failed: 2000, waiting: 0 })
  await setOperation(redis, queue, id, 'resume', { now: 1000 })
  const mended = await carry(redis, id, 1000, true)
  t.equal(mended.tried, 2000, 'each once, also those that had failed again')
  t.ok(Math.abs(mended.now - 1020) < 1, `it took ${mended.now - 1000} s`)
  t.match(await counts(redis, mended.now), { failed: 0, waiting: 0, active: 0 })
  const { counts: { done, completed, failed } } = await state(redis, id)
  t.strictSame([done, completed, failed],
    [2000 + broken.tried, 2000, broken.tried])
})

test('a backend that breaks in the middle stops the operation', async t => {
  const { redis } = await build(t)
  await fail(redis, 3000, 100)
  const wanted = { ...retryFailed, rate: 1000, canary }
  const { operation: { id } } = await beginOperation(redis, wanted, null, { now: 200 })
  let now = 200
  for (let tried = 0; tried < 1500; now += 0.1) {
    await stepOperation(redis, queue, id, { now })
    tried += await work(redis, now, true)
  }
  const { tried } = await carry(redis, id, now, false)
  t.equal((await state(redis, id)).state, 'stopped')
  t.ok(tried < 300, `${tried} more were tried`)
})

test('a canary that does not end in its time stops the operation', async t => {
  const { redis } = await build(t)
  await fail(redis, 100, 100)
  const wanted = { ...retryFailed, canary }
  const { operation: { id } } = await beginOperation(redis, wanted, null, { now: 200 })
  for (let now = 200; now < 202; now += 0.1) await stepOperation(redis, queue, id, { now })
  t.equal((await counts(redis, 300)).waiting, 20)
  t.not(await stepOperation(redis, queue, id, { now: 799 }), -1)
  t.equal(await stepOperation(redis, queue, id, { now: 803 }), -1)
  t.match(await state(redis, id), {
    state: 'stopped',
    sentence: 'stopped itself: 0 of the 20 jobs that went first had ended after 600 s'
  })
})

test('a canary that is larger than the number of jobs passes when all have ended', async t => {
  const { redis } = await build(t)
  for (const count of [1, 19, 20, 21]) {
    await fail(redis, count, 100)
    const wanted = { ...retryFailed, rate: 1000, canary }
    const { operation: { id } } = await beginOperation(redis, wanted, null, { now: 200 })
    t.equal((await carry(redis, id, 200, true)).tried, count)
    t.match(await state(redis, id), { state: 'completed', counts: { completed: count } })
  }
})

test('an operation is about the jobs of its error group that are there when it begins', async t => {
  const { redis } = await build(t)
  await fail(redis, 10, 100, '{"message":"a"}')
  await fail(redis, 5, 100, '{"message":"b"}')
  const { counts: { matched } } = (await beginOperation(redis, retryFailed, null, { now: 150 }))
    .operation
  t.equal(matched, 15)
  const [group] = await errorGroups(redis, queue, 10, { now: 150 })
  const where = { state: 'failed' as const, error: group!.fingerprint }
  const wanted = { ...retryFailed, where, rate: 1000 }
  const { operation: { id, counts: own } } = await beginOperation(redis, wanted, null, { now: 200 })
  t.equal(own.matched, group!.failed)
  await fail(redis, 7, 300, `{"message":"${group!.message}"}`)
  const { tried } = await carry(redis, id, 300, false)
  t.equal(tried, group!.failed, 'those that fail again are left')
  t.match(await state(redis, id), { state: 'completed' })
})

test('an operation is paused, resumed and aborted, each as often as a client says so', async t => {
  const { redis } = await build(t)
  await fail(redis, 100, 100)
  const wanted = { ...retryFailed, rate: 10 }
  const { operation: { id } } = await beginOperation(redis, wanted, null, { now: 200 })
  await stepOperation(redis, queue, id, { now: 201 })
  const set = async (verb: 'pause' | 'resume' | 'abort', now: number) =>
    (await setOperation(redis, queue, id, verb, { now })).operation.state
  for (let n = 0; n < 2; n++) t.equal(await set('pause', 201), 'paused')
  t.equal(await stepOperation(redis, queue, id, { now: 300 }), -1)
  for (let n = 0; n < 2; n++) t.equal(await set('resume', 400), 'running')
  await stepOperation(redis, queue, id, { now: 401 })
  t.equal((await counts(redis, 401)).waiting, 20, 'what it missed is not made up for')
  for (let n = 0; n < 2; n++) t.equal(await set('abort', 402), 'aborted')
  t.match(await state(redis, id), { sentence: /^aborted: 20 of 100 jobs have gone, / })
  const sentence = 'the operation is aborted, and cannot do that'
  await t.rejects(set('resume', 403), { code: 'OPERATION_STATE', message: sentence })
  await t.rejects(set('pause', 403), { code: 'OPERATION_STATE' })
})

test('ends of jobs that were let go count once, however a job ends', async t => {
  const { redis } = await build(t)
  await fail(redis, 6, 100)
  const wanted = { ...retryFailed, rate: 1000, canary: { jobs: 6, within: 600, stop_at: 1 } }
  const { operation: { id } } = await beginOperation(redis, wanted, null, { now: 200 })
  await stepOperation(redis, queue, id, { now: 201 })
  await cancel(redis, queue, '6', { now: 201 })
  await take(redis, queue, { now: 201 })
  const leased = await take(redis, queue, { lease: 10, count: 4, now: 202 })
  const [two, three, four] = leased.map(({ id, lease }) => ({ id, receipt: lease!.receipt }))
  await ack(redis, queue, [two!], { now: 203 })
  await nack(redis, queue, [{ ...three!, delay: 0 }], { now: 203 })
  // The other two leases expire, and one of the workers comes late.
  t.equal((await counts(redis, 300)).active, 0)
  await ack(redis, queue, [four!], { now: 301 })
  const counted = { done: 6, completed: 2, failed: 3, gone: 1 }
  t.match((await state(redis, id)).counts, counted)
  for (let now = 400; now < 430; now++) await work(redis, now, true)
  t.match((await state(redis, id)).counts, counted, 'the first end after it went')
})

test('a job whose unique key another job has stays failed, and a purge ends an ' +
  'operation', async t => {
  const { redis } = await build(t)
  const uniq = async (now: number) =>
    await push(redis, queue, [{ payload: '{}', uniq: 'ann' }], { now })
  await uniq(100)
  await work(redis, 100, false)
  await uniq(101)
  const wanted = { ...retryFailed, rate: 1000 }
  const { operation: { id } } = await beginOperation(redis, wanted, null, { now: 200 })
  t.equal((await carry(redis, id, 201, true)).tried, 1)
  t.match(await state(redis, id), { state: 'completed', counts: { done: 0, duplicates: 1 } })
  const other = await beginOperation(redis, wanted, null, { now: 300 })
  await purge(redis, queue)
  t.equal(await readOperation(redis, queue, other.operation.id), null)
  t.equal(await stepOperation(redis, queue, other.operation.id, { now: 301 }), -1)
})

test('a filter says which jobs an operation is about, and the others are passed over', async t => {
  const { redis } = await build(t)
  await fail(redis, 1200, 100)
  await fail(redis, 300, 150)
  const where = { state: 'failed' as const, since: 120, min_attempt: 1, worker: 'w*' }
  for (const [filter, expected] of [
    [{ state: 'failed', since: 120 }, 300], [{ state: 'failed', until: 120, min_attempt: 2 }, 0],
    [where, 0]
  ] as const) {
    const wanted = { ...retryFailed, where: filter, rate: 5000 }
    const { operation: { id, counts: { matched } } } =
      await beginOperation(redis, wanted, null, { now: 200 })
    t.equal(matched, null)
    t.equal((await carry(redis, id, 200, true)).tried, expected)
    t.match(await state(redis, id), { state: 'completed', counts: { done: expected } })
  }
  t.match(await counts(redis, 200), { failed: 1200 })
})
