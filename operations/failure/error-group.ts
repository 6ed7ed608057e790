import type {
  ErrorDocument, ErrorGroup, ErrorSample
} from '../../schemas/error-group.ts'
import { script } from '../redis/script.ts'
import type { RedisClient } from '../redis/store.ts'
import { milliseconds } from '../time.ts'

interface Told { type?: string, message?: string }

/** A group as lua/parts/error/save_errors.lua writes it. Lua knows no empty list. */
interface Stored {
  count: number
  first: number
  last: number
  error?: Told
  minute: number
  latest: number
  before: number
  workers: string[] | object
  samples: Array<{ id: string, at: number, worker?: string, error?: Told }>
}

type Reply = [now: number, ...groups: Array<string | number>]

const getting = script<Reply>('get_errors')

interface Options { now?: number }

/** At most `count` error groups of a queue, of those seen last; those that grow now come first. */
export async function errorGroups (
  redis: RedisClient, queue: string, count: number, { now }: Options = {}
): Promise<ErrorGroup[]> {
  const [at, ...words] = await getting(redis, queue, { count, now: milliseconds(now) })
  const found: ErrorGroup[] = []
  for (let i = 0; i < words.length; i += 4) found.push(groupOf(queue, at, words.slice(i, i + 4)))
  return found.sort(byGrowth)
}

/** One group with its rates and its samples; null if there is no such group. */
export async function errorGroup (
  redis: RedisClient, queue: string, fingerprint: string, { now }: Options = {}
): Promise<ErrorDocument | null> {
  const args = { count: 1, fingerprint, now: milliseconds(now) }
  const [at, ...words] = await getting(redis, queue, args)
  if (words.length === 0) return null
  const stored: Stored = JSON.parse(words[1] as string)
  return {
    ...groupOf(queue, at, words),
    rates: ratesOf(words[4] as string, stored, Math.floor(at / 60_000)),
    samples: stored.samples.map(sampleOf)
  }
}

/** Those that grow now first, then those that were seen last. */
export function byGrowth (one: ErrorGroup, other: ErrorGroup): number {
  return other.failures_per_minute - one.failures_per_minute || other.last_seen - one.last_seen
}

function groupOf (queue: string, now: number, words: Array<string | number>): ErrorGroup {
  const [fingerprint, text, retrying, failed] = words as [string, string, number, number]
  const stored: Stored = JSON.parse(text)
  const { count, first, last, error = {}, workers } = stored
  return {
    queue,
    fingerprint,
    type: error.type ?? null,
    message: error.message ?? null,
    count,
    first_seen: first / 1000,
    last_seen: last / 1000,
    failures_per_minute: failuresOfMinute(stored, now),
    retrying,
    failed,
    workers: Array.isArray(workers) ? workers : []
  }
}

// As lua/parts/failure/failure_rate.lua does for the queue.
function failuresOfMinute ({ minute, latest, before }: Stored, now: number): number {
  const current = Math.floor(now / 60_000)
  const left = 1 - now % 60_000 / 60_000
  if (minute === current) return Math.ceil(latest + before * left)
  return minute === current - 1 ? Math.ceil(latest * left) : 0
}

const minutesOfDay = 1440

/** The minutes of the last day that had failures, in epoch seconds, and how many. */
function ratesOf (
  text: string, { minute, latest }: Stored, current: number
): ErrorDocument['rates'] {
  const known = text.trim().split(' ').filter(Boolean).map(entry => entry.split(':').map(Number))
  const all = [...known, [minute, latest]].filter(([at]) => at! > current - minutesOfDay)
  return { times: all.map(([at]) => at! * 60), failures: all.map(([, count]) => count!) }
}

function sampleOf ({ id, at, worker, error = {} }: Stored['samples'][number]): ErrorSample {
  return {
    id,
    at: at / 1000,
    worker_id: worker ?? null,
    type: error.type ?? null,
    message: error.message ?? null
  }
}
