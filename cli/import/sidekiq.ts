import type { Redis } from 'ioredis'
import { byScore, decode, fromTail, isWanted, members, transaction, type Page, type SourceJob, type Window, type Wish } from './source.ts'

/** The queues in the order of their names, then the scheduled jobs, then those that are to be retried. */
export async function * sidekiq (redis: Redis, wish: Wish): AsyncGenerator<Page> {
  const { prefix = '', queues, failed } = wish
  const key = (name: string) => prefix === '' ? name : `${prefix}:${name}`
  for (const queue of queues ?? (await redis.smembers(key('queues'))).toSorted()) {
    const list = key(`queue:${queue}`)
    for await (const window of fromTail(redis, list)) {
      const read = (bytes: Buffer): SourceJob => ({ ...job(list, 'waiting', bytes), queue })
      yield page(redis, wish, window, bytes => bytes, read, bytes => ['lrem', list, -1, bytes])
    }
  }
  yield * set(redis, wish, key('schedule'), 'delayed')
  if (failed) yield * set(redis, wish, key('retry'), 'failed')
}

async function * set (redis: Redis, wish: Wish, key: string, kind: SourceJob['kind']): AsyncGenerator<Page> {
  for await (const window of byScore(redis, key)) {
    yield page(redis, wish, window, ({ member }) => member, ({ member, score }) => ({ ...job(key, kind, member), delayed: score }), bytes => ['zrem', key, bytes])
  }
}

function page<T> (redis: Redis, wish: Wish, window: Window<T>, bytesOf: (entry: T) => Buffer, read: (entry: T) => SourceJob, removal: (bytes: Buffer) => [string, ...Array<string | number | Buffer>]): Page {
  const found = new Map(window.entries.map(entry => [read(entry), bytesOf(entry)]))
  const remove = async (jobs: SourceJob[]): Promise<void> => {
    if (jobs.length > 0) window.gone = await transaction(redis, jobs.map(job => removal(found.get(job)!)), jobs.length)
  }
  return { jobs: [...found.keys()].filter(job => isWanted(job, wish)), remove }
}

function job (place: string, kind: SourceJob['kind'], bytes: Buffer): SourceJob {
  const { text, problem } = decode(bytes)
  const { jid, queue, retry, retry_count: count } = members(text)
  const tries = left(retry, count)
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

// `retry_count` is there from the first failure on, and is 0 then.
function left (retry: unknown, count: unknown): number | undefined {
  if (retry === false) return 1
  if (typeof retry !== 'number') return undefined
  const failures = typeof count === 'number' ? count + 1 : 0
  return Math.min(Math.max(retry + 1 - failures, 1), 1000)
}
