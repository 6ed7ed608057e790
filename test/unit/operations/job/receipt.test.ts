import { createHash } from 'node:crypto'
import { test } from 'tap'
import { push } from '../../../../operations/job/push.ts'
import { ack } from '../../../../operations/job/ack.ts'
import { nack } from '../../../../operations/job/nack.ts'
import { restore } from '../../../../operations/job/put-back.ts'
import { release } from '../../../../operations/job/release.ts'
import { touch } from '../../../../operations/job/touch.ts'
import { fire } from '../../../../operations/schedule/fire.ts'
import { job } from '../../../../operations/job/job.ts'
import { purge, queueStatus } from '../../../../operations/queue/queue.ts'
import { take, type TakeOptions } from '../../../../operations/job/take.ts'
import { randomLetters } from '../../../../operations/seed.ts'
import type { RedisClient } from '../../../../operations/redis/store.ts'
import { backup } from '../../../support/redis/backup.ts'
import { build } from '../../../support/server/app.ts'

interface Held {
  id: string
  receipt: string
}

async function lease (redis: RedisClient, more: TakeOptions = {}): Promise<Held> {
  const [delivery] = await take(redis, 'mail', { lease: 10, ...more })
  return { id: delivery!.id, receipt: delivery!.lease!.receipt }
}

const one = (n: number) => [{ payload: `{"n":${n}}` }]

/** What each verb says to a receipt. */
async function said (redis: RedisClient, held: Held, now?: number): Promise<unknown[]> {
  const at = now === undefined ? {} : { now }
  const released = await release(redis, 'mail', held, at).then(
    () => null,
    error => error.code
  )
  const [touched] = await touch(redis, 'mail', [held], at)
  const [nacked] = await nack(redis, 'mail', [held], at)
  const [acked] = await ack(redis, 'mail', [held], at)
  return [released, touched, nacked, acked]
}

const refused = ['LEASE_LOST', 'LEASE_LOST', 'LEASE_LOST', 'LEASE_LOST']

test('the seed of a queue is random, and another after each purge', async t => {
  const { redis } = await build(t)
  const seeds = new Set<string | null>()
  for (let n = 0; n < 5; n++) {
    await push(redis, 'mail', one(n))
    seeds.add(await redis.hget('{mail}:stats', 'seed'))
    await purge(redis, 'mail')
  }
  const schedule = { queue: 'mail', overlap: 'allow', catchup: 'one', every: 60 } as never
  await fire(
    redis,
    { name: 'daily', stored: schedule, state: { next: 1000 } as never, payload: '{}' },
    1000
  )
  seeds.add(await redis.hget('{mail}:stats', 'seed'))
  t.equal(seeds.size, 6)
  for (const seed of seeds) t.match(seed, /^[\w-]{22}$/)
  t.equal(new Set(Array.from({ length: 1000 }, randomLetters)).size, 1000)
})

test('a queue keeps its seed until it is purged, ' +
  'also one from before seeds were random', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', one(1))
  const old = 'a'.repeat(40)
  await redis.hset('{mail}:stats', 'seed', old)
  const held = await lease(redis)
  await push(redis, 'mail', one(2))
  t.equal(await redis.hget('{mail}:stats', 'seed'), old)
  t.same(await ack(redis, 'mail', [held]), [null])
})

test('a delivery whose receipt knows of no deadline is still touched, ' +
  'acknowledged late, and fenced', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [...one(1), ...one(2), ...one(3)], { now: 100 })
  await take(redis, 'mail', { lease: 10, count: 3, now: 100 })
  const seed = await redis.hget('{mail}:stats', 'seed')
  const old = ['1', '2', '3'].map(id => {
    const proof = createHash('sha1').update(`${seed}:${id}:1`).digest('hex').slice(0, 16)
    return { id, receipt: `1-${proof}-abc` }
  })
  for (const id of ['a1', 'a2', 'a3']) await redis.zadd('{mail}:active', 110_000, id)
  t.same(await ack(redis, 'mail', [old[0]!], { now: 101 }), [null])
  t.same(await touch(redis, 'mail', [{ ...old[1]!, lease: 20 }], { now: 101 }), [121])
  t.same(await ack(redis, 'mail', [old[1]!], { now: 102 }), [null])
  await queueStatus(redis, 'mail', { now: 110 })
  t.match(
    await touch(redis, 'mail', [{ ...old[2]!, lease: 5 }], { now: 111 }),
    [116],
    'late, but of no other worker'
  )
  const next = await lease(redis, { now: 120 })
  t.same(await said(redis, old[2]!, 121), refused)
  t.same(await ack(redis, 'mail', [next], { now: 121 }), [null])
})

for (const [name, more] of Object.entries<Parameters<typeof push>[2] | object>({
  plain: {},
  'with options': { priority: 1, keep: 60, uniq: 'ann' }
})) {
  test(`a receipt of a job that was lost fits no other job of its id, ever (${name})`, async t => {
    const { redis } = await build(t)
    const jobs = (n: number) => [{ ...one(n)[0]!, ...more }]
    await push(redis, 'mail', one(0), { now: 100 })
    await take(redis, 'mail', { now: 100 })
    const rewind = await backup(redis, 'mail')
    await push(redis, 'mail', jobs(1), { now: 100 })
    const old = await lease(redis, { now: 100 })
    await rewind()
    await push(redis, 'mail', jobs(2), { now: 100 })
    t.same(await said(redis, old, 100), refused, 'waiting')
    const fresh = await lease(redis, { now: 100.001 })
    t.equal(fresh.id, old.id)
    t.not(fresh.receipt.slice(0, 18), old.receipt.slice(0, 18))
    t.same(await said(redis, old, 101), refused, 'on lease')
    await touch(redis, 'mail', [fresh], { now: 102 })
    t.same(await said(redis, old, 103), refused, 'touched')
    await queueStatus(redis, 'mail', { now: 2000 })
    t.same(await said(redis, old, 2000), refused, 'its lease ran out')
    t.same(await ack(redis, 'mail', [{ ...fresh, result: '2' }], { now: 2001 }), [null])
    const end = name === 'plain' ? Array(4).fill('NO_SUCH_JOB') : refused
    t.same(await said(redis, old, 2002), end, 'completed')
    if (name !== 'plain') {
      t.same(await ack(redis, 'mail', [fresh], { now: 2003 }), [null], 'repeated')
    }
  })
}

test('a receipt of a delivery that was lost does not fit the next ' +
  'delivery of that job', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', one(1), { now: 100 })
  const rewind = await backup(redis, 'mail')
  const old = await lease(redis, { now: 100 })
  await rewind()
  t.same(await said(redis, old, 101), refused)
  const fresh = await lease(redis, { now: 101 })
  t.same(await said(redis, old, 102), refused)
  t.same(await ack(redis, 'mail', [fresh], { now: 103 }), [null])
})

test('a receipt outlives touches, and a lease that ends by its deadline to ' +
  'the millisecond', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', one(1), { now: 100 })
  const held = await lease(redis, { now: 100 })
  for (let now = 101; now < 105; now++) {
    t.same(await touch(redis, 'mail', [{ ...held, lease: 10 }], { now }), [now + 10])
  }
  t.match(await job(redis, 'mail', '1', { now: 114 - 0.001 }), {
    state: 'active',
    lease_expires_at: 114
  })
  t.match(await job(redis, 'mail', '1', { now: 114 }), { state: 'waiting', lost: 1 })
  t.same(await touch(redis, 'mail', [{ ...held, lease: 10 }], { now: 115 }), [125])
  t.same(await ack(redis, 'mail', [held], { now: 116 }), [null])
})

test('a lease that is given up leaves nothing behind in its details', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', one(1), { now: 100 })
  const held = await lease(redis, { now: 100 })
  await touch(redis, 'mail', [{ ...held, lease: 10 }], { now: 101 })
  await release(redis, 'mail', held, { now: 102 })
  t.match(await redis.hget('{mail}:details', '1'), /^(?!.*first_deadline)/)
})

test('a job that is put back after Redis has lost it shares its id with no other', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', one(0))
  await take(redis, 'mail')
  const rewind = await backup(redis, 'mail')
  for (const pushes of [0, 1, 2]) {
    await push(redis, 'mail', [...one(1), { payload: '{"n":2}', priority: 1 }], { now: 100 })
    const taken = await take(redis, 'mail', { count: 2 })
    await rewind()
    for (let n = 0; n < pushes; n++) {
      await push(redis, 'mail', [{ payload: `{"new":${n}}`, delay: 0 }])
    }
    t.equal(await restore(redis, 'mail', taken), 2)
    await push(redis, 'mail', one(3))
    const jobs = await take(redis, 'mail', { count: 10 })
    t.equal(new Set(jobs.map(({ id }) => id)).size, pushes + 3, 'ids')
    t.equal(new Set(jobs.map(({ payload }) => payload)).size, pushes + 3, 'payloads')
    await rewind()
  }
})

test('a job that is put back is there once, where Redis has lost that it was taken', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [...one(1), { payload: '{"n":2}', delay: 1 }], { now: 100 })
  await queueStatus(redis, 'mail', { now: 102 })
  const rewind = await backup(redis, 'mail')
  const taken = await take(redis, 'mail', { count: 2, now: 102 })
  t.equal(taken.length, 2)
  await rewind()
  t.equal(await restore(redis, 'mail', taken), 0)
  t.equal((await take(redis, 'mail', { count: 9, now: 103 })).length, 2)
})
