import { test } from 'tap'
import { push } from '../../../operations/job/push.ts'
import { cancel, cancelAll, retry, retryAll } from '../../../operations/job/bulk.ts'
import { ack } from '../../../operations/job/ack.ts'
import type { Delivery } from '../../../operations/job/delivery.ts'
import { nack } from '../../../operations/job/nack.ts'
import { take } from '../../../operations/job/take.ts'
import { job, jobs, why } from '../../../operations/job/job.ts'
import { explain } from '../../../operations/job/why.ts'
import { setPolicy } from '../../../operations/queue/policy.ts'
import { queueStatus } from '../../../operations/queue/queue.ts'
import { build } from '../../support/server/app.ts'

const many = (count: number) => Array.from({ length: count }, (_, i) => ({ payload: `{"n":${i}}` }))
const proof = ({ id, lease }: Delivery) => ({ id, receipt: lease!.receipt })

test('rate gives out no more than its limit in any span of a period', async t => {
  const { redis } = await build(t)
  await setPolicy(redis, 'mail', { rate: { limit: 5, period: 10 } }, { now: 100 })
  await push(redis, 'mail', many(100), { now: 100 })
  const times: number[] = []
  for (let now = 100; now < 160; now += 0.5) {
    times.push(...(await take(redis, 'mail', { count: 3, now })).map(() => now))
  }
  const busiest = Math.max(
    ...times.map(start => times.filter(time => time >= start && time < start + 10).length)
  )
  t.equal(busiest, 5)
  t.equal(times.length, 30)
})

test('concurrency bounds what is on lease, and an ack makes room', async t => {
  const { redis } = await build(t)
  await setPolicy(redis, 'mail', { concurrency: 2 })
  await push(redis, 'mail', many(5), { now: 100 })
  const held = await take(redis, 'mail', { lease: 10, count: 5, now: 100 })
  t.equal(held.length, 2)
  t.same(await take(redis, 'mail', { lease: 10, now: 100 }), [])
  await ack(redis, 'mail', [proof(held[0]!)], { now: 101 })
  t.equal((await take(redis, 'mail', { lease: 10, count: 5, now: 101 })).length, 1)
  t.equal(
    (await take(redis, 'mail', { lease: 10, count: 5, now: 110 })).length,
    1,
    'and so does a lease that has run out'
  )
})

test('max_jobs refuses what would be too many, all or nothing', async t => {
  const { redis } = await build(t)
  await setPolicy(redis, 'mail', { max_jobs: 3 })
  await push(redis, 'mail', many(2))
  await t.rejects(push(redis, 'mail', many(2)), { code: 'QUEUE_FULL' })
  await push(redis, 'mail', many(1))
  await t.rejects(push(redis, 'mail', many(1)), { code: 'QUEUE_FULL' })
  await take(redis, 'mail')
  await push(redis, 'mail', many(1))
})

test('stop for a while opens by itself', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', many(1), { now: 100 })
  await setPolicy(redis, 'mail', { status: 'stop', for: 600 }, { now: 100 })
  t.match((await queueStatus(redis, 'mail', { now: 200 })).policy, {
    stopped: true,
    reopens_at: 700
  })
  await t.rejects(take(redis, 'mail', { now: 699 }), { code: 'QUEUE_CLOSED' })
  t.equal((await take(redis, 'mail', { now: 700 })).length, 1)
})

test('null takes a setting back to its default, and what is left out stays', async t => {
  const { redis } = await build(t)
  await setPolicy(redis, 'mail', {
    tries: 3,
    keep: 60,
    rate: { limit: 1, period: 1 },
    backoff: { base: 1, max: 2 }
  })
  await setPolicy(redis, 'mail', { tries: null, rate: null, backoff: { base: 5 } })
  const { policy } = await queueStatus(redis, 'mail')
  t.match(policy, { tries: 25, keep: 60, rate: null, backoff: { base: 5, max: 2 } })
})

test('the policy gives the tries and the lease that a job and a take leave out', async t => {
  const { redis } = await build(t)
  await setPolicy(redis, 'mail', { tries: 1, lease: 7 })
  await push(redis, 'mail', many(1), { now: 100 })
  const [held] = await take(redis, 'mail', { lease: 0, now: 100 })
  t.equal(held!.lease!.expires, 107)
  t.same(await nack(redis, 'mail', [proof(held!)], { now: 101 }), [{ state: 'failed' }])
})

test('priorities go first by number, each in the order of coming', async t => {
  const { redis } = await build(t)
  for (const priority of [9, 5, 0, 5, 6, 0, 4]) {
    await push(redis, 'mail', [{ payload: `{"p":${priority}}`, priority }], { now: 100 })
  }
  const listed = await jobs(redis, 'mail', 'waiting', { offset: 0, limit: 10, now: 101 })
  const order = ['3', '6', '7', '2', '4', '5', '1']
  t.same(
    listed.map(({ id }) => id),
    order
  )
  t.same(
    (await jobs(redis, 'mail', 'waiting', { offset: 2, limit: 3, now: 101 })).map(({ id }) => id),
    order.slice(2, 5)
  )
  t.same(
    (await take(redis, 'mail', { count: 10, now: 101 })).map(({ id }) => id),
    order
  )
})

test('a job that nobody took in its ttl is dropped and counted', async t => {
  const { redis } = await build(t)
  await push(
    redis,
    'mail',
    [{ payload: '{}', ttl: 10, uniq: 'a' }, { payload: '{}', ttl: 10 }, { payload: '{}' }],
    { now: 100 }
  )
  await take(redis, 'mail', { lease: 60, now: 109 })
  t.same(
    (await take(redis, 'mail', { count: 9, now: 110 })).map(({ id }) => id),
    ['3']
  )
  t.match(await queueStatus(redis, 'mail', { now: 110 }), {
    expired: 1,
    counts: { active: 1, waiting: 0 }
  })
})

test('the same Idempotency-Key adds nothing for a day, and refuses another payload', async t => {
  const { redis } = await build(t)
  const job = { payload: '{"n":1}', idempotencyKey: 'k' }
  const [first] = await Promise.all([1, 2, 3].map(() => push(redis, 'mail', [job], { now: 100 })))
  t.same(await push(redis, 'mail', [job], { now: 100 + 86_399 }), [
    { id: first![0]!.id, duplicate: false }
  ])
  await t.rejects(push(redis, 'mail', [{ ...job, payload: '{"n":2}' }], { now: 101 }), {
    code: 'IDEMPOTENCY_CONFLICT'
  })
  t.match(await queueStatus(redis, 'mail', { now: 101 }), { counts: { waiting: 1 } })
  t.match(await push(redis, 'mail', [job], { now: 100 + 86_401 }), [{ id: '2' }])
})

test('on_duplicate ignores or replaces the job that is there', async t => {
  const { redis } = await build(t)
  const pushed = { uniq: 'ann', payload: '{"n":1}' }
  await push(redis, 'mail', [pushed, { payload: '{"other":1}' }], { now: 100 })
  t.same(await push(redis, 'mail', [{ ...pushed, on_duplicate: 'ignore' }], { now: 100 }), [
    { id: '1', duplicate: true }
  ])
  await push(
    redis,
    'mail',
    [{ ...pushed, payload: '{"n":2}', on_duplicate: 'replace', delayed: 200 }],
    { now: 100 }
  )
  t.match(await job(redis, 'mail', '1', { now: 101 }), {
    state: 'delayed',
    payload: '{"n":2}',
    run_at: 200
  })
  t.same(
    (await take(redis, 'mail', { count: 9, now: 199 })).map(({ id }) => id),
    ['2'],
    'its old place gives out nothing'
  )
  await push(redis, 'mail', [{ ...pushed, payload: '{"n":3}', on_duplicate: 'replace' }], {
    now: 199
  })
  t.match(await take(redis, 'mail', { lease: 60, count: 9, now: 199 }), [
    { id: '1', payload: '{"n":3}' }
  ])
  await t.rejects(
    push(redis, 'mail', [{ ...pushed, on_duplicate: 'replace' }], { now: 199 }),
    { code: 'JOB_EXISTS' },
    'not while on lease'
  )
})

test('a job that was replaced twice is given out once, at its last place', async t => {
  const { redis } = await build(t)
  const pushed = { uniq: 'ann', payload: '{}', on_duplicate: 'replace' as const }
  for (let i = 0; i < 3; i++) {
    await push(redis, 'mail', [pushed, { payload: `{"n":${i}}` }], { now: 100 })
  }
  t.same(
    (await take(redis, 'mail', { count: 9, now: 101 })).map(({ id }) => id),
    ['2', '3', '1', '4']
  )
  t.same(await take(redis, 'mail', { now: 101 }), [])
})

test('retry() runs a failed or delayed job now; not one on lease or kept', async t => {
  const { redis } = await build(t)
  await push(
    redis,
    'mail',
    [
      { payload: '{}', tries: 1 },
      { payload: '{}', delayed: 500 },
      { payload: '{}', keep: 50 }
    ],
    { now: 100 }
  )
  const [failing, kept] = await take(redis, 'mail', { lease: 10, count: 2, now: 100 })
  await nack(redis, 'mail', [proof(failing!)], { now: 100 })
  await t.rejects(retry(redis, 'mail', '3', { now: 101 }), { code: 'JOB_ON_LEASE' })
  await ack(redis, 'mail', [proof(kept!)], { now: 101 })
  await t.rejects(retry(redis, 'mail', '3', { now: 101 }), { code: 'JOB_COMPLETED' })
  await t.rejects(retry(redis, 'mail', '9', { now: 101 }), { code: 'NO_SUCH_JOB' })
  await retry(redis, 'mail', '1', { now: 101 })
  await retry(redis, 'mail', '2', { now: 101 })
  await retry(redis, 'mail', '2', { now: 101 })
  const again = await take(redis, 'mail', { lease: 10, count: 9, now: 102 })
  t.same(
    again.map(({ id, lease }) => [id, lease!.attempt]),
    [
      ['1', 1],
      ['2', 1]
    ]
  )
})

test('cancel() removes a job from any state, and its worker learns it', async t => {
  const { redis } = await build(t)
  await push(
    redis,
    'mail',
    [{ payload: '{}' }, { payload: '{}', delayed: 500 }, { payload: '{}', uniq: 'ann' }],
    { now: 100 }
  )
  const [held] = await take(redis, 'mail', { lease: 10, now: 100 })
  for (const id of ['1', '2', '3']) await cancel(redis, 'mail', id, { now: 101 })
  t.same(await ack(redis, 'mail', [proof(held!)], { now: 101 }), ['NO_SUCH_JOB'])
  t.match(await queueStatus(redis, 'mail', { now: 101 }), {
    counts: { waiting: 0, delayed: 0, active: 0 }
  })
  t.same(await take(redis, 'mail', { count: 9, now: 600 }), [])
  await t.rejects(cancel(redis, 'mail', '1'), { code: 'NO_SUCH_JOB' })
  t.match(await push(redis, 'mail', [{ payload: '{}', uniq: 'ann' }]), [{ id: '4' }])
})

test('take() finds the one job behind thousands that were cancelled', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', many(5001), { now: 100 })
  t.equal(await cancelAll(redis, 'mail', 'waiting', 5000), 5000)
  t.same(
    (await take(redis, 'mail', { now: 101 })).map(({ id }) => id),
    ['5001']
  )
  await push(redis, 'mail', many(3000), { now: 100 })
  await Promise.all(Array.from({ length: 2999 }, (_, i) => cancel(redis, 'mail', String(5002 + i))))
  t.same(
    (await take(redis, 'mail', { lease: 5, now: 101 })).map(({ id }) => id),
    ['8001']
  )
})

test('retryAll() and cancelAll() go through a whole state, ' +
  'or as many as are asked for', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', many(1200), { now: 100 })
  for (const held of [
    await take(redis, 'mail', { lease: 9, count: 1000, now: 100 }),
    await take(redis, 'mail', { lease: 9, count: 200, now: 100 })
  ]) {
    await nack(
      redis,
      'mail',
      held.map(one => ({ ...proof(one), retry: false })),
      { now: 100 }
    )
  }
  t.same(await retryAll(redis, 'mail', 'failed', 700, { now: 101 }), { count: 700, duplicates: 0 })
  t.equal(await cancelAll(redis, 'mail', 'failed', Infinity, { now: 101 }), 500)
  t.match(await queueStatus(redis, 'mail', { now: 101 }), { counts: { waiting: 700, failed: 0 } })
})

test('why() names what keeps a job from running', async t => {
  const { redis } = await build(t)
  const reason = async (id: string, now: number) =>
    explain(...(await why(redis, 'mail', id, { now })))
  await push(redis, 'mail', [...many(2), { payload: '{}', delayed: 500 }], { now: 100 })
  t.match(await reason('1', 101), { state: 'waiting', reason: 'nobody_asks' })
  t.match(await reason('3', 101), {
    state: 'delayed',
    reason: 'not_due',
    detail: 'it is due in 399 s'
  })
  await push(redis, 'mail', many(2), { now: 101 })
  await take(redis, 'mail', { lease: 60, worker: 'w1', now: 102 })
  t.match(await reason('1', 103), { reason: 'on_lease', worker_id: 'w1', until: 162 })
  t.match(await reason('2', 103), { reason: 'next' })
  t.match(await reason('4', 103), { reason: 'jobs_ahead', ahead: 1 })
  await setPolicy(redis, 'mail', { concurrency: 1 })
  t.match(await reason('2', 103), { reason: 'limit_reached' })
  await setPolicy(redis, 'mail', { status: 'stop', for: 10 }, { now: 103 })
  t.match(await reason('2', 104), { reason: 'stopped', until: 113 })
})

test('a clock that is put back by an hour stops no rate: within a period jobs are given out, ' +
  'and never more than the limit', async t => {
  const { redis } = await build(t)
  await setPolicy(redis, 'mail', { rate: { limit: 2, period: 10 } }, { now: 5000 })
  await push(
    redis,
    'mail',
    Array.from({ length: 9 }, () => ({ payload: '{}' })),
    { now: 1000 }
  )
  const given = async (now: number): Promise<number> =>
    (await take(redis, 'mail', { count: 5, now })).length
  t.same([await given(5000), await given(5001)], [2, 0])
  t.same(
    [await given(1400), await given(1409.9), await given(1410), await given(1411)],
    [0, 0, 2, 0]
  )
})
