import type { ErrorCode } from '../errors.ts'
import { script } from '../redis/script.ts'
import type { RedisClient } from '../redis/store.ts'
import { milliseconds } from '../time.ts'
import { noteWorker } from '../worker/worker.ts'
import type { Receipt } from './delivery.ts'
import { proofOf } from './receipt.ts'
import { fitsBytes, limits } from './report-size.ts'

export interface TouchOptions {
  /** Seconds from now; as long as the policy of the queue says if none are given. */
  lease?: number | undefined
  /** JSON text, of 64 KiB at most. */
  progress?: string | undefined
}

/**
 * - `outcomes`: for each job the new end of its lease in epoch seconds, or the code of an error
 * - `quiet`: the worker that asks, or one that holds such a job, must take no more
 */
export interface TouchResult { outcomes: Array<number | ErrorCode>, quiet: boolean }

const touching = script<string[]>('touch')

/** Extends leases. Returns the outcomes of touchAs(). */
export async function touch (
  redis: RedisClient, queue: string, jobs: Array<Receipt & TouchOptions>,
  { now }: { now?: number } = {}
): Promise<Array<number | ErrorCode>> {
  return (await touchAs(redis, queue, jobs, { now })).outcomes
}

/** Extends leases for a worker, if the request names one. */
export async function touchAs (
  redis: RedisClient, queue: string, jobs: Array<Receipt & TouchOptions>,
  { worker, now }: { worker?: string | undefined, now?: number | undefined } = {}
): Promise<TouchResult> {
  noteWorker(redis, queue, worker)
  const fields = jobs.filter(isSmall).flatMap(touchFields)
  const replies = fields.length === 0
    ? []
    : await touching(redis, queue, { worker, fields, now: milliseconds(now) })
  const quiet = replies.pop() === '1'
  const outcomes = jobs.map(job => {
    return isSmall(job) ? touchOutcome(replies.shift()!) : 'PROGRESS_TOO_LARGE'
  })
  return { outcomes, quiet }
}

function touchFields ({ id, receipt, lease, progress = '' }: Receipt & TouchOptions) {
  return [id, proofOf(receipt), milliseconds(lease) ?? 0, progress]
}

function touchOutcome (reply: string): number | ErrorCode {
  return /^\d+$/.test(reply) ? Number(reply) / 1000 : reply as ErrorCode
}

function isSmall ({ progress = '' }: TouchOptions): boolean {
  return fitsBytes(progress, limits.progress)
}
