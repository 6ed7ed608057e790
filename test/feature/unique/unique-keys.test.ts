import { test } from 'tap'
import { setPolicy } from '../../../operations/queue/policy.ts'
import { ack } from '../../../operations/job/ack.ts'
import type { Delivery } from '../../../operations/job/delivery.ts'
import { nack } from '../../../operations/job/nack.ts'
import { restore } from '../../../operations/job/put-back.ts'
import { release } from '../../../operations/job/release.ts'
import { job, jobs } from '../../../operations/job/job.ts'
import { push, pushFailed } from '../../../operations/job/push.ts'
import { retry, retryAll } from '../../../operations/job/bulk.ts'
import { queueStatus } from '../../../operations/queue/queue.ts'
import type { RedisClient } from '../../../operations/redis/store.ts'
import { take } from '../../../operations/job/take.ts'
import { build } from '../../support/server/app.ts'

const keyed = [{ payload: '{}', uniq: 'k' }]
const page = { offset: 0, limit: 100 }
const proof = ({ id, lease }: Delivery) => ({ id, receipt: lease!.receipt })

async function lease (redis: RedisClient, now: number): Promise<Delivery> {
  return (await take(redis, 'mail', { lease: 10, now }))[0]!
}

/** A job of the key `k` that fails for good. */
async function failed (redis: RedisClient, now: number, error?: string): Promise<Delivery> {
  await push(redis, 'mail', keyed, { now })
  const taken = await lease(redis, now)
  await nack(redis, 'mail', [{ ...proof(taken), retry: false, error }], { now })
  return taken
}

/**
 * A job of the key `k` whose lease has expired three times: it has failed, and its last worker may
 * still speak.
 */
async function lost (redis: RedisClient): Promise<Delivery> {
  await push(redis, 'mail', keyed, { now: 100 })
  let taken: Delivery
  for (const now of [100, 120, 140]) taken = await lease(redis, now)
  t100(await queueStatus(redis, 'mail', { now: 160 }))
  return taken!
}

function t100 ({ counts }: { counts: { failed: number } }): void {
  if (counts.failed !== 1) throw new Error('it has not failed')
}

test('of several failed jobs of one key a redrive of all lets one run, ' +
  'and the others stay failed and say why', async t => {
  const { redis } = await build(t)
  // Its times are those of a clock of its own, decades ago.
  await setPolicy(redis, 'mail', { keep_failed: null })
  for (let i = 0; i < 4; i++) await failed(redis, 100 + i, '{ "message":"no" }')
  t.same(await retryAll(redis, 'mail', 'failed'), { count: 1, duplicates: 3 })
  t.match(await queueStatus(redis, 'mail'), { counts: { waiting: 1, failed: 3 } })
  for (const [i, one] of (await jobs(redis, 'mail', 'failed', page)).entries()) {
    t.equal(one.id, String(i + 2), 'in the order in which they failed')
    t.equal(
      one.last_error,
      '{"type":"duplicate","message":"job 1 has its unique key","job":"1","before":{ ' +
        '"message":"no" }}'
    )
  }
  t.same(await retryAll(redis, 'mail', 'failed'), { count: 0, duplicates: 3 })
  await ack(redis, 'mail', [proof((await take(redis, 'mail', { lease: 10 }))[0]!)])
  t.same(await retryAll(redis, 'mail', 'failed', 1), { count: 1, duplicates: 0 })
  t.match(
    (await job(redis, 'mail', '3'))!.last_error,
    /^\{"type":"duplicate","message":"job 1 has[^{]*"before":\{ "message":"no" \}\}$/
  )
})

test(
  'a redrive of many duplicates ends, and finds those that are none among them',
  { timeout: 60_000 },
  async t => {
    const { redis } = await build(t)
    // Its times are those of a clock of its own, decades ago.
    await setPolicy(redis, 'mail', { keep_failed: null })
    for (let i = 0; i < 1200; i++) await failed(redis, 100)
    await push(redis, 'mail', [{ payload: '{}' }], { now: 100 })
    await nack(redis, 'mail', [{ ...proof(await lease(redis, 100)), retry: false }], { now: 100 })
    t.same(await retryAll(redis, 'mail', 'failed'), { count: 2, duplicates: 1199 })
  }
)

test("one failed job whose key is another's by now stays failed: 409", async t => {
  const { redis } = await build(t)
  // Its times are those of a clock of its own, decades ago.
  await setPolicy(redis, 'mail', { keep_failed: null })
  await failed(redis, 100)
  await push(redis, 'mail', keyed, { now: 101 })
  await t.rejects(retry(redis, 'mail', '1', { now: 102 }), {
    code: 'JOB_DUPLICATE',
    message: 'job 2 has its unique key by now, so this one stays failed'
  })
  t.match(await job(redis, 'mail', '1', { now: 103 }), {
    state: 'failed',
    last_error: /"type":"duplicate".*"before":null/
  })
  await take(redis, 'mail', { now: 104 })
  await retry(redis, 'mail', '1', { now: 105 })
  t.match(await job(redis, 'mail', '1', { now: 105 }), { state: 'waiting' })
  await t.rejects(push(redis, 'mail', keyed, { now: 106 }), { code: 'JOB_EXISTS' })
})

test("a late nack or release of a lost job whose key is another's by now leaves it " +
  'failed, and says so', async t => {
  for (const verb of ['nack', 'release'] as const) {
    const { redis } = await build(t)
    // Its times are those of a clock of its own, decades ago.
    await setPolicy(redis, 'mail', { keep_failed: null })
    const taken = await lost(redis)
    await push(redis, 'mail', keyed, { now: 161 })
    if (verb === 'nack') {
      t.same(
        await nack(redis, 'mail', [{ ...proof(taken), error: '{"message":"no"}', delay: 0 }], {
          now: 162
        }),
        [{ state: 'failed', duplicate: true }]
      )
    } else t.equal(await release(redis, 'mail', proof(taken), { now: 162 }), false)
    t.match(await queueStatus(redis, 'mail', { now: 163 }), {
      counts: { waiting: 1, delayed: 0, failed: 1 }
    })
    t.match(await job(redis, 'mail', '1', { now: 163 }), {
      last_error:
        verb === 'nack' ? /"job":"2","before":\{"message":"no"\}/ : /"before":\{.*"type":"lost"/
    })
  }
})

test('a late nack or release of a lost job whose key is free takes the key again', async t => {
  for (const verb of ['nack', 'release'] as const) {
    const { redis } = await build(t)
    // Its times are those of a clock of its own, decades ago.
    await setPolicy(redis, 'mail', { keep_failed: null })
    const taken = await lost(redis)
    if (verb === 'nack') {
      t.match(await nack(redis, 'mail', [{ ...proof(taken), delay: 0 }], { now: 162 }), [
        { state: 'delayed' }
      ])
    } else t.equal(await release(redis, 'mail', proof(taken), { now: 162 }), true)
    await t.rejects(push(redis, 'mail', keyed, { now: 163 }), { code: 'JOB_EXISTS' })
  }
})

test("a job that is put back undelivered while its key is another's has failed", async t => {
  const { redis } = await build(t)
  // Its times are those of a clock of its own, decades ago.
  await setPolicy(redis, 'mail', { keep_failed: null })
  await push(redis, 'mail', [...keyed, { payload: '{"n":2}' }])
  const taken = await take(redis, 'mail', { count: 2 })
  await push(redis, 'mail', keyed)
  t.equal(await restore(redis, 'mail', taken), 2)
  t.match(await queueStatus(redis, 'mail'), { processed: 0, counts: { waiting: 2, failed: 1 } })
  t.match(await job(redis, 'mail', '1'), { state: 'failed', last_error: /"job":"3"/ })
  t.equal((await take(redis, 'mail', { count: 9 })).length, 2)
})

test('of two jobs of one key that an older version let run, ' +
  'a lease that ends leaves one', async t => {
  const { redis } = await build(t)
  // Its times are those of a clock of its own, decades ago.
  await setPolicy(redis, 'mail', { keep_failed: null })
  await push(redis, 'mail', keyed, { now: 100 })
  await lease(redis, 100)
  await redis.hdel('{mail}:unique', 'k')
  await push(redis, 'mail', keyed, { now: 101 })
  t.match(await queueStatus(redis, 'mail', { now: 120 }), {
    lost: 1,
    counts: { waiting: 1, failed: 1 }
  })
  t.match(await job(redis, 'mail', '1', { now: 120 }), {
    state: 'failed',
    last_error: /"type":"duplicate"/
  })
})

test('a blocked job holds its key, and one that failed with what it waited for has it only ' +
  'if it is free', async t => {
  const { redis } = await build(t)
  // Its times are those of a clock of its own, decades ago.
  await setPolicy(redis, 'mail', { keep_failed: null })
  const first = await push(redis, 'mail', [{ payload: '{}' }], { now: 100 })
  const blocked = [{ ...keyed[0]!, depends: first[0]!.id }]
  await push(redis, 'mail', blocked, { now: 100 })
  await nack(redis, 'mail', [{ ...proof(await lease(redis, 101)), retry: false }], { now: 101 })
  t.match(await queueStatus(redis, 'mail', { now: 102 }), { counts: { failed: 2, blocked: 0 } })
  await push(redis, 'mail', keyed, { now: 102 })
  t.same(await retryAll(redis, 'mail', 'failed'), { count: 1, duplicates: 1 })
  t.match(await queueStatus(redis, 'mail', { now: 103 }), {
    counts: { failed: 1, waiting: 2, blocked: 0 }
  })
})

test('a job that comes back is never refused by max_jobs, and counts', async t => {
  const { redis } = await build(t)
  // Its times are those of a clock of its own, decades ago.
  await setPolicy(redis, 'mail', { keep_failed: null })
  await setPolicy(redis, 'mail', { max_jobs: 2 })
  await push(redis, 'mail', [{ payload: '{}' }, { payload: '{}' }])
  const held = await take(redis, 'mail', { lease: 100, count: 2 })
  await nack(
    redis,
    'mail',
    held.map(one => ({ ...proof(one), retry: false }))
  )
  await push(redis, 'mail', [{ payload: '{}' }])
  const [good] = await take(redis, 'mail')
  await push(redis, 'mail', [{ payload: '{}' }, { payload: '{}' }])
  t.same(await retryAll(redis, 'mail', 'failed'), { count: 2, duplicates: 0 })
  t.equal(await restore(redis, 'mail', [good!]), 1)
  t.match(await queueStatus(redis, 'mail'), { counts: { waiting: 5 } })
  await t.rejects(push(redis, 'mail', [{ payload: '{}' }]), { code: 'QUEUE_FULL' })
  await t.rejects(pushFailed(redis, 'mail', { payload: '{}' }), { code: 'QUEUE_FULL' })
  for (let left = 5; left > 1; left--) {
    await t.rejects(push(redis, 'mail', [{ payload: '{}' }]), { code: 'QUEUE_FULL' })
    await take(redis, 'mail')
  }
  await push(redis, 'mail', [{ payload: '{}' }])
})
