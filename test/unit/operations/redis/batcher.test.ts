import { test } from 'tap'
import { bounds } from '../../../../operations/redis/batcher.ts'
import { setPolicy } from '../../../../operations/queue/policy.ts'
import { ack, ackOne } from '../../../../operations/job/ack.ts'
import { ackAndTake } from '../../../../operations/job/ack-next.ts'
import { tryTake, take, type TakeOptions } from '../../../../operations/job/take.ts'
import { push, pushOne } from '../../../../operations/job/push.ts'
import { queueStatus } from '../../../../operations/queue/queue.ts'
import type { RedisClient } from '../../../../operations/redis/store.ts'
import { build } from '../../../support/server/app.ts'

const range = (count: number): number[] => Array.from({ length: count }, (_, n) => n)
const numbered = (n: number) => ({ payload: `{"n":${n}}` })

// Calls of that script while `act` runs: each is one EVAL or EVALSHA with that many keys and
// arguments.
async function calls (redis: RedisClient, act: () => Promise<unknown>): Promise<number> {
  await redis.config('RESETSTAT')
  await act()
  const stats = await redis.info('commandstats')
  return [...stats.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].reduce(
    (sum, [, count]) => sum + Number(count),
    0
  )
}

test('requests of one turn share a call, each with its own answer, and in their order', async t => {
  const { redis } = await build(t)
  t.equal(
    await calls(redis, async () => {
      const pushed = await Promise.all(range(100).map(n => pushOne(redis, 'mail', numbered(n))))
      t.same(
        pushed.map(({ id }) => id),
        range(100).map(n => String(n + 1))
      )
    }),
    1
  )
  t.equal(
    await calls(redis, async () => {
      const looks = await Promise.all(range(101).map(() => tryTake(redis, 'mail')))
      t.same(
        looks.map(({ jobs: [job] }) => job?.payload),
        [...range(100).map(n => `{"n":${n}}`), undefined]
      )
    }),
    1
  )
})

test('a call carries at most 128 jobs or 1 MiB, and a larger job goes alone', async t => {
  const { redis } = await build(t)
  const large = { payload: `{"x":"${'x'.repeat(400_000)}"}` }
  t.equal(
    await calls(redis, () => Promise.all(range(300).map(n => pushOne(redis, 'mail', numbered(n))))),
    3,
    '128, 128 and 44'
  )
  t.equal(
    await calls(redis, () => Promise.all(range(4).map(() => pushOne(redis, 'mail', large)))),
    2
  )
  t.equal(
    await calls(redis, () =>
      Promise.all([100, 100, 28, 1000, 1].map(count => tryTake(redis, 'mail', { count })))
    ),
    4
  )
  t.match(await queueStatus(redis, 'mail'), { counts: { waiting: 0 }, processed: 304 })
  t.same(bounds, { jobs: 128, bytes: 1048576 })
})

test('of several pushes in one call each is refused for itself', async t => {
  const { redis } = await build(t)
  await setPolicy(redis, 'mail', { max_jobs: 4 })
  const jobs = [
    numbered(1),
    { ...numbered(2), uniq: 'ann' },
    { ...numbered(3), uniq: 'ann' },
    { ...numbered(4), idempotencyKey: 'k' },
    { ...numbered(4), idempotencyKey: 'k' },
    { ...numbered(5), idempotencyKey: 'k' },
    { ...numbered(6), delay: 60 },
    numbered(7),
    { ...numbered(8), uniq: 'ann', on_duplicate: 'ignore' as const },
    { ...numbered(9), uniq: 'ann', on_duplicate: 'replace' as const }
  ]
  const outcomes = await Promise.allSettled(jobs.map(job => pushOne(redis, 'mail', job)))
  t.same(
    outcomes.map(outcome =>
      outcome.status === 'fulfilled' ? outcome.value.id : outcome.reason.code
    ),
    ['1', '2', 'JOB_EXISTS', '3', '3', 'IDEMPOTENCY_CONFLICT', '4', 'QUEUE_FULL', '2', '2']
  )
  t.same(
    (await take(redis, 'mail', { count: 9 })).map(({ payload }) => payload),
    ['{"n":1}', '{"n":4}', '{"n":9}']
  )
})

test('takes of every kind in one call: for good and on lease, one and several, ' +
  'with and without a worker', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', range(9).map(numbered))
  const wishes: TakeOptions[] = [
    {},
    { lease: 30, worker: 'w1' },
    { count: 3 },
    { lease: 60, count: 2, worker: 'w2' },
    { worker: 'w1' },
    { count: 5 },
    { lease: 5 }
  ]
  const found = await Promise.all(wishes.map(wish => tryTake(redis, 'mail', wish)))
  t.same(
    found.map(({ jobs }) => jobs.map(({ payload }) => JSON.parse(payload).n)),
    [[0], [1], [2, 3, 4], [5, 6], [7], [8], []]
  )
  t.same(
    found.map(({ jobs }) => jobs.map(({ lease }) => lease?.attempt)),
    [[undefined], [1], [undefined, undefined, undefined], [1, 1], [undefined], [undefined], []]
  )
  t.match(await queueStatus(redis, 'mail'), { processed: 6, counts: { waiting: 0, active: 3 } })
  t.equal(await redis.hget('{mail}:workers', 'processed:w1'), '1')
})

test('takes in one call share what concurrency and rate let go', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', range(9).map(numbered))
  await setPolicy(redis, 'mail', { concurrency: 2 })
  const counts = async (wishes: TakeOptions[]) =>
    (await Promise.all(wishes.map(wish => tryTake(redis, 'mail', wish)))).map(
      ({ jobs }) => jobs.length
    )
  t.same(await counts([{ lease: 9 }, { lease: 9, count: 3 }, { lease: 9 }, {}]), [1, 1, 0, 1])
  await setPolicy(redis, 'mail', { concurrency: null, rate: { limit: 3, period: 60 } })
  t.same(await counts([{}, { count: 5 }, { lease: 9 }]), [1, 2, 0])
})

test('a job that is acked twice in one call is done once', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', range(3).map(numbered))
  const held = (await take(redis, 'mail', { lease: 30, count: 3, worker: 'w1' })).map(
    ({ id, lease }) => ({ id, receipt: lease!.receipt })
  )
  const [first, second] = held
  const stale = { ...second!, receipt: `1-${'0'.repeat(16)}` }
  t.same(
    await Promise.all([first!, first!, stale, second!].map(job => ackOne(redis, 'mail', job))),
    [null, 'NO_SUCH_JOB', 'LEASE_LOST', null]
  )
  t.match(await queueStatus(redis, 'mail'), { processed: 2, counts: { active: 1 } })
  t.same(await ack(redis, 'mail', [held[2]!, held[2]!]), [null, 'NO_SUCH_JOB'])
  t.equal(await redis.hget('{mail}:workers', 'processed:w1'), '3')
})

test('more jobs than are removed together are acked in one call, ' +
  'and one that is not plain between them', async t => {
  const { redis } = await build(t)
  const kept = 1100
  await push(
    redis,
    'mail',
    range(2500).map(n => ({ ...numbered(n), ...(n === kept && { keep: 60 }) }))
  )
  const held = (await take(redis, 'mail', { lease: 30, count: 2500 })).map(({ id, lease }) => ({
    id,
    receipt: lease!.receipt
  }))
  t.equal(held.length, 2500)
  t.equal(
    await calls(redis, async () =>
      t.same(new Set(await ack(redis, 'mail', held)), new Set([null]))
    ),
    1
  )
  t.match(await queueStatus(redis, 'mail'), {
    processed: 2500,
    counts: { waiting: 0, active: 0, completed: 1 }
  })
  t.strictSame(await redis.hkeys('{mail}:jobs'), [held[kept]!.id])
})

test('an ack and the next job are one step, and who acks in vain gets nothing', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', range(5).map(numbered))
  const held = (await take(redis, 'mail', { lease: 30, count: 3 })).map(({ id, lease }) => ({
    id,
    receipt: lease!.receipt
  }))
  const done = [
    held[0]!,
    held[0]!,
    { ...held[1]!, receipt: 'x' },
    { ...held[1]!, result: '{"sent":true}' },
    held[2]!
  ]
  t.equal(
    await calls(redis, async () => {
      const outcomes = await Promise.allSettled(
        done.map((one, i) =>
          ackAndTake(redis, 'mail', { ack: one, options: { lease: 60, worker: `w${i}` } })
        )
      )
      t.same(
        outcomes.map(outcome =>
          outcome.status === 'fulfilled'
            ? outcome.value.jobs.map(({ id, lease }) => [id, lease?.attempt])
            : outcome.reason.code
        ),
        [[['4', 1]], 'NO_SUCH_JOB', 'LEASE_LOST', [['5', 1]], []]
      )
    }),
    1
  )
  t.match(await queueStatus(redis, 'mail'), { processed: 3, counts: { waiting: 0, active: 2 } })
  t.strictSame(await redis.hkeys('{mail}:holders'), ['4', '5'])
})

test('an answer remembered under an Idempotency-Key says as well that the job was ' +
  'there before', async t => {
  const { redis } = await build(t)
  const job = { payload: '{}', uniq: 'ann', on_duplicate: 'ignore' as const }
  await pushOne(redis, 'mail', job)
  for (let times = 0; times < 2; times++) {
    t.same(await pushOne(redis, 'mail', { ...job, idempotencyKey: 'k' }), {
      id: '1',
      duplicate: true
    })
    await take(redis, 'mail')
  }
})
