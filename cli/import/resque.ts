import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { members as memberTexts } from '../../client/json-text.ts'
import {
  byScore, decode, fromHead, isSelected, members, transaction,
  type Command, type Page, type Selection, type SourceJob
} from './source.ts'

/**
 * The queues in the order of their names, then the delayed jobs of resque-scheduler, then the
 * failed ones.
 */
export async function * resque (redis: Redis, selection: Selection): AsyncGenerator<Page> {
  const { prefix = 'resque', queues, failed } = selection
  for (const queue of queues ?? (await redis.smembers(`${prefix}:queues`)).toSorted()) {
    const tell = (text: string): Told => ({ queue, kind: 'waiting', text })
    yield * entries(redis, selection, `${prefix}:queue:${queue}`, tell)
  }
  yield * scheduled(redis, selection, prefix)
  if (failed) yield * entries(redis, selection, `${prefix}:failed`, failure)
}

type Told = Pick<SourceJob, 'queue' | 'kind' | 'text' | 'delayed'>

async function * scheduled (
  redis: Redis, selection: Selection, prefix: string
): AsyncGenerator<Page> {
  const schedule = `${prefix}:delayed_queue_schedule`
  for await (const window of byScore(redis, schedule)) {
    for (const { member, score } of window.entries) {
      const time = member.toString()
      const key = `${prefix}:delayed:${time}`
      const tell = (text: string): Told => {
        return { queue: named(members(text)['queue']), kind: 'delayed', text, delayed: score }
      }
      for await (const page of entries(redis, selection, key, tell)) {
        const remove = async (jobs: SourceJob[]): Promise<void> => {
          await page.remove(jobs)
          for (const { text } of jobs) {
            await redis.srem(`${prefix}:timestamps:${text}`, `delayed:${time}`)
          }
          if (jobs.length > 0 && await forget(redis, key, schedule, time)) window.removed++
        }
        yield { jobs: page.jobs, remove }
      }
    }
  }
}

// As resque-scheduler does it, with WATCH: a job that is put there meanwhile keeps its time.
async function forget (
  redis: Redis, key: string, schedule: string, time: string
): Promise<boolean> {
  await redis.watch(key)
  if (await redis.exists(key) === 1) {
    await redis.unwatch()
    return false
  }
  return await redis.multi().zrem(schedule, time).exec() !== null
}

function failure (text: string): Told {
  const { queue, payload } = members(text)
  const job = payload === undefined ? text : memberTexts(text).get('payload')!
  return { queue: named(queue), kind: 'failed', text: job }
}

function named (queue: unknown): string | undefined {
  return typeof queue === 'string' ? queue : undefined
}

// A job of resque has no id, and two may be equal. So its name is its list, the round between two
// removals, and its number among equal jobs: when the list is read again, equal jobs have the same
// names, whichever of them was taken meanwhile.
async function * entries (
  redis: Redis, selection: Selection, key: string, tell: (text: string) => Told
): AsyncGenerator<Page> {
  let round = Number(await redis.hget(rounds, key) ?? 0)
  const seen = new Map<string, number>()
  const jobOf = (bytes: Buffer): SourceJob => {
    const { text, problem } = decode(bytes)
    const digest = createHash('sha256').update(bytes).digest('base64url').slice(0, 22)
    const nth = (seen.get(digest) ?? 0) + 1
    seen.set(digest, nth)
    return { place: key, id: `${key} ${round} ${digest} ${nth}`, ...tell(text), problem }
  }
  for await (const window of fromHead(redis, key)) {
    const found = new Map(window.entries.map(bytes => [jobOf(bytes), bytes]))
    const remove = async (jobs: SourceJob[]): Promise<void> => {
      if (jobs.length === 0) return
      window.removed = await take(redis, key, jobs.map(job => found.get(job)!))
      round++
      seen.clear()
    }
    yield { jobs: [...found.keys()].filter(job => isSelected(job, selection)), remove }
  }
}

/** A hash in the Redis of the source: how often jobs were removed from a list. */
const rounds = 'presque-import'

// The hash must outlive the idempotency keys of presque: a day.
async function take (redis: Redis, key: string, taken: Buffer[]): Promise<number> {
  const removals = taken.map((bytes): Command => ['lrem', key, 1, bytes])
  const count: Command[] = [['hincrby', rounds, key, 1], ['expire', rounds, 172_800]]
  return await transaction(redis, [...removals, ...count], taken.length)
}
