import type { RedisClient } from './redis.ts'

/**
 * What `find` finds, the same for all who ask within `ms` of it. A failure is for those alone who wait for it. While Redis
 * is away there is nothing to hear, however fresh: nobody shall take what was for what is.
 */
export function lately<Found> (redis: RedisClient, ms: number, find: () => Promise<Found>): () => Promise<Found> {
  let found: Promise<Found> | undefined
  let at = -Infinity
  return async () => {
    if (found !== undefined && performance.now() - at <= ms) return (await Promise.all([found, redis.ping()]))[0]
    const looking = found = find()
    at = performance.now()
    looking.catch(() => { if (found === looking) found = undefined })
    return await looking
  }
}
