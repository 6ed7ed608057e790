import type { ErrorCode } from '../errors.ts'
import { fingerprintOf } from '../failure/fingerprint.ts'
import { beginningOf } from '../failure/story.ts'
import { script } from '../redis/script.ts'
import type { RedisClient } from '../redis/store.ts'
import { milliseconds } from '../time.ts'
import { countEnded, type Receipt } from './delivery.ts'
import { beganAt, proofOf } from './receipt.ts'
import { truncateError } from './report-size.ts'

/** How a delivery failed. */
export interface Failure {
  /** JSON text; of more than 64 KiB, report-size.ts keeps a part. */
  error?: string | undefined
  /** Seconds until the next attempt; the backoff of the policy decides if none are given. */
  delay?: number | undefined
  /** false: the job fails for good. */
  retry?: boolean | undefined
}

/**
 * The state of a job after its nack.
 * - `run_at`: epoch seconds of the next attempt
 * - `duplicate`: the job cannot run again, since another job holds its unique key by now
 */
export type NackOutcome =
  { state: 'delayed', run_at: number } | { state: 'failed', duplicate?: true }

const nacking = script<string[]>('nack')

/**
 * Ends deliveries that failed: a job with tries left is delayed, any other fails for good.
 * Returns an outcome for each, or the code of the error that its client gets.
 */
export async function nack (
  redis: RedisClient, queue: string, jobs: Array<Receipt & Failure>, { now }: { now?: number } = {}
): Promise<Array<NackOutcome | ErrorCode>> {
  if (jobs.length === 0) return []
  const fields = jobs.flatMap(nackFields)
  const outcomes = pairs(await nacking(redis, queue, { fields, now: milliseconds(now) }))
  countEnded(redis, queue, 'nacked', jobs.filter((_, i) => /^[a-z]/.test(outcomes[i]![0]!)))
  return outcomes.map(nackOutcome)
}

/** A nack as the scripts take it. The random number spreads the backoff, by its jitter. */
export function nackFields ({ id, receipt, error, delay, retry }: Receipt & Failure) {
  const kept = error === undefined ? '' : truncateError(error)
  const jitter = Math.random() * 2 - 1
  const about = `${fingerprintOf(error)} ${beganAt(receipt)} ${beginningOf(error)}`
  const wait = milliseconds(delay) ?? ''
  return [id, proofOf(receipt), kept, wait, retry === false ? 0 : 1, jitter, about]
}

/** What a script says of a nack: a state or a code, and the time of the next try in ms. */
export function nackOutcome ([state, at]: string[]): NackOutcome | ErrorCode {
  if (state === 'delayed') return { state, run_at: Number(at) / 1000 }
  if (state === 'duplicate') return { state: 'failed', duplicate: true }
  return state === 'failed' ? { state } : state as ErrorCode
}

function pairs (fields: string[]): string[][] {
  return Array.from({ length: fields.length / 2 }, (_, i) => fields.slice(2 * i, 2 * i + 2))
}
