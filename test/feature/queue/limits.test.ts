import { test } from 'tap'
import { push } from '../../../operations/job/push.ts'
import { ack } from '../../../operations/job/ack.ts'
import type { Delivery } from '../../../operations/job/delivery.ts'
import { nack } from '../../../operations/job/nack.ts'
import { take } from '../../../operations/job/take.ts'
import { jobs } from '../../../operations/job/job.ts'
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

test('concurrency bounds the jobs on lease, and an ack makes room', async t => {
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

test('null takes a setting back to its default, and a setting that is left out stays', async t => {
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

test('a job that no worker took in its ttl is dropped and counted', async t => {
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
