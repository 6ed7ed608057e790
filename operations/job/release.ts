import { script } from '../redis/script.ts'
import { storeOf, type RedisClient } from '../redis/store.ts'
import { milliseconds } from '../time.ts'
import type { Receipt } from './delivery.ts'
import { beganAt, proofOf } from './receipt.ts'

const releasing = script<number>('release')

/** `delay` in seconds; `front`: to the head of the ready queue, where the job came from. */
interface ReleaseOptions { delay?: number | undefined, front?: boolean, now?: number }

/**
 * Ends a delivery on lease without counting its attempt: the job is ready or delayed again.
 * Returns false if it failed instead, since another job holds its unique key by now.
 * Rejects with LEASE_LOST or NO_SUCH_JOB.
 */
export async function release (
  redis: RedisClient, queue: string, { id, receipt }: Receipt,
  { delay, front = false, now }: ReleaseOptions = {}
): Promise<boolean> {
  const how = { delay: milliseconds(delay) ?? 0, front: front ? 1 : 0, now: milliseconds(now) }
  const delivery = { id, proof: proofOf(receipt), began: beganAt(receipt) }
  const isBack = await releasing(redis, queue, { ...delivery, ...how }) === 1
  if (!front) storeOf(redis).meter?.finished(queue, 'released', 1)
  return isBack
}
