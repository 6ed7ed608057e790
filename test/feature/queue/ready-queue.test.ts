import { test, type Test } from 'tap'
import { jobs, why } from '../../../operations/job/job.ts'
import { push } from '../../../operations/job/push.ts'
import { cancel } from '../../../operations/job/bulk.ts'
import { queueStatus } from '../../../operations/queue/queue.ts'
import type { RedisClient } from '../../../operations/redis/store.ts'
import { take } from '../../../operations/job/take.ts'
import { acts, ChangingQueue, ids } from '../../support/changing-queue.ts'
import { Random } from '../../support/random.ts'
import { build } from '../../support/server/app.ts'

async function listed (redis: RedisClient, size: number, now?: number): Promise<string[]> {
  const found: string[] = []
  for (let offset = 0, page: string[]; ; offset += size) {
    page = ids(
      await jobs(redis, 'mail', 'waiting', {
        offset,
        limit: size,
        ...(now !== undefined && { now })
      })
    )
    found.push(...page)
    if (page.length < size) return found
  }
}

test(
  'lists, counts and the reasons of waiting are true, whatever jobs are replaced, cancelled, ' +
    'taken and given back',
  { timeout: 120_000 },
  async t => {
    const random = new Random()
    t.comment(`FUZZ_SEED=${random.seed}`)
    const { redis } = await build(t)
    const queue = new ChangingQueue(t, redis, random)
    for (let n = 0; n < 6; n++) await queue.add(1000)
    for (let step = 0; step < 120 && t.passing(); step++) {
      const act = random.pick(acts)
      await queue[act]()
      if (queue.line.all.length > 100) await compare(t, queue, act)
    }
    t.same(await takenAll(queue), queue.line.all, 'the others come out in the order of the list')
  }
)

async function compare (t: Test, queue: ChangingQueue, act: string): Promise<void> {
  const { redis, random, line, now } = queue
  const { counts } = await queueStatus(redis, 'mail', { now })
  t.match(counts, queue.counts, `after ${act}: counts`)
  if (random.chance(0.3)) {
    const all = await listed(redis, random.pick([700, 999, 1000]), now)
    t.same(all, line.all, `after ${act}: all of the list`)
  }
  for (let n = 0; n < 3; n++) {
    await comparePage(t, queue, act)
    const at = n === 0 ? random.below(50) : random.below(line.all.length)
    const [, { ahead }] = await why(redis, 'mail', line.all[at]!, { now })
    t.equal(ahead, Math.min(at, 1000), `after ${act}: ahead of the job at ${at}`)
  }
}

async function comparePage (t: Test, queue: ChangingQueue, act: string): Promise<void> {
  const { redis, random, line, now } = queue
  const [offset, limit] = [random.below(line.all.length + 10), random.whole(1, 60)]
  const page = `after ${act}: ${limit} from ${offset} on`
  t.same(
    ids(await jobs(redis, 'mail', 'waiting', { offset, limit, now })),
    line.all.slice(offset, offset + limit),
    page
  )
  t.same(
    ids(await jobs(redis, 'mail', 'waiting', { offset, limit, order: 'desc', now })),
    line.all.toReversed().slice(offset, offset + limit),
    `${page}, backwards`
  )
}

async function takenAll ({ redis, now }: ChangingQueue): Promise<string[]> {
  const found: string[] = []
  for (let size = -1; size !== found.length;) {
    size = found.length
    found.push(...ids(await take(redis, 'mail', { count: 1000, now })))
  }
  return found
}

async function stand (t: Test, count: number): Promise<RedisClient> {
  const { redis } = await build(t)
  for (let done = 0; done < count; done += 1000) {
    await push(
      redis,
      'mail',
      Array.from({ length: Math.min(1000, count - done) }, (_, i) => ({
        payload: '{}',
        uniq: `k${done + i}`
      }))
    )
  }
  return redis
}

test('of 901 jobs of which 50 are cancelled the others are listed, ' +
  'wherever the page ends', async t => {
  const redis = await stand(t, 901)
  for (let id = 1; id <= 50; id++) await cancel(redis, 'mail', String(id))
  t.equal((await jobs(redis, 'mail', 'waiting', { offset: 0, limit: 50 })).length, 50)
  t.same(ids(await jobs(redis, 'mail', 'waiting', { offset: 850, limit: 50 })), ['901'])
  t.equal((await queueStatus(redis, 'mail')).counts.waiting, 851)
})

test('a job behind thousands that were cancelled is listed, is the next, ' +
  'and is as old as it is', async t => {
  const redis = await stand(t, 12_000)
  // From both ends of the middle on, so that most stand far from an end of the list when they go.
  for (let i = 1; i < 6000; i++) {
    await Promise.all([
      cancel(redis, 'mail', String(6000 - i)),
      cancel(redis, 'mail', String(6000 + i))
    ])
  }
  await cancel(redis, 'mail', '6000')
  t.same(ids(await jobs(redis, 'mail', 'waiting', { offset: 0, limit: 10 })), ['12000'])
  const [, { ahead }] = await why(redis, 'mail', '12000')
  t.equal(ahead, 0)
  t.match(await queueStatus(redis, 'mail'), { counts: { waiting: 1 }, oldestAge: Number })
})

test('a job that was replaced thousands of times is one job, ' +
  'for lists and for those behind it', async t => {
  const redis = await stand(t, 5000)
  for (let n = 0; n < 3000; n++) {
    await push(redis, 'mail', [{ payload: `{"n":${n}}`, uniq: 'k2500', on_duplicate: 'replace' }])
  }
  await push(redis, 'mail', [{ payload: '{}' }])
  const all = await listed(redis, 1000)
  t.equal(all.length, 5001)
  t.equal(new Set(all).size, 5001)
  t.same(all.slice(-2), ['2501', '5001'])
  t.same(ids(await jobs(redis, 'mail', 'waiting', { offset: 4999, limit: 50 })), ['2501', '5001'])
})
