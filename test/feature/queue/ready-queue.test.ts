import { test, type Test } from 'tap'
import { ack } from '../../../operations/job/ack.ts'
import type { Delivery } from '../../../operations/job/delivery.ts'
import { nack } from '../../../operations/job/nack.ts'
import { release } from '../../../operations/job/release.ts'
import { touch } from '../../../operations/job/touch.ts'
import { jobs, why } from '../../../operations/job/job.ts'
import { push, type NewJob } from '../../../operations/job/push.ts'
import { cancel, cancelAll, retryAll } from '../../../operations/job/bulk.ts'
import { queueStatus } from '../../../operations/queue/queue.ts'
import type { RedisClient } from '../../../operations/redis/store.ts'
import { take } from '../../../operations/job/take.ts'
import { Line } from '../../support/ready-queue-model.ts'
import { Random } from '../../support/random.ts'
import { build } from '../../support/server/app.ts'

const proof = ({ id, lease }: Delivery) => ({ id, receipt: lease!.receipt })
const ids = (list: Array<{ id: string }>): string[] => list.map(({ id }) => id)
const start = 1_800_000_000

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
    const [line, keys] = [new Line(), new Map<string, string>()]
    const held: Delivery[] = []
    const [failed, delayed] = [new Set<string>(), new Set<string>()]
    let [time, key] = [start, 0]
    const tick = () => (time += 0.001)
    const priority = () => random.pick([5, 5, 5, 5, 5, 5, 5, 5, 1, 9])

    async function add (count: number): Promise<void> {
      const batch = Array.from({ length: count }, (): NewJob => ({
        payload: '{}',
        uniq: `k${key++}`,
        priority: priority()
      }))
      const pushed = await push(redis, 'mail', batch, { now: tick() })
      pushed.forEach(({ id }, i) => {
        line.join(id, batch[i]!.priority!)
        keys.set(id, batch[i]!.uniq!)
      })
    }
    // Of those that are far from both ends as well as of the others.
    const one = () => random.pick(line.all)
    const acts: Record<string, () => Promise<unknown>> = {
      async push () {
        await add(random.whole(1, 20))
      },
      async replace () {
        for (let n = random.whole(1, 40); n > 0 && line.all.length > 0; n--) {
          const [id, next] = [one(), priority()]
          await push(
            redis,
            'mail',
            [
              {
                payload: '{"again":1}',
                uniq: keys.get(id),
                on_duplicate: 'replace',
                priority: next
              }
            ],
            { now: tick() }
          )
          line.join(id, next)
        }
      },
      async cancel () {
        for (let n = random.whole(1, 60); n > 0 && line.all.length > 0; n--) {
          const id = one()
          await cancel(redis, 'mail', id, { now: time })
          line.leave(id)
        }
      },
      async cancelSome () {
        const limit = random.whole(0, 5)
        const gone = line.oldest(limit)
        t.equal(await cancelAll(redis, 'mail', 'waiting', limit, { now: time }), gone.length)
        gone.forEach(id => line.leave(id))
      },
      async take () {
        const wanted = random.whole(1, 10)
        const taken = await take(redis, 'mail', {
          count: wanted,
          lease: random.chance(0.5) ? 1 : 10_000,
          now: time
        })
        t.same(ids(taken), line.all.slice(0, wanted))
        held.push(...taken)
        ids(taken).forEach(id => line.leave(id))
      },
      async takeForGood () {
        const taken = await take(redis, 'mail', { count: random.whole(1, 5), now: time })
        t.same(ids(taken), line.all.slice(0, taken.length))
        ids(taken).forEach(id => line.leave(id))
      },
      async end () {
        for (const job of held.splice(0, random.whole(1, 5))) {
          // Several that are put back to the front of another priority stand there by their ids.
          const ways = ['ack', 'delay', 'now', 'fail', 'release', 'front'] as const
          const how = random.pick(line.priorities.get(job.id) === 5 ? ways : ways.slice(0, 5))
          if (how === 'ack') await ack(redis, 'mail', [proof(job)], { now: time })
          else if (how === 'release' || how === 'front') {
            await release(redis, 'mail', proof(job), { front: how === 'front', now: tick() })
            line.again(job.id, how === 'front')
          } else {
            await nack(
              redis,
              'mail',
              [
                {
                  ...proof(job),
                  ...(how === 'fail' ? { retry: false } : { delay: how === 'now' ? 0 : 1e6 })
                }
              ],
              { now: tick() }
            )
          }
          if (how === 'now') line.again(job.id)
          if (how === 'fail') failed.add(job.id)
          if (how === 'delay') delayed.add(job.id)
        }
      },
      // Their leases run out while they are held, and some are touched, acked or given up late.
      async lose () {
        const short = held
          .filter(({ lease }) => lease!.expires <= time + 2)
          .sort((a, b) => a.lease!.expires - b.lease!.expires || Number(a.id) - Number(b.id))
        tick()
        time += 2
        await queueStatus(redis, 'mail', { now: time })
        line.allAgain(ids(short))
        for (const job of short) {
          held.splice(held.indexOf(job), 1)
          const how = random.pick(['ack', 'touch', 'fail', 'nothing'] as const)
          if (how === 'ack') await ack(redis, 'mail', [proof(job)], { now: time })
          if (how === 'fail') {
            await nack(redis, 'mail', [{ ...proof(job), retry: false }], { now: time })
          }
          if (how === 'touch') {
            await touch(redis, 'mail', [{ ...proof(job), lease: 10_000 }], { now: time })
          }
          if (how === 'fail') failed.add(job.id)
          if (how === 'touch') {
            held.push({ ...job, lease: { ...job.lease!, expires: time + 10_000 } })
          }
          if (how === 'nothing') continue
          line.leave(job.id)
        }
      },
      async redrive () {
        const limit = random.whole(0, 5)
        const again = [...failed].slice(0, limit)
        t.match(await retryAll(redis, 'mail', 'failed', limit, { now: tick() }), {
          count: again.length
        })
        again.forEach(id => failed.delete(id))
        line.allAgain(again)
      },
      async runNow () {
        const limit = random.whole(0, 5)
        const again = [...delayed].slice(0, limit)
        t.match(await retryAll(redis, 'mail', 'delayed', limit, { now: tick() }), {
          count: again.length
        })
        again.forEach(id => delayed.delete(id))
        line.allAgain(again)
      }
    }

    async function compare (act: string): Promise<void> {
      const { counts } = await queueStatus(redis, 'mail', { now: time })
      t.same(
        {
          waiting: counts.waiting,
          failed: counts.failed,
          delayed: counts.delayed,
          active: counts.active
        },
        {
          waiting: line.all.length,
          failed: failed.size,
          delayed: delayed.size,
          active: held.length
        },
        `after ${act}: counts`
      )
      if (random.chance(0.3)) {
        t.same(
          await listed(redis, random.pick([700, 999, 1000]), time),
          line.all,
          `after ${act}: all of the list`
        )
      }
      for (let n = 0; n < 3; n++) {
        const [offset, limit] = [random.below(line.all.length + 10), random.whole(1, 60)]
        t.same(
          ids(await jobs(redis, 'mail', 'waiting', { offset, limit, now: time })),
          line.all.slice(offset, offset + limit),
          `after ${act}: ${limit} from ${offset} on`
        )
        t.same(
          ids(await jobs(redis, 'mail', 'waiting', { offset, limit, order: 'desc', now: time })),
          line.all.toReversed().slice(offset, offset + limit),
          `after ${act}: ${limit} from ${offset} on, backwards`
        )
        const at = n === 0 ? random.below(50) : random.below(line.all.length)
        const [, { ahead }] = await why(redis, 'mail', line.all[at]!, { now: time })
        t.equal(ahead, Math.min(at, 1000), `after ${act}: ahead of the job at ${at}`)
      }
    }

    for (let n = 0; n < 6; n++) await add(1000)
    for (let step = 0; step < 120 && t.passing(); step++) {
      const act = random.pick(Object.keys(acts))
      await acts[act]!()
      if (line.all.length > 100) await compare(act)
    }
    const rest: string[] = []
    for (
      let taken: Delivery[];
      (taken = await take(redis, 'mail', { count: 1000, now: time })).length > 0;
    ) {
      rest.push(...ids(taken))
    }
    t.same(rest, line.all, 'what is left comes out in the order of the list')
  }
)

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
