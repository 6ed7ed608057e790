import { script } from './script.ts'
import { milliseconds } from './time.ts'
import type { RedisClient } from './redis.ts'

const scripts = {
  retry: script<number>('retry'),
  cancel: script<[gone: number, passed: number]>('cancel')
}

/** Lets a failed or delayed job run now. Rejects with NO_SUCH_JOB, JOB_ON_LEASE, JOB_COMPLETED or JOB_BLOCKED. */
export async function retry (redis: RedisClient, queue: string, id: string, { now }: { now?: number } = {}): Promise<void> {
  await scripts.retry(redis, queue, { id, now: milliseconds(now) })
}

/** Removes a job, whatever it is doing. Rejects with NO_SUCH_JOB. */
export async function cancel (redis: RedisClient, queue: string, id: string, { now }: { now?: number } = {}): Promise<void> {
  await scripts.cancel(redis, queue, { id, now: milliseconds(now) })
}

// So many a script: each takes some ms of Redis's time, in which nobody else is served.
const handful = 500

/** Lets at most `limit` failed or delayed jobs run now, the oldest first. Returns how many. */
export async function retryAll (redis: RedisClient, queue: string, state: 'failed' | 'delayed', limit = Infinity): Promise<number> {
  return await inHandfuls(limit, async size => {
    const count = await scripts.retry(redis, queue, { state, limit: size })
    return [count, 0]
  })
}

/** Drops at most `limit` jobs of one state, the oldest first. Returns how many. */
export async function cancelAll (redis: RedisClient, queue: string, state: string, limit = Infinity): Promise<number> {
  return await inHandfuls(limit, async size => await scripts.cancel(redis, queue, { state, limit: size }))
}

async function inHandfuls (limit: number, step: (size: number) => Promise<[count: number, passed: number]>): Promise<number> {
  let total = 0
  while (total < limit) {
    const [count, passed] = await step(Math.min(handful, limit - total))
    total += count
    if (count + passed === 0) break
  }
  return total
}
