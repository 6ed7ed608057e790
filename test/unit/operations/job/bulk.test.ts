import { test } from 'tap'
import { ack } from '../../../../operations/job/ack.ts'
import type { Delivery } from '../../../../operations/job/delivery.ts'
import { nack } from '../../../../operations/job/nack.ts'
import { push, type NewJob } from '../../../../operations/job/push.ts'
import { cancelAll, retryAll } from '../../../../operations/job/bulk.ts'
import { queueStatus } from '../../../../operations/queue/queue.ts'
import type { RedisClient } from '../../../../operations/redis/store.ts'
import { take } from '../../../../operations/job/take.ts'
import { build } from '../../../support/server/app.ts'

const proof = ({ id, lease }: Delivery) => ({ id, receipt: lease!.receipt })
const many = (count: number, job: Partial<NewJob> = {}) =>
  Array.from({ length: count }, () => ({ payload: '{}', ...job }))
// More than a call of a script takes, so that others have a turn in between.
const size = 2600

async function fill (redis: RedisClient, job: Partial<NewJob> = {}): Promise<void> {
  for (let done = 0; done < size; done += 1300) await push(redis, 'mail', many(1300, job))
}

/** Takes all there is, and does with each as asked. */
async function work (
  redis: RedisClient,
  end: (taken: Delivery[]) => Promise<unknown>
): Promise<string[]> {
  const seen: string[] = []
  for (
    let taken: Delivery[];
    (taken = await take(redis, 'mail', { count: 1000, lease: 1000 })).length > 0;
  ) {
    seen.push(...taken.map(({ id }) => id))
    await end(taken)
  }
  return seen
}

/** Does `meanwhile` over and over until a bulk act has ended. Returns what it changed. */
async function during<Changed> (
  act: Promise<Changed>,
  meanwhile: () => Promise<unknown>
): Promise<Changed> {
  const seen = { isOver: false }
  const acting = act.finally(() => {
    seen.isOver = true
  })
  do await meanwhile()
  while (!seen.isOver)
  return await acting
}

const failing = (redis: RedisClient) => async (taken: Delivery[]) =>
  await nack(
    redis,
    'mail',
    taken.map(job => ({ ...proof(job), retry: false }))
  )

test(
  'a redrive of all lets each failed job run once more, also where workers fail them again at once',
  { timeout: 60_000 },
  async t => {
    const { redis } = await build(t)
    await fill(redis)
    await work(redis, failing(redis))
    const again: string[] = []
    t.same(
      await during(retryAll(redis, 'mail', 'failed'), async () => {
        again.push(...(await work(redis, failing(redis))))
      }),
      { count: size, duplicates: 0 }
    )
    again.push(...(await work(redis, failing(redis))))
    t.equal(again.length, size)
    t.equal(new Set(again).size, size)
    t.match(await queueStatus(redis, 'mail'), { counts: { failed: size, waiting: 0 } })
  }
)

test(
  'to run all delayed jobs now leaves those that are delayed again, or come in, meanwhile',
  { timeout: 60_000 },
  async t => {
    const { redis } = await build(t)
    await fill(redis, { delay: 1000 })
    const again: string[] = []
    let pushed = 0
    const { count } = await during(retryAll(redis, 'mail', 'delayed'), async () => {
      again.push(
        ...(await work(
          redis,
          async taken =>
            await nack(
              redis,
              'mail',
              taken.map(job => ({ ...proof(job), delay: 500 }))
            )
        ))
      )
      pushed += (await push(redis, 'mail', many(10, { delay: 100 }))).length
    })
    t.equal(count, size)
    t.ok(again.length <= size && new Set(again).size === again.length, 'each once at most')
    t.match(await queueStatus(redis, 'mail'), {
      counts: { delayed: again.length + pushed, waiting: size - again.length }
    })
  }
)

test(
  'to cancel all jobs that wait leaves those that come in, or come back, meanwhile',
  { timeout: 60_000 },
  async t => {
    for (const priority of [5, 1, 9]) {
      const { redis } = await build(t)
      await push(redis, 'mail', many(100, { priority: 0 }))
      const back = await take(redis, 'mail', { count: 100, lease: 1000 })
      await fill(redis, { priority })
      let pushed = 0
      const count = await during(cancelAll(redis, 'mail', 'waiting'), async () => {
        pushed += (
          await push(redis, 'mail', [
            ...many(5, { priority: 0 }),
            ...many(5),
            ...many(5, { priority: 9 })
          ])
        ).length
        await nack(
          redis,
          'mail',
          back.splice(0, 10).map(job => ({ ...proof(job), delay: 0 }))
        )
      })
      t.equal(count, size, `priority ${priority}`)
      t.match(
        await queueStatus(redis, 'mail'),
        { counts: { waiting: pushed + 100 - back.length } },
        `priority ${priority}`
      )
    }
  }
)

test('to cancel all jobs on lease leaves those taken meanwhile', { timeout: 60_000 }, async t => {
  const { redis } = await build(t)
  await fill(redis)
  await work(redis, async () => {})
  await fill(redis)
  let taken = 0
  const count = await during(cancelAll(redis, 'mail', 'active'), async () => {
    taken += (await take(redis, 'mail', { count: 7, lease: 500 })).length
  })
  t.equal(count, size)
  t.match(await queueStatus(redis, 'mail'), { counts: { active: taken, waiting: size - taken } })
})

test(
  'to cancel all that has failed, completed or is delayed leaves jobs that come into that ' +
    'state meanwhile',
  { timeout: 60_000 },
  async t => {
    const ends = {
      failed: failing,
      delayed: (redis: RedisClient) => async (taken: Delivery[]) =>
        await nack(
          redis,
          'mail',
          taken.map(job => ({ ...proof(job), delay: 500 }))
        ),
      completed: (redis: RedisClient) => async (taken: Delivery[]) =>
        await ack(redis, 'mail', taken.map(proof))
    }
    for (const [state, end] of Object.entries(ends) as Array<['failed', typeof failing]>) {
      const { redis } = await build(t)
      await fill(redis, { keep: 1000 })
      await work(redis, end(redis))
      await fill(redis, { keep: 100 })
      let ended = 0
      const count = await during(cancelAll(redis, 'mail', state), async () => {
        const taken = await take(redis, 'mail', { count: 7, lease: 1000 })
        await end(redis)(taken)
        ended += taken.length
      })
      t.equal(count, size, state)
      t.equal((await queueStatus(redis, 'mail')).counts[state], ended, `${state}: left`)
    }
  }
)

test(
  'to cancel all jobs that wait for others leaves those that come in meanwhile',
  { timeout: 60_000 },
  async t => {
    const { redis } = await build(t)
    const [{ id } = { id: '' }] = await push(redis, 'mail', many(1))
    await fill(redis, { depends: id })
    let pushed = 0
    const count = await during(cancelAll(redis, 'mail', 'blocked'), async () => {
      pushed += (await push(redis, 'mail', many(5, { depends: id }))).length
    })
    t.equal(count, size)
    t.equal((await queueStatus(redis, 'mail')).counts.blocked, pushed)
  }
)
