import { commonKey } from '../redis/keys.ts'
import type { RedisClient } from '../redis/store.ts'

/**
 * Rejects while Redis does not answer. It reads a key, since Redis refuses a PING as well while it
 * cannot write to its disk.
 */
export async function assertAlive (redis: RedisClient): Promise<void> {
  await redis.exists(commonKey('queues'))
}

/**
 * Caches `find` for `ms` from its beginning, and shares one pending call among all callers. A call
 * that took longer is cached for twice its time, so that at most half of the time is spent on it.
 * Rejections are not cached. Asks Redis for a sign of life before it answers from the cache, so
 * that an outage never returns stale data.
 */
export function cacheFor<Found> (
  redis: RedisClient, ms: number, find: () => Promise<Found>
): () => Promise<Found> {
  let pending: Promise<Found> | undefined
  let cached: { found: Found, until: number } | undefined
  async function search (): Promise<Found> {
    const start = performance.now()
    const found = await find()
    cached = { found, until: start + Math.max(ms, 2 * (performance.now() - start)) }
    return found
  }
  return async () => {
    if (pending !== undefined) return await pending
    if (cached !== undefined && performance.now() <= cached.until) {
      const { found } = cached
      await assertAlive(redis)
      return found
    }
    cached = undefined
    pending = search().finally(() => {
      pending = undefined
    })
    return await pending
  }
}

/**
 * Shares calls of `find`, of which one at a time is pending: all callers that come meanwhile share
 * the next, which begins when that one ends. So each result is newer than the question.
 */
export function shareCalls<Found> (find: () => Promise<Found>): () => Promise<Found> {
  let running: Promise<Found> | undefined
  let next: Promise<Found> | undefined
  function begin (): Promise<Found> {
    const search = running = find().finally(() => {
      if (running === search) running = undefined
    })
    return search
  }
  return async () => {
    if (running === undefined) return await begin()
    next ??= running.catch(() => {}).then(() => {
      next = undefined
      return begin()
    })
    return await next
  }
}

/**
 * Serves the last result of `find` while a new one is on its way, if it was `slow` to find and is
 * not older than `ms`; the new one otherwise. Rejects while Redis does not answer.
 */
export function serveStale<Found> (
  redis: RedisClient, ms: number, find: () => Promise<Found>, slow: (found: Found) => boolean
): () => Promise<Found> {
  let cached: { found: Found, at: number } | undefined
  let pending: Promise<Found> | undefined
  async function search (): Promise<Found> {
    const at = performance.now()
    const found = await find()
    cached = { found, at }
    return found
  }
  return async () => {
    pending ??= search().finally(() => {
      pending = undefined
    })
    const isFresh = cached !== undefined && performance.now() - cached.at <= ms
    if (cached === undefined || !isFresh || !slow(cached.found)) return await pending
    pending.catch(() => {})
    const { found } = cached
    await assertAlive(redis)
    return found
  }
}
