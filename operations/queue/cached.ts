import { commonKey } from '../redis/keys.ts'
import type { RedisClient } from '../redis/store.ts'

/**
 * Rejects where Redis answers nobody. It reads a key, since Redis refuses a PING as well while it
 * cannot write to its disk.
 */
export async function assertAlive (redis: RedisClient): Promise<void> {
  await redis.exists(commonKey('queues'))
}

/**
 * What `find` finds. All who ask while a search is under way share it, however long it takes, and so do those who ask within
 * `ms` of its beginning; after a search that took longer, within twice that time, so that no more than half of the time is
 * spent on searching. Rejections are not kept. Redis is asked for a sign of life before something that was kept is returned.
 */
export function cacheFor<Found> (redis: RedisClient, ms: number, find: () => Promise<Found>): () => Promise<Found> {
  let pending: Promise<Found> | undefined
  let kept: { found: Found, until: number } | undefined
  async function search (): Promise<Found> {
    const start = performance.now()
    const found = await find()
    kept = { found, until: start + Math.max(ms, 2 * (performance.now() - start)) }
    return found
  }
  return async () => {
    if (pending !== undefined) return await pending
    if (kept !== undefined && performance.now() <= kept.until) {
      const { found } = kept
      await assertAlive(redis)
      return found
    }
    kept = undefined
    pending = search().finally(() => { pending = undefined })
    return await pending
  }
}

/**
 * What `find` finds now: all who ask while one search is under way share the next, which begins when that one ends. So nobody
 * gets what was looked up before the question, and no more than one search is under way.
 */
export function shareCalls<Found> (find: () => Promise<Found>): () => Promise<Found> {
  let running: Promise<Found> | undefined
  let next: Promise<Found> | undefined
  function begin (): Promise<Found> {
    const search = running = find().finally(() => { if (running === search) running = undefined })
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
 * What `find` found within the last `ms`, while it is looked for anew, if that was `slow` to find;
 * else what it finds now. Rejects where Redis answers nobody.
 */
export function serveStale<Found> (
  redis: RedisClient, ms: number, find: () => Promise<Found>, slow: (found: Found) => boolean
): () => Promise<Found> {
  let kept: { found: Found, at: number } | undefined
  let pending: Promise<Found> | undefined
  async function search (): Promise<Found> {
    const at = performance.now()
    const found = await find()
    kept = { found, at }
    return found
  }
  return async () => {
    pending ??= search().finally(() => { pending = undefined })
    if (kept === undefined || !slow(kept.found) || performance.now() - kept.at > ms) return await pending
    pending.catch(() => {})
    const { found } = kept
    await assertAlive(redis)
    return found
  }
}
