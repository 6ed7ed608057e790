import { test } from 'tap'
import { push } from '../../../operations/job/push.ts'
import { cancel, cancelAll, retry, retryAll } from '../../../operations/job/bulk.ts'
import { ack } from '../../../operations/job/ack.ts'
import type { Delivery } from '../../../operations/job/delivery.ts'
import { nack } from '../../../operations/job/nack.ts'
import { take } from '../../../operations/job/take.ts'
import { why } from '../../../operations/job/job.ts'
import type { Minute } from '../../../operations/queue/history.ts'
import type { Span } from '../../../operations/queue/throughput.ts'
import { explain } from '../../../operations/job/why.ts'
import { setPolicy } from '../../../operations/queue/policy.ts'
import { queueStatus } from '../../../operations/queue/queue.ts'
import { build } from '../../support/server/app.ts'

const many = (count: number) => Array.from({ length: count }, (_, i) => ({ payload: `{"n":${i}}` }))
const proof = ({ id, lease }: Delivery) => ({ id, receipt: lease!.receipt })

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

test('a job that waits is told when a worker is likely to take it, if one takes jobs', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', many(301), { now: 100 })
  await take(redis, 'mail', { now: 102 })
  const minutes = [0, 1, 2, 3, 4, 5].map(n => {
    return { at: 60 * n, waiting: 9, pushed: 0, processed: 60 * n, failures: 0, lost: 0 }
  })
  const reason = async (id: string, known: Minute[], now = 103) =>
    explain(...(await why(redis, 'mail', id, { now })), known)
  const { eta } = (await reason('301', minutes)) as unknown as { eta: Span }
  t.ok(eta.from < 300 && eta.to! > 300, JSON.stringify(eta))
  t.match(await reason('2', minutes), { reason: 'next', eta: { from: 0 } })
  for (const none of [[], minutes.map(one => ({ ...one, processed: 9 }))]) {
    t.notOk('eta' in (await reason('301', none)), 'none is taken')
  }
  t.notOk('eta' in (await reason('301', minutes, 200)), 'no worker asks')
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
