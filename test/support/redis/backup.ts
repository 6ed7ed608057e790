import { queueKey, queueKeys, type QueueKey } from '../../../operations/redis/keys.ts'
import type { RedisClient } from '../../../operations/redis/store.ts'

/**
 * Copies all keys of a queue. What it returns puts the copy in the place of what there is by then,
 * as a failover does that loses the tail, a file that is cut at its end, or a backup that is
 * restored.
 */
export async function backup (redis: RedisClient, queue: string): Promise<() => Promise<void>> {
  const keys = Object.keys(queueKeys).map(name => queueKey(queue, name as QueueKey))
  const dumps = await Promise.all(keys.map(async key => await redis.dumpBuffer(key)))
  return async () => {
    const step = redis.multi().del(...keys)
    keys.forEach((key, i) => {
      if (dumps[i] !== null) step.restore(key, 0, dumps[i]!)
    })
    await step.exec()
  }
}
