import type { Redis } from 'ioredis'
import {
  byScore, decode, fromTail, isSelected, members, transaction,
  type Command, type Page, type Selection, type SourceJob, type Window
} from './source.ts'

/** The queues in the order of their names, then the scheduled jobs, then the retry set. */
export async function * sidekiq (redis: Redis, selection: Selection): AsyncGenerator<Page> {
  const { prefix = '', queues, failed } = selection
  const key = (name: string) => prefix === '' ? name : `${prefix}:${name}`
  for (const queue of queues ?? (await redis.smembers(key('queues'))).toSorted()) {
    const list = key(`queue:${queue}`)
    const removal = (bytes: Buffer): Command => ['lrem', list, -1, bytes]
    for await (const window of fromTail(redis, list)) {
      const found = window.entries.map((bytes): Found => {
        return [{ ...jobOf(list, 'waiting', bytes), queue }, bytes]
      })
      yield page(redis, selection, window, found, removal)
    }
  }
  yield * set(redis, selection, key('schedule'), 'delayed')
  if (failed) yield * set(redis, selection, key('retry'), 'failed')
}

type Found = [job: SourceJob, bytes: Buffer]

async function * set (
  redis: Redis, selection: Selection, key: string, kind: SourceJob['kind']
): AsyncGenerator<Page> {
  const removal = (bytes: Buffer): Command => ['zrem', key, bytes]
  for await (const window of byScore(redis, key)) {
    const found = window.entries.map(({ member, score }): Found => {
      return [{ ...jobOf(key, kind, member), delayed: score }, member]
    })
    yield page(redis, selection, window, found, removal)
  }
}

function page (
  redis: Redis, selection: Selection, window: Window<unknown>, found: Found[],
  removal: (bytes: Buffer) => Command
): Page {
  const bytes = new Map(found)
  const remove = async (jobs: SourceJob[]): Promise<void> => {
    if (jobs.length === 0) return
    const removals = jobs.map(job => removal(bytes.get(job)!))
    window.removed = await transaction(redis, removals, jobs.length)
  }
  return { jobs: [...bytes.keys()].filter(job => isSelected(job, selection)), remove }
}

function jobOf (place: string, kind: SourceJob['kind'], bytes: Buffer): SourceJob {
  const { text, problem } = decode(bytes)
  const { jid, queue, retry, retry_count: count } = members(text)
  const tries = triesLeft(retry, count)
  return {
    place,
    id: `jid ${String(jid)}`,
    kind,
    text,
    queue: typeof queue === 'string' ? queue : undefined,
    ...(tries !== undefined && { tries }),
    problem: problem ?? (typeof jid === 'string' ? undefined : 'it has no jid')
  }
}

// A job has a `retry_count` from its first failure on, which is 0 then.
function triesLeft (retry: unknown, count: unknown): number | undefined {
  if (retry === false) return 1
  if (typeof retry !== 'number') return undefined
  const failures = typeof count === 'number' ? count + 1 : 0
  return Math.min(Math.max(retry + 1 - failures, 1), 1000)
}
