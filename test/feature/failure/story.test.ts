import { test } from 'tap'
import { ack } from '../../../operations/job/ack.ts'
import { cancel, retry } from '../../../operations/job/bulk.ts'
import type { Delivery } from '../../../operations/job/delivery.ts'
import { job } from '../../../operations/job/job.ts'
import { nack } from '../../../operations/job/nack.ts'
import { push } from '../../../operations/job/push.ts'
import { restore } from '../../../operations/job/put-back.ts'
import { release } from '../../../operations/job/release.ts'
import { take } from '../../../operations/job/take.ts'
import { touch } from '../../../operations/job/touch.ts'
import { setPolicy } from '../../../operations/queue/policy.ts'
import { queueKey } from '../../../operations/redis/keys.ts'
import type { RedisClient } from '../../../operations/redis/store.ts'
import { build } from '../../support/server/app.ts'

const proof = ({ id, lease }: Delivery) => ({ id, receipt: lease!.receipt })
const leased = async (redis: RedisClient, now: number, worker?: string) => {
  const [taken] = await take(redis, 'mail', { lease: 10, now, ...(worker && { worker }) })
  return proof(taken!)
}
const reports = async (redis: RedisClient) =>
  Object.keys(await redis.hgetall(queueKey('mail', 'reports')))
const error = JSON.stringify({ type: 'SMTPError', message: 'no such address', backtrace: ['a'] })

test('a job tells its deliveries: who had it, from when to when, and how each ended', async t => {
  const { redis } = await build(t)
  await setPolicy(redis, 'mail', { keep: 100 })
  await push(redis, 'mail', [{ payload: '{}' }], { now: 100 })
  t.match(await job(redis, 'mail', '1', { now: 100 }), {
    started_at: null, failed_at: null, finished_at: null, attempts: []
  })
  const first = await leased(redis, 110, 'w1')
  t.match(await job(redis, 'mail', '1', { now: 110 }), { started_at: 110, attempts: [] })
  await nack(redis, 'mail', [{ ...first, error, delay: 0 }], { now: 115 })
  t.match(await job(redis, 'mail', '1', { now: 115 }), {
    started_at: 110, failed_at: 115, finished_at: null
  })
  await leased(redis, 120)
  t.match(await job(redis, 'mail', '1', { now: 121 }), { started_at: 120, failed_at: 115 })
  t.match(await job(redis, 'mail', '1', { now: 130 }), { state: 'waiting', failed_at: 130 })
  await release(redis, 'mail', await leased(redis, 140, 'w3'), { now: 141 })
  await ack(redis, 'mail', [{ ...await leased(redis, 150, 'w4'), result: undefined }], { now: 151 })
  const found = await job(redis, 'mail', '1', { now: 151 })
  t.match(found, { state: 'completed', started_at: 150, failed_at: 130, finished_at: 151 })
  const told = { type: 'SMTPError', message: 'no such address' }
  const one = (attempt: number, worker: string | null, started: number, ended: number) =>
    ({ attempt, worker_id: worker, started_at: started, ended_at: ended })
  t.strictSame(found!.attempts, [
    { ...one(1, 'w1', 110, 115), outcome: 'failed', error: told },
    { ...one(2, null, 120, 130), outcome: 'lost', error: null },
    { ...one(3, 'w3', 140, 141), outcome: 'released', error: null },
    { ...one(3, 'w4', 150, 151), outcome: 'completed', error: null }
  ])
})

test('a job that completes on its first delivery stores no story, and a job that ends leaves ' +
  'none', async t => {
  const { redis } = await build(t)
  const payloads = Array.from({ length: 3 }, () => ({ payload: '{}' }))
  await push(redis, 'mail', payloads, { now: 100 })
  await ack(redis, 'mail', [{ ...await leased(redis, 100, 'w1'), result: undefined }], { now: 101 })
  t.strictSame(await reports(redis), [])
  for (const end of ['ack', 'cancel'] as const) {
    await nack(redis, 'mail', [{ ...await leased(redis, 110), error, delay: 0 }], { now: 110 })
    await nack(redis, 'mail', [{ ...await leased(redis, 110), error, delay: 0 }], { now: 110 })
    t.equal((await reports(redis)).length, 4)
    const ends = [await leased(redis, 110), await leased(redis, 110)]
    for (const one of ends) {
      if (end === 'ack') await ack(redis, 'mail', [{ ...one, result: undefined }], { now: 111 })
      else await cancel(redis, 'mail', one.id, { now: 111 })
    }
    t.strictSame(await reports(redis), [], end)
    await push(redis, 'mail', payloads.slice(1), { now: 110 })
  }
})

test('discarded jobs leave no story', async t => {
  const { redis } = await build(t)
  await setPolicy(redis, 'mail', { max_failed: 1 })
  await push(redis, 'mail', [{ payload: '{}' }, { payload: '{}' }], { now: 100 })
  for (let i = 0; i < 2; i++) {
    await nack(redis, 'mail', [{ ...await leased(redis, 100), error, retry: false }], { now: 100 })
  }
  t.strictSame((await reports(redis)).sort(), ['a2', 'e2'])
})

test('a kept job tells when it was under way', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [{ payload: '{}', keep: 100 }], { now: 100 })
  await ack(redis, 'mail', [{ ...await leased(redis, 110, 'w1'), result: '1' }], { now: 112 })
  t.match(await job(redis, 'mail', '1', { now: 113 }), {
    started_at: 110, failed_at: null, finished_at: 112, attempts: []
  })
})

test('a failed job keeps its story through a redrive', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [{ payload: '{}' }], { now: 100 })
  const began = await leased(redis, 100, 'w1')
  await nack(redis, 'mail', [{ ...began, error, retry: false }], { now: 105 })
  t.match(await job(redis, 'mail', '1', { now: 106 }), { failed_at: 105, finished_at: 105 })
  await retry(redis, 'mail', '1', { now: 110 })
  t.match(await job(redis, 'mail', '1', { now: 111 }), {
    state: 'waiting', failed_at: 105, finished_at: null, attempts: [{ outcome: 'failed' }]
  })
})

test('a late nack, release or touch says how the delivery went instead of "lost"', async t => {
  const { redis } = await build(t)
  const ways = {
    nack: async (it: ReturnType<typeof proof>) =>
      await nack(redis, 'mail', [{ ...it, error, delay: 0 }], { now: 112 }),
    release: async (it: ReturnType<typeof proof>) => await release(redis, 'mail', it, { now: 112 }),
    touch: async (it: ReturnType<typeof proof>) =>
      await touch(redis, 'mail', [{ ...it, lease: 50 }], { now: 112 })
  }
  const said = {
    nack: [{ outcome: 'failed', worker_id: 'w1', started_at: 100, ended_at: 112 }],
    release: [{ outcome: 'released', worker_id: 'w1', started_at: 100, ended_at: 112 }],
    touch: []
  }
  for (const [way, act] of Object.entries(ways) as Array<[keyof typeof ways, typeof ways.nack]>) {
    const id = (await push(redis, 'mail', [{ payload: '{}' }], { now: 100 }))[0]!.id
    const began = await leased(redis, 100, 'w1')
    t.match(await job(redis, 'mail', id, { now: 111 }), { attempts: [{ outcome: 'lost' }] }, way)
    await act(began)
    const found = await job(redis, 'mail', id, { now: 112 })
    t.match(found, { started_at: 100, attempts: said[way] }, way)
    t.equal(found!.attempts.length, said[way].length, way)
    await cancel(redis, 'mail', id, { now: 113 })
  }
})

test('a job that is taken for good and put back has its story', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [{ payload: '{}' }], { now: 100 })
  const first = await leased(redis, 100, 'w1')
  await nack(redis, 'mail', [{ ...first, error, delay: 0 }], { now: 101 })
  const taken = await take(redis, 'mail', { now: 102 })
  t.strictSame(await reports(redis), [])
  await restore(redis, 'mail', taken, { now: 103 })
  t.match(await job(redis, 'mail', '1', { now: 103 }), {
    failed_at: 101, attempts: [{ worker_id: 'w1', outcome: 'failed' }]
  })
})

test('what a worker tells is cut, and a receipt with another time is not believed', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [{ payload: '{}' }], { now: 100 })
  const { id, receipt } = await leased(redis, 100)
  const far = receipt.replace(/-[^-]*$/, '-zzzzzzzzzz')
  const message = `${'x'.repeat(299)}\ud83d\ude00`
  const long = JSON.stringify({ type: { a: 1 }, message, more: 1 })
  await nack(redis, 'mail', [{ id, receipt: far, error: long, delay: 0 }], { now: 101 })
  t.match(await job(redis, 'mail', id, { now: 102 }), {
    attempts: [{ started_at: null, error: { message: 'x'.repeat(299) } }]
  })
})

test('25 deliveries are kept, the oldest go', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [{ payload: '{}', tries: 100 }], { now: 100 })
  for (let i = 0; i < 30; i++) {
    const failure = { delay: 0, error: JSON.stringify({ message: String(i) }) }
    await nack(redis, 'mail', [{ ...await leased(redis, 100 + i), ...failure }], { now: 100 + i })
  }
  const { attempts } = (await job(redis, 'mail', '1', { now: 200 }))!
  t.strictSame(attempts.map(({ attempt }) => attempt), Array.from({ length: 25 }, (_, i) => i + 6))
  t.equal(attempts.at(-1)!.error!.message, '29')
})
