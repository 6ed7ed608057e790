import { test } from 'tap'
import { setPolicy } from '../../../operations/queue/policy.ts'
import { ack } from '../../../operations/job/ack.ts'
import type { Delivery } from '../../../operations/job/delivery.ts'
import { nack } from '../../../operations/job/nack.ts'
import { jobs } from '../../../operations/job/job.ts'
import type { State } from '../../../schemas/job.ts'
import { push, type NewJob } from '../../../operations/job/push.ts'
import { cancelAll, retryAll } from '../../../operations/job/bulk.ts'
import { queueStatus } from '../../../operations/queue/queue.ts'
import type { RedisClient } from '../../../operations/redis/store.ts'
import { take } from '../../../operations/job/take.ts'
import { build } from '../../support/server/app.ts'

const proof = ({ id, lease }: Delivery) => ({ id, receipt: lease!.receipt })
const many = (count: number, job: Partial<NewJob> = {}) =>
  Array.from({ length: count }, () => ({ payload: '{}', ...job }))

/** How many jobs before the ready list, in it and behind it: each mix is a way of its own. */
const mixes = [
  [0, 0, 5],
  [0, 5, 0],
  [5, 0, 0],
  [3, 4, 0],
  [0, 4, 3],
  [3, 0, 4],
  [2, 3, 2]
] as const

async function fill (
  redis: RedisClient,
  queue: string,
  [urgent, plain, late]: readonly [number, number, number]
): Promise<void> {
  await push(redis, queue, many(late, { priority: 9 }))
  await push(redis, queue, many(plain))
  await push(redis, queue, many(urgent, { priority: 0 }))
}

/** Brings `count` jobs into a state. */
const makes: Record<
  Exclude<State, 'waiting'>,
  (redis: RedisClient, queue: string, count: number) => Promise<void>
> = {
  async delayed (redis, queue, count) {
    await push(redis, queue, many(count, { delay: 1000 }))
  },
  async blocked (redis, queue, count) {
    const [{ id } = { id: '' }] = await push(redis, queue, many(1))
    await push(redis, queue, many(count, { depends: id }))
  },
  async active (redis, queue, count) {
    await push(redis, queue, many(count))
    await take(redis, queue, { count, lease: 1000 })
  },
  async failed (redis, queue, count) {
    await push(redis, queue, many(count))
    const taken = await take(redis, queue, { count, lease: 1000 })
    await nack(
      redis,
      queue,
      taken.map(job => ({ ...proof(job), retry: false }))
    )
  },
  async completed (redis, queue, count) {
    await push(redis, queue, many(count, { keep: 1000 }))
    await ack(redis, queue, (await take(redis, queue, { count, lease: 1000 })).map(proof))
  }
}

const ids = (list: Array<{ id: string }>): string[] => list.map(({ id }) => id)

test('cancelAll() removes as many waiting jobs as it is allowed, ' +
  'in every mix of priorities', async t => {
  const { redis } = await build(t)
  for (const mix of mixes) {
    const all = mix[0] + mix[1] + mix[2]
    for (let limit = 0; limit <= all + 1; limit++) {
      const queue = `q${mix.join('-')}.${limit}`
      await fill(redis, queue, mix)
      t.equal(await cancelAll(redis, queue, 'waiting', limit), Math.min(limit, all), queue)
      t.equal(
        (await queueStatus(redis, queue)).counts.waiting,
        all - Math.min(limit, all),
        `${queue}: left`
      )
      t.equal(
        (await take(redis, queue, { count: 100 })).length,
        all - Math.min(limit, all),
        `${queue}: to be had`
      )
    }
  }
})

const retried: typeof cancelAll = async (redis, queue, state, limit) =>
  (await retryAll(redis, queue, state as 'failed', limit)).count

test('cancelAll() and retryAll() change as many jobs of a state as they are allowed', async t => {
  const { redis } = await build(t)
  for (const [state, make] of Object.entries(makes) as Array<
    [keyof typeof makes, typeof makes.failed]
  >) {
    for (const [act, change] of Object.entries({ cancelAll, retryAll: retried })) {
      if (act === 'retryAll' && state !== 'failed' && state !== 'delayed') continue
      for (let limit = 0; limit <= 6; limit++) {
        const queue = `${state}.${act}.${limit}`
        await make(redis, queue, 5)
        t.equal(await change(redis, queue, state as 'failed', limit), Math.min(limit, 5), queue)
        t.equal(
          (await queueStatus(redis, queue)).counts[state],
          5 - Math.min(limit, 5),
          `${queue}: left`
        )
      }
    }
  }
})

test('cancelAll() and retryAll() are exact where several calls of a script are needed', async t => {
  const { redis } = await build(t)
  for (const limit of [499, 500, 501, 999, 1000, 1001]) {
    for (const [act, change] of Object.entries({ cancelAll, retryAll: retried })) {
      const queue = `${act}.${limit}`
      await makes.failed(redis, queue, 1000)
      await makes.failed(redis, queue, 1)
      t.equal(await change(redis, queue, 'failed', limit), limit, queue)
      t.equal((await queueStatus(redis, queue)).counts.failed, 1001 - limit, `${queue}: left`)
    }
  }
})

test('a list has each job once and in order, whatever the offset and the limit', async t => {
  const { redis } = await build(t)
  for (const mix of mixes) {
    const queue = `q${mix.join('-')}`
    await fill(redis, queue, mix)
    await pages(queue, 'waiting', mix[0] + mix[1] + mix[2])
  }
  for (const [state, make] of Object.entries(makes) as Array<
    [keyof typeof makes, typeof makes.failed]
  >) {
    await make(redis, state, 5)
    await pages(state, state, 5)
  }

  async function pages (queue: string, state: State, size: number): Promise<void> {
    const all = ids(await jobs(redis, queue, state, { offset: 0, limit: 1000 }))
    t.equal(new Set(all).size, size, `${queue}: all`)
    for (let offset = 0; offset <= size + 1; offset++) {
      for (let limit = 0; limit <= size + 1; limit++) {
        const found = ids(await jobs(redis, queue, state, { offset, limit }))
        t.same(found, all.slice(offset, offset + limit), `${queue}: ${limit} from ${offset} on`)
      }
    }
    const far = await jobs(redis, queue, state, { offset: Number.MAX_SAFE_INTEGER, limit: 1000 })
    t.same(far, [], `${queue}: beyond its end`)
  }
})

test('take() gives as many as there are and no more, in every mix of priorities', async t => {
  const { redis } = await build(t)
  for (const lease of [undefined, 60]) {
    for (const mix of mixes) {
      const all = mix[0] + mix[1] + mix[2]
      for (let count = 1; count <= all + 1; count++) {
        const queue = `q${mix.join('-')}.${count}.${lease}`
        await fill(redis, queue, mix)
        const order = ids(await jobs(redis, queue, 'waiting', { offset: 0, limit: 10 }))
        t.same(ids(await take(redis, queue, { count, lease })), order.slice(0, count), queue)
        t.equal(
          (await queueStatus(redis, queue)).counts.waiting,
          Math.max(0, all - count),
          `${queue}: left`
        )
      }
    }
  }
})

test('jobs that are due all at once are dealt with to the last, ' +
  'at each edge of what one look does', async t => {
  const { redis } = await build(t)
  for (const count of [0, 1, 99, 100, 101, 199, 200, 201]) {
    const [expiring, lost, done, due] = ['expiring', 'lost', 'done', 'due'].map(
      name => `${name}.${count}`
    ) as [string, string, string, string]
    await push(redis, expiring, many(count, { ttl: 1 }), { now: 100 })
    await push(redis, lost, many(count), { now: 100 })
    await take(redis, lost, { count: Math.max(1, count), lease: 1, now: 100 })
    await push(redis, done, many(count, { keep: 1 }), { now: 100 })
    const taken = await take(redis, done, { count: Math.max(1, count), lease: 1, now: 100 })
    await ack(redis, done, taken.map(proof), { now: 100 })
    await push(redis, due, many(count, { delayed: 101 }), { now: 100 })
    for (const queue of [expiring, lost, done, due]) {
      for (let look = 0; look < 3; look++) await queueStatus(redis, queue, { now: 102 })
    }
    t.match(await queueStatus(redis, expiring, { now: 102 }), {
      expired: count,
      counts: { waiting: 0 }
    })
    t.match(await queueStatus(redis, lost, { now: 102 }), {
      lost: count,
      counts: { waiting: count, active: 0 }
    })
    t.match(await queueStatus(redis, done, { now: 102 }), { counts: { waiting: 0, completed: 0 } })
    t.match(await queueStatus(redis, due, { now: 102 }), { counts: { waiting: count, delayed: 0 } })
  }
})

test('limits of a policy hold at 1, at what there is, and at one more or less', async t => {
  const { redis } = await build(t)
  for (const limit of [1, 4, 5, 6]) {
    for (const change of [{ rate: { limit, period: 60 } }, { concurrency: limit }]) {
      const queue = `${Object.keys(change)[0]}.${limit}`
      await setPolicy(redis, queue, change)
      await push(redis, queue, many(5))
      t.equal(
        (await take(redis, queue, { count: 10, lease: 60 })).length,
        Math.min(limit, 5),
        queue
      )
      t.equal((await take(redis, queue, { count: 10, lease: 60 })).length, 0, `${queue}: no more`)
    }
    const full = `max_jobs.${limit}`
    await setPolicy(redis, full, { max_jobs: limit })
    const pushes = await Promise.allSettled([
      push(redis, full, many(limit)),
      push(redis, full, many(1))
    ])
    t.same(
      pushes.map(({ status }) => status),
      ['fulfilled', 'rejected'],
      full
    )
  }
})
