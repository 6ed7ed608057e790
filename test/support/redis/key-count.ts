import type { FastifyInstance } from 'fastify'
import { queueKey, queueKeys, type QueueKey } from '../../../operations/redis/keys.ts'

/** How many keys of that queue there are. */
export async function keysLeft (redis: FastifyInstance['redis'], queue: string): Promise<number> {
  return await redis.exists(
    ...Object.keys(queueKeys).map(name => queueKey(queue, name as QueueKey))
  )
}
