import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { members as memberTexts } from '../../client/json-text.ts'
import { byScore, decode, fromHead, isWanted, members, transaction, type Page, type SourceJob, type Wish } from './source.ts'

/** The queues in the order of their names, then what resque-scheduler holds back, then what has failed. */
export async function * resque (redis: Redis, wish: Wish): AsyncGenerator<Page> {
  const { prefix = 'resque', queues, failed } = wish
  for (const queue of queues ?? (await redis.smembers(`${prefix}:queues`)).toSorted()) {
    yield * entries(redis, wish, `${prefix}:queue:${queue}`, text => ({ queue, kind: 'waiting', text }))
  }
  yield * scheduled(redis, wish, prefix)
  if (failed) yield * entries(redis, wish, `${prefix}:failed`, failure)
}

type Told = Pick<SourceJob, 'queue' | 'kind' | 'text' | 'delayed'>

async function * scheduled (redis: Redis, wish: Wish, prefix: string): AsyncGenerator<Page> {
  const schedule = `${prefix}:delayed_queue_schedule`
  for await (const window of byScore(redis, schedule)) {
    for (const { member, score } of window.entries) {
      const time = member.toString()
      const key = `${prefix}:delayed:${time}`
      const tell = (text: string): Told => ({ queue: named(members(text)['queue']), kind: 'delayed', text, delayed: score })
      for await (const page of entries(redis, wish, key, tell)) {
        const remove = async (jobs: SourceJob[]): Promise<void> => {
          await page.remove(jobs)
          for (const { text } of jobs) await redis.srem(`${prefix}:timestamps:${text}`, `delayed:${time}`)
          if (jobs.length > 0 && await forget(redis, key, schedule, time)) window.gone++
        }
        yield { jobs: page.jobs, remove }
      }
    }
  }
}

// As resque-scheduler does it: watched, so that a job that is put there meanwhile keeps its time.
async function forget (redis: Redis, key: string, schedule: string, time: string): Promise<boolean> {
  await redis.watch(key)
  if (await redis.exists(key) === 1) {
    await redis.unwatch()
    return false
  }
  return await redis.multi().zrem(schedule, time).exec() !== null
}

function failure (text: string): Told {
  const { queue, payload } = members(text)
  return { queue: named(queue), kind: 'failed', text: payload === undefined ? text : memberTexts(text).get('payload')! }
}

function named (queue: unknown): string | undefined {
  return typeof queue === 'string' ? queue : undefined
}

// A job of resque has no id, and two may be alike. So it is the n-th of its kind in its list, in the era between two removals:
// equal jobs that are read again have the same names, whichever of them was taken meanwhile.
async function * entries (redis: Redis, wish: Wish, key: string, tell: (text: string) => Told): AsyncGenerator<Page> {
  let era = Number(await redis.hget(eras, key) ?? 0)
  const seen = new Map<string, number>()
  for await (const window of fromHead(redis, key)) {
    const found = window.entries.map(bytes => {
      const { text, problem } = decode(bytes)
      const digest = createHash('sha256').update(bytes).digest('base64url').slice(0, 22)
      const nth = (seen.get(digest) ?? 0) + 1
      seen.set(digest, nth)
      return { bytes, job: { place: key, id: `${key} ${era} ${digest} ${nth}`, ...tell(text), problem } }
    })
    const remove = async (jobs: SourceJob[]): Promise<void> => {
      if (jobs.length === 0) return
      const gone = new Set(jobs)
      window.gone = await take(redis, key, found.filter(({ job }) => gone.has(job)).map(({ bytes }) => bytes))
      era++
      seen.clear()
    }
    yield { jobs: found.map(({ job }) => job).filter(job => isWanted(job, wish)), remove }
  }
}

/** In the Redis of the source: how often jobs were removed from a list. */
const eras = 'presque-import'

// The era must outlive the idempotency keys of presque: a day.
async function take (redis: Redis, key: string, taken: Buffer[]): Promise<number> {
  const removals = taken.map((bytes): [string, string, number, Buffer] => ['lrem', key, 1, bytes])
  return await transaction(redis, [...removals, ['hincrby', eras, key, 1], ['expire', eras, 172_800]], taken.length)
}
