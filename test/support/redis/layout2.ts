import { queueKey, type QueueKey } from '../../../operations/redis/keys.ts'
import type { RedisClient } from '../../../operations/redis/store.ts'

const idBytes = 6

/**
 * Stores the waiting jobs of a queue as versions of layout 2 did. `order`: the ids of those of
 * priority 5, the next one first.
 */
export async function toLayout2 (
  redis: RedisClient, queue: string, order: string[]
): Promise<void> {
  const key = (name: QueueKey): string => queueKey(queue, name)
  const pipeline = redis.pipeline()
  for (const entry of await redis.lrangeBuffer(key('plain'), 0, -1)) {
    const [id, record] = [entry.readUIntBE(0, idBytes), entry.subarray(idBytes)]
    if (record.length > 0) pipeline.hset(key('jobs'), id, record)
  }
  // The new list has no stale entries.
  for (const [id, text] of Object.entries(await redis.hgetall(key('details')))) {
    const { stale, ...details } = JSON.parse(text)
    if (stale !== undefined) pipeline.hset(key('details'), id, JSON.stringify(details))
  }
  for (const name of ['plain', 'tombstones', 'references', 'ready'] as const) {
    pipeline.del(key(name))
  }
  if (order.length > 0) pipeline.rpush(key('ready'), ...order)
  await pipeline.exec()
}
