import { script } from '../redis/script.ts'
import { milliseconds } from '../time.ts'
import type { RedisClient } from '../redis/store.ts'

/** What a bulk script did, whether it is to be called again, and what it is to be given then. */
type Slice = [count: number, more: number, start: string, left: string, members?: string[]]

const scripts = {
  retry: script<[count: number, more: number, start: string, left: string, duplicates: number]>('retry'),
  cancel: script<Slice>('cancel')
}

/** Lets a failed or delayed job run now. Rejects with NO_SUCH_JOB, JOB_ON_LEASE, JOB_COMPLETED, JOB_BLOCKED or JOB_DUPLICATE. */
export async function retry (redis: RedisClient, queue: string, id: string, { now }: { now?: number } = {}): Promise<void> {
  await scripts.retry(redis, queue, { id, now: milliseconds(now) })
}

/** Removes a job, whatever it is doing. Rejects with NO_SUCH_JOB. */
export async function cancel (redis: RedisClient, queue: string, id: string, { now }: { now?: number } = {}): Promise<void> {
  await scripts.cancel(redis, queue, { id, now: milliseconds(now) })
}

// So many a script: each takes some ms of Redis's time, in which nobody else is served.
const handful = 500

/** How many jobs run now, and how many stay failed, for another job has their unique key by now. */
export interface Retried { count: number, duplicates: number }

/** Lets at most `limit` failed or delayed jobs run now, of those that are there at the beginning, the oldest first. */
export async function retryAll (redis: RedisClient, queue: string, state: 'failed' | 'delayed', limit = Infinity, { now }: { now?: number } = {}): Promise<Retried> {
  let duplicates = 0
  const count = await inSlices(limit, async ({ members, ...slice }) => {
    const [count, more, start, left, twins] = await scripts.retry(redis, queue, { state, ...slice, now: milliseconds(now) })
    duplicates += twins
    return [count, more, start, left]
  })
  return { count, duplicates }
}

/** Drops at most `limit` jobs of one state, of those that are there at the beginning, the oldest first. Returns how many. */
export async function cancelAll (redis: RedisClient, queue: string, state: string, limit = Infinity, { now }: { now?: number } = {}): Promise<number> {
  return await inSlices(limit, async slice => await scripts.cancel(redis, queue, { state, ...slice, now: milliseconds(now) }))
}

interface Next { limit: number, start: string, left: string, members: string[] }

async function inSlices (limit: number, step: (next: Next) => Promise<Slice>): Promise<number> {
  let total = 0
  let [start, left] = ['', '']
  const known: string[] = []
  while (total < limit) {
    const size = Math.min(handful, limit - total)
    const [count, more, ...next] = await step({ limit: size, start, left, members: known.splice(0, size) })
    total += count
    ;[start, left] = next
    known.push(...next[2] ?? [])
    if (more === 0 && known.length === 0) break
  }
  return total
}
