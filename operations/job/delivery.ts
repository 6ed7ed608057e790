import { batchCalls } from '../redis/batcher.ts'
import { errors, type ErrorCode } from '../errors.ts'
import { fitsBytes, truncateError, limits } from './report-size.ts'
import { script } from '../redis/script.ts'
import { deliveredAt, proofOf } from './receipt.ts'
import { milliseconds } from '../time.ts'
import { noteWorker } from '../worker/worker.ts'
import { storeOf, type Finish, type RedisClient } from '../redis/store.ts'
import type { Trace } from '../trace.ts'

/** A job in somebody's hands: for good, or on lease. */
export interface Delivery {
  queue: string
  id: string
  payload: string
  /** What proves the delivery, until the job has been given to somebody else; null when it was taken for good. */
  lease: Lease | null
  /** What puts back a job that was taken for good, and of which life of the queue it is. */
  restorable: string[]
  generation: string
  /** That of the push, if it had one. */
  trace: Trace | undefined
}

/** About how many bytes a delivery keeps in memory until it has arrived. */
export function sizeOf ({ payload, restorable: [,,, details = ''] }: Delivery): number {
  return payload.length + details.length
}

/** `attempt` is 1 for the first delivery; `since` and `expires` in epoch seconds, by the clock of Redis. */
export interface Lease { attempt: number, receipt: string, since: number, expires: number }

const scripts = {
  restore: script<number>('restore'),
  ack: script<string>('ack'),
  nack: script<string[]>('nack'),
  release: script<number>('release'),
  touch: script<string[]>('touch')
}

interface Restoring {
  worker?: string | undefined
  /** Of several tries with one ticket, one puts back. */
  ticket?: string | undefined
  now?: number
}

/** Puts deliveries whose answer never reached the client back to where they came from, uncounted. Returns how many. */
export async function restore (redis: RedisClient, queue: string, jobs: Delivery[], { worker, ticket, now }: Restoring = {}): Promise<number> {
  const fields = jobs.filter(({ lease }) => lease === null).flatMap(job => job.restorable)
  // In this order: each goes to the head, the first one last.
  const leases = jobs.filter(({ lease }) => lease !== null).reverse()
  const back = await Promise.all(leases.map(({ id, lease }) => giveBack(redis, queue, { id, receipt: lease!.receipt }, now)))
  const released = back.filter(isBack => isBack).length
  if (fields.length === 0) return released
  return released + await scripts.restore(redis, queue, { worker, ticket, seed: jobs[0]!.generation, fields, now: milliseconds(now) })
}

// false for a job that was cancelled or taken over meanwhile: that must not keep the others.
async function giveBack (redis: RedisClient, queue: string, delivery: Receipt, now: number | undefined): Promise<boolean> {
  try {
    await release(redis, queue, delivery, { front: true, ...(now !== undefined && { now }) })
    return true
  } catch (error) {
    if (error instanceof errors.NO_SUCH_JOB || error instanceof errors.LEASE_LOST) return false
    throw error
  }
}

interface Receipt { id: string, receipt: string }

/** What became of each of several: null, or why not. */
export type AckOutcome = ErrorCode | null

/** A job that is done, and its result as JSON text, if there is one. */
export type Ack = Receipt & { result?: string | undefined }

/** As scripts take it. */
export function ackFields ({ id, receipt, result = '' }: Ack): string[] {
  return [id, proofOf(receipt), result]
}

/** Tells the meter of deliveries that have come to an end. */
export function countEnded (redis: RedisClient, queue: string, how: Finish, ended: Receipt[]): void {
  storeOf(redis).meter?.finished(queue, how, ended.length, ended.flatMap(({ receipt }) => deliveredAt(receipt)))
}

/** Finishes a job, together with others that come in the same turn. */
export const ackOne = batchCalls<Ack, AckOutcome>(
  async (redis, queue, jobs) => await ack(redis, queue, jobs),
  ({ result = '' }) => ({ jobs: 1, bytes: result.length })
)

/** Finishes jobs. */
export async function ack (redis: RedisClient, queue: string, jobs: Ack[], { now }: { now?: number } = {}): Promise<AckOutcome[]> {
  if (jobs.length === 0) return []
  const outcomes = (await scripts.ack(redis, queue, { fields: jobs.flatMap(ackFields), now: milliseconds(now) })).split(',')
  countEnded(redis, queue, 'acked', jobs.filter((_, i) => outcomes[i] === ''))
  return jobs.map((_, i) => outcomes[i] === '' ? null : outcomes[i] as ErrorCode)
}

export interface Failure {
  /** JSON text; what is larger than 64 KiB is cut. */
  error?: string | undefined
  /** Seconds until the next try; the backoff of the policy decides if none is given. */
  delay?: number | undefined
  /** false: failed for good. */
  retry?: boolean | undefined
}

/**
 * When a job that failed runs again, in epoch seconds, or that it does not; `duplicate` where that is because another job
 * has its unique key by now.
 */
export type NackOutcome = { state: 'delayed', run_at: number } | { state: 'failed', duplicate?: true }

/** Gives up deliveries. A job with tries left waits and runs again, the others have failed. */
export async function nack (redis: RedisClient, queue: string, jobs: Array<Receipt & Failure>, { now }: { now?: number } = {}): Promise<Array<NackOutcome | ErrorCode>> {
  if (jobs.length === 0) return []
  const fields = jobs.flatMap(({ id, receipt, error, delay, retry }) =>
    [id, proofOf(receipt), error === undefined ? '' : truncateError(error), milliseconds(delay) ?? '', retry === false ? 0 : 1, Math.random() * 2 - 1])
  const outcomes = chunks(await scripts.nack(redis, queue, { fields, now: milliseconds(now) }), 2)
  countEnded(redis, queue, 'nacked', jobs.filter((_, i) => /^[a-z]/.test(outcomes[i]![0]!)))
  return outcomes.map(([state, at]) => {
    if (state === 'delayed') return { state, run_at: Number(at) / 1000 }
    if (state === 'duplicate') return { state: 'failed', duplicate: true }
    return state === 'failed' ? { state } : state as ErrorCode
  })
}

interface Releasing { delay?: number | undefined, front?: boolean, now?: number }

/**
 * Gives a job back, uncounted; `front` to where it came from. Returns false if it has failed instead, for another job has its
 * unique key by now. Rejects with LEASE_LOST or NO_SUCH_JOB.
 */
export async function release (redis: RedisClient, queue: string, { id, receipt }: Receipt, { delay, front = false, now }: Releasing = {}): Promise<boolean> {
  const how = { delay: milliseconds(delay) ?? 0, front: front ? 1 : 0, now: milliseconds(now) }
  const isBack = await scripts.release(redis, queue, { id, proof: proofOf(receipt), ...how }) === 1
  if (!front) storeOf(redis).meter?.finished(queue, 'released', 1)
  return isBack
}

export interface TouchOptions {
  /** Seconds from now; as long as the queue's policy says if none is given. */
  lease?: number | undefined
  /** JSON text, of 64 KiB at most. */
  progress?: string | undefined
}

/** Each new deadline in epoch seconds, or why there is none; `quiet`: the worker that asks, or holds such a job, is to take no more. */
export interface TouchResult { outcomes: Array<number | ErrorCode>, quiet: boolean }

/** Gives leases more time. Returns each new deadline in epoch seconds, or why there is none. */
export async function touch (redis: RedisClient, queue: string, jobs: Array<Receipt & TouchOptions>, { now }: { now?: number } = {}): Promise<Array<number | ErrorCode>> {
  return (await touchAs(redis, queue, jobs, { now })).outcomes
}

/** The same, for a worker if it says which one it is. */
export async function touchAs (redis: RedisClient, queue: string, jobs: Array<Receipt & TouchOptions>, { worker, now }: { worker?: string | undefined, now?: number | undefined } = {}): Promise<TouchResult> {
  noteWorker(redis, queue, worker)
  const small = jobs.filter(isSmall)
  const fields = small.flatMap(({ id, receipt, lease, progress = '' }) => [id, proofOf(receipt), milliseconds(lease) ?? 0, progress])
  const said = small.length === 0 ? [] : await scripts.touch(redis, queue, { worker, fields, now: milliseconds(now) })
  const quiet = said.pop() === '1'
  const outcomes = jobs.map(job => {
    const outcome = isSmall(job) ? said.shift()! : 'PROGRESS_TOO_LARGE'
    return /^\d+$/.test(outcome) ? Number(outcome) / 1000 : outcome as ErrorCode
  })
  return { outcomes, quiet }
}

function isSmall ({ progress = '' }: TouchOptions): boolean {
  return fitsBytes(progress, limits.progress)
}

function chunks (fields: string[], size: number): string[][] {
  return Array.from({ length: fields.length / size }, (_, i) => fields.slice(i * size, (i + 1) * size))
}
