import { test } from 'tap'
import { push } from '../../../../operations/job/push.ts'
import { cancel } from '../../../../operations/job/bulk.ts'
import { ack } from '../../../../operations/job/ack.ts'
import type { Delivery } from '../../../../operations/job/delivery.ts'
import { nack } from '../../../../operations/job/nack.ts'
import { restore } from '../../../../operations/job/put-back.ts'
import { release } from '../../../../operations/job/release.ts'
import { touch } from '../../../../operations/job/touch.ts'
import { take } from '../../../../operations/job/take.ts'
import { job } from '../../../../operations/job/job.ts'
import { purge, queueStatus } from '../../../../operations/queue/queue.ts'
import type { RedisClient } from '../../../../operations/redis/store.ts'
import { build } from '../../../support/server/app.ts'

async function lease (
  redis: RedisClient,
  now: number,
  seconds = 10
): Promise<Delivery & { receipt: string }> {
  const [delivery] = await take(redis, 'mail', { lease: seconds, now })
  return { ...delivery!, receipt: delivery!.lease!.receipt }
}

const one = [{ payload: '{"n":1}' }]

test('a job that is not acknowledged comes back when its lease ends, and not before', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', one, { now: 100 })
  const first = await lease(redis, 100)
  t.match(first, { id: '1', payload: '{"n":1}', lease: { attempt: 1, expires: 110 } })
  t.same(await take(redis, 'mail', { lease: 10, now: 109.999 }), [])
  const second = await lease(redis, 110)
  t.match(second, { id: '1', lease: { attempt: 2 } })
  t.not(second.receipt, first.receipt)
  t.match(await queueStatus(redis, 'mail', { now: 110 }), {
    lost: 1,
    failed: 0,
    counts: { active: 1, waiting: 0 }
  })
})

test('an acknowledged job is gone, and costs no memory', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [{ payload: '{}', uniq: 'ann', priority: 1 }], { now: 100 })
  const held = await lease(redis, 100)
  t.same(await ack(redis, 'mail', [held], { now: 101 }), [null])
  t.equal(await job(redis, 'mail', '1'), null)
  t.match(await queueStatus(redis, 'mail', { now: 101 }), {
    processed: 1,
    counts: { active: 0, completed: 0 }
  })
  t.equal(
    await redis.exists(
      ...['jobs', 'details', 'active', 'unique', 'holders'].map(key => `{mail}:${key}`)
    ),
    0
  )
})

test('once a job has been given to another, its first receipt is refused everywhere', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', one, { now: 100 })
  const slow = await lease(redis, 100)
  const fast = await lease(redis, 111)
  t.same(await ack(redis, 'mail', [slow], { now: 112 }), ['LEASE_LOST'])
  t.same(await nack(redis, 'mail', [slow], { now: 112 }), ['LEASE_LOST'])
  t.same(await touch(redis, 'mail', [{ id: slow.id, receipt: slow.receipt }], { now: 112 }), [
    'LEASE_LOST'
  ])
  await t.rejects(release(redis, 'mail', slow, { now: 112 }), { code: 'LEASE_LOST' })
  t.same(await ack(redis, 'mail', [fast], { now: 112 }), [null])
})

test('a late receipt counts while the job has been given to no other worker', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [...one, ...one, ...one, ...one], { now: 100 })
  const late = await take(redis, 'mail', { lease: 10, count: 4, now: 100 })
  await queueStatus(redis, 'mail', { now: 120 })
  const [acked, nacked, touched, released] = late.map(({ id, lease }) => ({
    id,
    receipt: lease!.receipt
  }))
  t.same(await ack(redis, 'mail', [acked!], { now: 121 }), [null])
  t.match(await nack(redis, 'mail', [{ ...nacked!, delay: 5 }], { now: 121 }), [
    { state: 'delayed', run_at: 126 }
  ])
  t.same(await touch(redis, 'mail', [{ ...touched!, lease: 10 }], { now: 121 }), [131])
  await release(redis, 'mail', released!, { delay: 60, now: 121 })
  t.match(await queueStatus(redis, 'mail', { now: 122 }), {
    counts: { waiting: 0, active: 1, delayed: 2 }
  })
  t.same(
    (await take(redis, 'mail', { lease: 10, count: 9, now: 130 })).map(({ id }) => id),
    ['2'],
    'and its old place in line gives out nothing'
  )
})

test('receipts of before a purge fit no job of after it', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', one, { now: 100 })
  const old = await lease(redis, 100)
  await purge(redis, 'mail')
  t.same(await ack(redis, 'mail', [old]), ['NO_SUCH_JOB'])
  await push(redis, 'mail', one, { now: 100 })
  const young = await lease(redis, 100)
  t.equal(young.id, old.id)
  t.same(await ack(redis, 'mail', [old], { now: 101 }), ['LEASE_LOST'])
})

test('ack() of a kept job can be repeated, and shows its result until the time is up', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [{ payload: '{}', keep: 60 }], { now: 100 })
  const held = await lease(redis, 100)
  t.same(await ack(redis, 'mail', [{ ...held, result: '{"n": 1.0}' }], { now: 101 }), [null])
  t.same(await ack(redis, 'mail', [held], { now: 102 }), [null])
  t.match(await queueStatus(redis, 'mail', { now: 102 }), {
    processed: 1,
    counts: { completed: 1 }
  })
  t.match(await job(redis, 'mail', '1', { now: 160.9 }), {
    state: 'completed',
    result: '{"n": 1.0}'
  })
  t.equal(await job(redis, 'mail', '1', { now: 161 }), null)
})

test('nack() waits longer after each failure, give or take a fifth, ' +
  'and not longer than max', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [{ payload: '{}', tries: 20 }], { now: 1000 })
  let now = 1000
  for (const base of [15, 30, 60, 120, 240]) {
    const [verdict] = await nack(redis, 'mail', [await lease(redis, now)], { now })
    const { run_at: runAt } = verdict as { run_at: number }
    t.ok(
      runAt - now >= base * 0.8 && runAt - now <= base * 1.2,
      `${runAt - now} s after the failure with ${base} s`
    )
    t.same(await take(redis, 'mail', { lease: 10, now: runAt - 0.001 }), [])
    now = runAt
  }
})

test('a job has failed for good when its tries are used up, or its worker says so', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [{ payload: '{}', tries: 2, uniq: 'ann' }, { payload: '{}' }], {
    now: 100
  })
  const [first, second] = await take(redis, 'mail', { lease: 10, count: 2, now: 100 })
  await nack(redis, 'mail', [{ id: first!.id, receipt: first!.lease!.receipt, delay: 0 }], {
    now: 100
  })
  t.same(
    await nack(redis, 'mail', [{ id: second!.id, receipt: second!.lease!.receipt, retry: false }], {
      now: 100
    }),
    [{ state: 'failed' }]
  )
  const again = await lease(redis, 101)
  t.same(await nack(redis, 'mail', [{ ...again, error: '{"type":"E"}' }], { now: 101 }), [
    { state: 'failed' }
  ])
  t.match(await job(redis, 'mail', '1', { now: 101 }), {
    state: 'failed',
    failures: 2,
    attempt: 2,
    last_error: '{"type":"E"}'
  })
  t.match(
    await push(redis, 'mail', [{ payload: '{}', uniq: 'ann' }], { now: 102 }),
    [{ id: '3' }],
    'and its unique key is free'
  )
})

test('a job that is lost three times in a row has failed, as lost', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', one, { now: 100 })
  for (const now of [100, 111, 122]) await lease(redis, now)
  t.same(await take(redis, 'mail', { lease: 10, now: 133 }), [])
  const lost = await job(redis, 'mail', '1', { now: 133 })
  t.match(lost, { state: 'failed', lost: 3, failures: 0 })
  t.equal(JSON.parse(lost!.last_error!).type, 'lost')
})

test('a failure between losses begins the count of losses again', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', one, { now: 100 })
  for (const now of [100, 111]) await lease(redis, now)
  await nack(redis, 'mail', [{ ...(await lease(redis, 122)), delay: 0 }], { now: 122 })
  for (const now of [123, 134]) await lease(redis, now)
  t.match(await job(redis, 'mail', '1', { now: 145 }), { state: 'waiting', lost: 4 })
})

test('release() does not count, and its receipt is worth nothing afterwards', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [{ payload: '{}', tries: 1 }], { now: 100 })
  const held = await lease(redis, 100)
  await release(redis, 'mail', held, { now: 100 })
  t.same(await ack(redis, 'mail', [held], { now: 100 }), ['LEASE_LOST'])
  const again = await lease(redis, 101)
  t.equal(again.lease!.attempt, 1)
  t.not(again.receipt, held.receipt)
})

test('touch() gives more time and never counts as a delivery', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', one, { now: 100 })
  const held = await lease(redis, 100)
  t.same(
    await touch(redis, 'mail', [{ ...held, lease: 30, progress: '{"p": 0.50}' }], { now: 105 }),
    [135]
  )
  t.same(await take(redis, 'mail', { lease: 10, now: 134 }), [])
  t.match(await job(redis, 'mail', '1', { now: 134 }), {
    attempt: 1,
    progress: '{"p": 0.50}',
    lease_expires_at: 135
  })
})

test('restore() of a lease puts it to the head, its attempt uncounted', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [...one, { payload: '{"n":2}' }, { payload: '{"n":3}' }], { now: 100 })
  await restore(redis, 'mail', await take(redis, 'mail', { lease: 10, count: 2, now: 100 }), {
    now: 100
  })
  const again = await take(redis, 'mail', { lease: 10, count: 3, now: 101 })
  t.same(
    again.map(({ payload, lease }) => [payload, lease!.attempt]),
    [
      ['{"n":1}', 1],
      ['{"n":2}', 1],
      ['{"n":3}', 1]
    ]
  )
})

test('restore() of several leases brings back those that are still theirs, ' +
  'whatever has become of the others', async t => {
  const { redis } = await build(t)
  await push(
    redis,
    'mail',
    [1, 2, 3, 4].map(n => ({ payload: `{"n":${n}}` })),
    { now: 100 }
  )
  const taken = await take(redis, 'mail', { lease: 10, count: 4, now: 100 })
  await cancel(redis, 'mail', '4', { now: 101 })
  await release(redis, 'mail', { id: '2', receipt: taken[1]!.lease!.receipt }, { now: 101 })
  t.match(await take(redis, 'mail', { lease: 60, now: 102 }), [{ id: '2' }])
  t.equal(await restore(redis, 'mail', taken, { now: 103 }), 2)
  t.match(await take(redis, 'mail', { lease: 10, count: 4, now: 104 }), [
    { id: '1', lease: { attempt: 1 } },
    { id: '3', lease: { attempt: 1 } }
  ])
})

test('one after the other of a hundred workers that race for leases gets ' +
  'each job once', async t => {
  const { redis } = await build(t)
  await push(
    redis,
    'mail',
    Array.from({ length: 500 }, (_, i) => ({ payload: `{"n":${i}}` }))
  )
  const taken = await Promise.all(
    Array.from({ length: 100 }, () => take(redis, 'mail', { lease: 60, count: 7 }))
  )
  t.equal(new Set(taken.flat().map(({ id }) => id)).size, 500)
  t.equal(taken.flat().length, 500)
})
