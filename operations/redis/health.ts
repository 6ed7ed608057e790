import { errors, errorFromRedis } from '../errors.ts'
import { commonKey } from './keys.ts'
import { storeOf, type RedisClient } from './store.ts'

/** Returns when Redis has accepted a write. Rejects with REDIS_UNAVAILABLE, or with WRITES_REFUSED and why. */
export async function tryWrite (redis: RedisClient): Promise<void> {
  const { incompatible } = storeOf(redis)
  if (incompatible !== undefined) throw incompatible
  try {
    await redis.set(commonKey('health'), '1', 'EX', 60)
  } catch (error) {
    const refusal = errorFromRedis(error as Error)
    if (refusal instanceof errors.REDIS_FULL || refusal instanceof errors.REDIS_READ_ONLY) throw new errors.WRITES_REFUSED(refusal.message)
    throw error
  }
}
