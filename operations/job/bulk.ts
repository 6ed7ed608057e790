import { filterText, type JobFilter } from '../job-filter.ts'
import { script } from '../redis/script.ts'
import type { RedisClient } from '../redis/store.ts'
import { milliseconds } from '../time.ts'

/**
 * The reply of one call of a bulk script.
 * - `count`: jobs that it has changed
 * - `more`: 0 at the end
 * - `start`, `left`, `members`: arguments of the next call
 */
type Slice = [count: number, more: number, start: string, left: string, members?: string[]]

type RetrySlice = [count: number, more: number, start: string, left: string, duplicates: number]

const scripts = {
  retry: script<RetrySlice>('retry'),
  cancel: script<Slice>('cancel')
}

interface Options { now?: number }

interface BulkOptions extends Options { filter?: JobFilter }

/**
 * Lets a failed or delayed job run now.
 * Rejects with NO_SUCH_JOB, JOB_ON_LEASE, JOB_COMPLETED, JOB_BLOCKED or JOB_DUPLICATE.
 */
export async function retry (
  redis: RedisClient, queue: string, id: string, { now }: Options = {}
): Promise<void> {
  await scripts.retry(redis, queue, { id, now: milliseconds(now) })
}

/** Deletes a job, whatever its state. Rejects with NO_SUCH_JOB. */
export async function cancel (
  redis: RedisClient, queue: string, id: string, { now }: Options = {}
): Promise<void> {
  await scripts.cancel(redis, queue, { id, now: milliseconds(now) })
}

// A call takes some ms, in which Redis serves no other.
const jobsPerCall = 500

/**
 * - `count`: jobs that run now
 * - `duplicates`: jobs that stay failed, since another job holds their unique key by now
 */
export interface Retried { count: number, duplicates: number }

/**
 * Lets failed or delayed jobs run now: of those there at the beginning that match, the oldest
 * `limit`.
 */
export async function retryAll (
  redis: RedisClient, queue: string, state: 'failed' | 'delayed' | 'retrying', limit = Infinity,
  { filter, now }: BulkOptions = {}
): Promise<Retried> {
  let duplicates = 0
  const count = await inSlices(limit, async ({ members, ...slice }) => {
    const args = { state, ...slice, filter: filterText(filter), now: milliseconds(now) }
    const [count, more, start, left, twins] = await scripts.retry(redis, queue, args)
    duplicates += twins
    return [count, more, start, left]
  })
  return { count, duplicates }
}

/**
 * Deletes jobs of one state: of those there at the beginning that match, the oldest `limit`; how
 * many.
 */
export async function cancelAll (
  redis: RedisClient, queue: string, state: string, limit = Infinity,
  { filter, now }: BulkOptions = {}
): Promise<number> {
  return await inSlices(limit, async slice => {
    const args = { state, ...slice, filter: filterText(filter), now: milliseconds(now) }
    return await scripts.cancel(redis, queue, args)
  })
}

interface SliceArguments { limit: number, start: string, left: string, members: string[] }

async function inSlices (
  limit: number, call: (slice: SliceArguments) => Promise<Slice>
): Promise<number> {
  let total = 0
  let [start, left] = ['', '']
  const known: string[] = []
  while (total < limit) {
    const size = Math.min(jobsPerCall, limit - total)
    const reply = await call({ limit: size, start, left, members: known.splice(0, size) })
    const [count, more, nextStart, nextLeft, members = []] = reply
    total += count
    start = nextStart
    left = nextLeft
    known.push(...members)
    if (more === 0 && known.length === 0) break
  }
  return total
}
