import { test } from 'tap'
import { push } from '../../../operations/job/push.ts'
import type { Delivery } from '../../../operations/job/delivery.ts'
import { restore } from '../../../operations/job/put-back.ts'
import { touch } from '../../../operations/job/touch.ts'
import { take } from '../../../operations/job/take.ts'
import { setPolicy } from '../../../operations/queue/policy.ts'
import { queueStatus } from '../../../operations/queue/queue.ts'
import { build } from '../../support/server/app.ts'

const proof = ({ id, lease }: Delivery) => ({ id, receipt: lease!.receipt })

test('a job with a ttl that was taken for good does not expire afterwards', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [{ payload: '{}', ttl: 10 }], { now: 100 })
  t.equal((await take(redis, 'mail', { now: 105 })).length, 1)
  t.match(await queueStatus(redis, 'mail', { now: 120 }), { expired: 0, processed: 1 })
})

test('of more jobs than expire in one look none is given out after its ttl', async t => {
  const { redis } = await build(t)
  await push(
    redis,
    'mail',
    Array.from({ length: 350 }, () => ({ payload: '{}', ttl: 1 })),
    { now: 100 }
  )
  await push(redis, 'mail', [{ payload: '{"n":1}' }], { now: 100 })
  const taken: string[] = []
  for (let look = 0; look < 5; look++) {
    taken.push(...(await take(redis, 'mail', { count: 9, now: 102 })).map(({ payload }) => payload))
  }
  t.same(taken, ['{"n":1}'])
  t.match(await queueStatus(redis, 'mail', { now: 102 }), { expired: 350, counts: { waiting: 0 } })
})

test('a late touch takes no lease up again that concurrency has given to another', async t => {
  const { redis } = await build(t)
  await setPolicy(redis, 'mail', { concurrency: 1 })
  await push(redis, 'mail', [{ payload: '{}' }, { payload: '{}' }], { now: 100 })
  const [late] = await take(redis, 'mail', { lease: 10, now: 100 })
  const [held] = await take(redis, 'mail', { lease: 10, now: 111 })
  t.not(held!.id, late!.id)
  t.same(await touch(redis, 'mail', [proof(late!)], { now: 112 }), ['LEASE_LOST'])
  t.match(await queueStatus(redis, 'mail', { now: 112 }), { counts: { active: 1, waiting: 1 } })
})

test('a waiting job that is replaced with another priority stands where ' +
  'that one puts it', async t => {
  const { redis } = await build(t)
  const job = { payload: '{"a":1}', uniq: 'a', on_duplicate: 'replace' as const }
  await push(redis, 'mail', [{ payload: '{"b":1}' }, job], { now: 100 })
  await push(redis, 'mail', [{ ...job, priority: 1 }, { payload: '{"c":1}' }], { now: 100 })
  t.same(
    (await take(redis, 'mail', { count: 9, now: 101 })).map(({ payload }) => payload),
    ['{"a":1}', '{"b":1}', '{"c":1}']
  )
  t.same(await take(redis, 'mail', { now: 101 }), [])
})

for (const lease of [undefined, 30]) {
  test(`a job with a ttl that was taken ${lease === undefined ? 'for good' : 'on lease'} ` +
    'and put back unseen still expires in its time', async t => {
    const { redis } = await build(t)
    await push(redis, 'mail', [{ payload: '{}', ttl: 10 }], { now: 100 })
    const jobs = await take(redis, 'mail', { lease, now: 101 })
    t.equal(await restore(redis, 'mail', jobs, { now: 102 }), 1)
    t.match(await queueStatus(redis, 'mail', { now: 109 }), { counts: { waiting: 1 }, expired: 0 })
    t.match(await queueStatus(redis, 'mail', { now: 111 }), { counts: { waiting: 0 }, expired: 1 })
  })
}
