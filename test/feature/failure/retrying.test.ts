import { test } from 'tap'
import { ack } from '../../../operations/job/ack.ts'
import { cancel, cancelAll, retry, retryAll } from '../../../operations/job/bulk.ts'
import { jobs } from '../../../operations/job/job.ts'
import { nack } from '../../../operations/job/nack.ts'
import { push } from '../../../operations/job/push.ts'
import { release } from '../../../operations/job/release.ts'
import { take } from '../../../operations/job/take.ts'
import { touch } from '../../../operations/job/touch.ts'
import { queueKey } from '../../../operations/redis/keys.ts'
import type { RedisClient } from '../../../operations/redis/store.ts'
import { purge, queueStatus } from '../../../operations/queue/queue.ts'
import { Random } from '../../support/random.ts'
import { build } from '../../support/server/app.ts'

const counts = async (redis: RedisClient, now: number) =>
  (await queueStatus(redis, 'mail', { now })).counts

/** The ids of the jobs that wait for another try. */
async function retrying (redis: RedisClient, now: number): Promise<string[]> {
  const page = { offset: 0, limit: 1000, now }
  const found = await jobs(redis, 'mail', 'retrying', page)
  return found.map(({ id }) => id)
}

/** Takes jobs at 100 and nacks them: they run again at 200. */
async function fail (redis: RedisClient, count: number): Promise<void> {
  const taken = await take(redis, 'mail', { lease: 10, count, now: 100 })
  const nacks = taken.map(({ id, lease }) => ({ id, receipt: lease!.receipt, delay: 100 }))
  await nack(redis, 'mail', nacks, { now: 100 })
}

async function withRetrying (redis: RedisClient, count: number): Promise<void> {
  const payloads = Array.from({ length: count }, () => ({ payload: '{}' }))
  await push(redis, 'mail', payloads, { now: 100 })
  await fail(redis, count)
}

test('a job that failed is delayed and retrying until it is due, and one that was pushed with a ' +
  'delay or released is delayed alone', async t => {
  const { redis } = await build(t)
  await withRetrying(redis, 1)
  await push(redis, 'mail', [{ payload: '{}', delay: 100 }, { payload: '{}' }], { now: 100 })
  const [taken] = await take(redis, 'mail', { lease: 10, now: 100 })
  const receipt = { id: taken!.id, receipt: taken!.lease!.receipt }
  await release(redis, 'mail', receipt, { delay: 100, now: 100 })
  t.match(await counts(redis, 199), { delayed: 3, retrying: 1, waiting: 0 })
  t.strictSame(await retrying(redis, 199), ['1'])
  t.match((await jobs(redis, 'mail', 'retrying', { offset: 0, limit: 9, now: 199 })), [
    { id: '1', state: 'delayed', run_at: 200 }
  ])
  t.match(await counts(redis, 200), { delayed: 0, retrying: 0, waiting: 3 })
  t.strictSame(await retrying(redis, 200), [])
  t.equal(await redis.exists(queueKey('mail', 'retrying')), 0)
})

test('a failure that runs again at once, or fails for good, is not retrying', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [{ payload: '{}' }, { payload: '{}' }], { now: 100 })
  const [one, other] = await take(redis, 'mail', { lease: 10, count: 2, now: 100 })
  const proof = ({ id, lease }: typeof one & {}) => ({ id, receipt: lease!.receipt })
  const nacks = [{ ...proof(one!), delay: 0 }, { ...proof(other!), retry: false }]
  await nack(redis, 'mail', nacks, { now: 100 })
  t.match(await counts(redis, 100), { delayed: 0, retrying: 0, waiting: 1, failed: 1 })
})

const ways: Record<string, (redis: RedisClient) => Promise<unknown>> = {
  'a retry': async redis => await retry(redis, 'mail', '1', { now: 110 }),
  'a retry of all that are retrying': async redis =>
    await retryAll(redis, 'mail', 'retrying', 1, { now: 110 }),
  'a retry of all that are delayed': async redis =>
    await retryAll(redis, 'mail', 'delayed', 1, { now: 110 }),
  'a cancel': async redis => await cancel(redis, 'mail', '1', { now: 110 }),
  'a cancel of all that are retrying': async redis =>
    await cancelAll(redis, 'mail', 'retrying', 1, { now: 110 }),
  'a cancel of all that are delayed': async redis =>
    await cancelAll(redis, 'mail', 'delayed', 1, { now: 110 }),
  'a push that replaces it': async redis => await push(redis, 'mail', [
    { payload: '{"n":2}', uniq: 'a', on_duplicate: 'replace', delay: 100 }
  ], { now: 110 })
}

for (const [way, go] of Object.entries(ways)) {
  test(`${way} ends it`, async t => {
    const { redis } = await build(t)
    await push(redis, 'mail', [{ payload: '{}', uniq: 'a' }, { payload: '{}' }], { now: 100 })
    await fail(redis, 2)
    t.match(await counts(redis, 110), { retrying: 2 })
    await go(redis)
    t.match(await counts(redis, 110), { retrying: 1 })
    t.strictSame(await redis.zrange(queueKey('mail', 'retrying'), 0, '-1'), ['a2'])
  })
}

test('a retry or a cancel of all that are retrying leaves other delayed jobs', async t => {
  const { redis } = await build(t)
  await withRetrying(redis, 1200)
  const others = Array.from({ length: 9 }, () => ({ payload: '{}', delay: 50 }))
  await push(redis, 'mail', others, { now: 100 })
  t.equal(await cancelAll(redis, 'mail', 'retrying', 100, { now: 110 }), 100)
  t.match(await counts(redis, 110), { retrying: 1100, delayed: 1109 })
  t.strictSame(await retryAll(redis, 'mail', 'retrying', Infinity, { now: 110 }), {
    count: 1100, duplicates: 0
  })
  t.match(await counts(redis, 110), { retrying: 0, delayed: 9, waiting: 1100 })
})

test('a purge leaves none', async t => {
  const { redis } = await build(t)
  await withRetrying(redis, 3)
  await purge(redis, 'mail')
  t.match(await counts(redis, 110), { retrying: 0, delayed: 0 })
})

test('2500 that fall due at once are promoted piece by piece, ' +
  'and none counts as retrying then', async t => {
  const { redis } = await build(t)
  for (let i = 0; i < 5; i++) await withRetrying(redis, 500)
  t.match(await counts(redis, 199), { retrying: 2500, delayed: 2500 })
  t.match(await counts(redis, 200), { retrying: 0, delayed: 0, waiting: 2500 })
  t.strictSame(await retrying(redis, 200), [])
  await counts(redis, 200)
  t.equal(await redis.exists(queueKey('mail', 'retrying')), 0)
})

test('what an older version promotes or deletes counts no more once it would be due', async t => {
  const { redis } = await build(t)
  await withRetrying(redis, 3)
  await redis.zrem(queueKey('mail', 'delayed'), 'a1')
  await redis.rpush(queueKey('mail', 'ready'), '1')
  t.strictSame(await retrying(redis, 110), ['2', '3'])
  t.equal(await retryAll(redis, 'mail', 'retrying', 1, { now: 110 }).then(({ count }) => count), 1)
  t.match(await counts(redis, 110), { retrying: 1, delayed: 1, waiting: 2 })
  t.match(await counts(redis, 200), { retrying: 0, waiting: 3 })
})

test('the count is the truth after each of 1500 steps taken at random', async t => {
  const { redis } = await build(t)
  const random = new Random(7)
  const truth = new Map<string, number>()
  const held: Array<{ id: string, receipt: string }> = []
  let now = 100
  const steps: Array<() => Promise<unknown>> = [
    async () => {
      const delay = random.chance(0.3) ? random.whole(1, 9) : 0
      await push(redis, 'mail', [{ payload: '{}', delay }], { now })
    },
    async () => {
      const taken = await take(redis, 'mail', { lease: 5, count: 3, now })
      for (const { id, lease } of taken) held.push({ id, receipt: lease!.receipt })
    },
    async () => {
      const one = held.pop()
      const delay = random.whole(0, 6)
      if (one === undefined) return
      const [outcome] = await nack(redis, 'mail', [{ ...one, delay }], { now })
      if (typeof outcome !== 'object') return
      if (outcome.state === 'delayed') truth.set(one.id, now + delay)
      else truth.delete(one.id)
    },
    async () => {
      const one = held.pop()
      if (one === undefined) return
      const what = random.whole(0, 2)
      if (what === 0) await ack(redis, 'mail', [{ ...one, result: undefined }], { now })
      if (what === 1) await touch(redis, 'mail', [{ ...one, lease: 9 }], { now })
      if (what === 2) {
        await release(redis, 'mail', one, { delay: random.whole(0, 5), now }).catch(() => {})
      }
    },
    async () => {
      const id = [...truth.keys()][0]
      if (id === undefined || truth.get(id)! <= now) return
      truth.delete(id)
      if (random.chance(0.5)) await retry(redis, 'mail', id, { now })
      else await cancel(redis, 'mail', id, { now })
    },
    async () => {
      now += random.whole(0, 3)
    }
  ]
  for (let i = 0; i < 1500; i++) {
    await steps[random.whole(0, steps.length - 1)]!()
    const expected = [...truth.values()].filter(at => at > now).length
    const found = (await counts(redis, now)).retrying
    if (found !== expected) return t.equal(found, expected, `step ${i}`)
    if (i % 100 === 0) t.equal((await retrying(redis, now)).length, expected)
  }
  t.ok(truth.size > 10)
})
