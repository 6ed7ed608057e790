import { errors, type ErrorCode } from '../errors.ts'
import { script } from '../redis/script.ts'
import { storeOf, type RedisClient } from '../redis/store.ts'
import { milliseconds } from '../time.ts'
import type { Receipt } from './delivery.ts'
import { beganAt, proofOf } from './receipt.ts'

const releasing = script<number>('release')

/**
 * `delay` in seconds; `front`: to the head of the ready queue, where the job came from, for no
 * handler has begun it.
 */
export interface ReleaseOptions {
  delay?: number | undefined
  front?: boolean | undefined
  now?: number | undefined
}

/**
 * Ends a delivery on lease without counting its attempt: the job is ready or delayed again.
 * Returns false if it failed instead, since another job holds its unique key by now.
 * Rejects with LEASE_LOST or NO_SUCH_JOB.
 */
export async function release (
  redis: RedisClient, queue: string, job: Receipt, options: ReleaseOptions = {}
): Promise<boolean> {
  const isBack = await releaseOne(redis, queue, job, options)
  storeOf(redis).meter?.finished(queue, 'released', 1)
  return isBack
}

/**
 * The same for many. Returns for each what release() returns, or the code of an error. With `front`
 * they stand in the ready queue in the order in which they are given.
 */
export async function releaseMany (
  redis: RedisClient, queue: string, jobs: Receipt[], options: ReleaseOptions = {}
): Promise<Array<boolean | ErrorCode>> {
  const outcomes = await releaseEach(redis, queue, jobs, options)
  const released = outcomes.filter(outcome => typeof outcome === 'boolean').length
  if (released > 0) storeOf(redis).meter?.finished(queue, 'released', released)
  return outcomes
}

/** As releaseMany(), for deliveries that reached no client: no metric counts them as released. */
export async function releaseEach (
  redis: RedisClient, queue: string, jobs: Receipt[], options: ReleaseOptions
): Promise<Array<boolean | ErrorCode>> {
  // Backwards: each goes to the head of the ready queue, the first of them last.
  const inTurn = options.front === true ? jobs.toReversed() : jobs
  const outcomes = await Promise.all(inTurn.map(async job => {
    return await releaseOne(redis, queue, job, options).catch(codeOf)
  }))
  return options.front === true ? outcomes.reverse() : outcomes
}

async function releaseOne (
  redis: RedisClient, queue: string, { id, receipt }: Receipt,
  { delay, front = false, now }: ReleaseOptions
): Promise<boolean> {
  const how = { delay: milliseconds(delay) ?? 0, front: front ? 1 : 0, now: milliseconds(now) }
  const delivery = { id, proof: proofOf(receipt), began: beganAt(receipt) }
  return await releasing(redis, queue, { ...delivery, ...how }) === 1
}

// The job was cancelled or given to another worker meanwhile; the others go on.
function codeOf (error: unknown): ErrorCode {
  if (error instanceof errors.NO_SUCH_JOB) return 'NO_SUCH_JOB'
  if (error instanceof errors.LEASE_LOST) return 'LEASE_LOST'
  throw error
}
