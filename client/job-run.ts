import { hasStatus, isRelease, isTransient, type Release } from './error.ts'
import { failureOf, failureOfRejection, isContentError } from './failure.ts'
import { retry } from './backoff.ts'
import { JsonText } from './json-text.ts'
import type { AckBatcher } from './ack-batcher.ts'
import type { Failure, Next } from './schema.ts'
import type { Consumer } from './consumer.ts'
import type { Delivery } from './delivery.ts'
import type { LeasedJob, LeaseKeeper } from './lease-keeper.ts'

/**
 * What a handler gets beside its job. `signal` aborts when the job was cancelled, when another
 * worker has it, and when `drainTimeout` is over.
 */
export interface Context {
  signal: AbortSignal
  /** Shows how far the work is. */
  progress (value: unknown): Promise<void>
}

/**
 * Works on a job. The value that it returns is the result of the job. The value that it throws is
 * the failure of the job: a `JobError` says when and whether the job runs again.
 */
export type Handler<Payload = any> = (job: Delivery<Payload>, context: Context) => unknown

type Outcome =
  | { result: JsonText | undefined }
  | { failure: Failure }
  | { release: Release }
  | 'abandoned'

/** What the job runs of a worker have in common. */
export interface JobRunOptions {
  consumer: Consumer
  acks: AckBatcher
  leases: LeaseKeeper
  lease: number
  handler: Handler
  /** How to take the next job with the ack of one of this queue; undefined if none is wanted. */
  nextOf: (queue: string) => Next | undefined
  /** Never throws. */
  onError: (error: unknown, job: Delivery) => void
}

/** One job while a worker works on it. */
export class JobRun implements LeasedJob {
  readonly job: Delivery
  readonly #options: JobRunOptions
  readonly #lost = new AbortController()
  #hasEnded = false
  // In ms of performance.now(): a clock that is set must not end or lengthen a lease.
  #expiresAt: number
  #abandon!: (outcome: Outcome) => void
  readonly #abandoned = new Promise<Outcome>(resolve => { this.#abandon = resolve })

  constructor (options: JobRunOptions, job: Delivery) {
    this.#options = options
    this.job = job
    this.#expiresAt = performance.now() + options.lease * 1000
  }

  /** Waits for the handler no longer: the job is released. */
  abandon (): void {
    this.#lost.abort(new Error('the worker is closing'))
    this.#abandon('abandoned')
  }

  onExtended (since: number): void {
    this.#expiresAt = since + this.#options.lease * 1000
  }

  onLost (reason: unknown): void {
    if (!this.#hasEnded) this.#lost.abort(reason)
  }

  /**
   * Runs the handler while the lease of the job is extended, and tells the server the outcome.
   * Resolves with the next job if that was wanted and there is one. Never rejects.
   */
  async run (): Promise<Delivery | null> {
    const { leases, onError } = this.#options
    leases.add(this)
    const outcome = await Promise.race([this.#outcome(), this.#abandoned])
    this.#hasEnded = true
    leases.delete(this)
    try {
      return await this.#tellOrFail(outcome)
    } catch (error) {
      // The job comes back when its lease expires: to this worker or to another.
      onError(error, this.job)
      return null
    }
  }

  async #outcome (): Promise<Outcome> {
    const { handler, onError } = this.#options
    const progress = (value: unknown) => this.#progress(value)
    try {
      return { result: asJson(await handler(this.job, { signal: this.#lost.signal, progress })) }
    } catch (error) {
      if (isRelease(error)) return { release: error }
      if (!this.#lost.signal.aborted) onError(error, this.job)
      return { failure: failureOf(error) }
    }
  }

  // A result that presque rejects would be rejected again: the job fails, and the reason is kept.
  async #tellOrFail (outcome: Outcome): Promise<Delivery | null> {
    try {
      return await this.#tell(outcome)
    } catch (error) {
      if (outcome === 'abandoned' || this.#lost.signal.aborted) throw error
      if (!isContentError(error)) throw error
      const failure = failureOfRejection('failure' in outcome ? 'failure' : 'result', error)
      this.#options.onError(new Error(failure.error!.message, { cause: error }), this.job)
      return await this.#tell({ failure })
    }
  }

  // Tells it again for as long as the lease may last: a restart of the server must not have the
  // work done twice.
  async #tell (outcome: Outcome): Promise<Delivery | null> {
    const { signal } = this.#lost
    const attempt = async (failures: number) => {
      try {
        return await this.#tellOnce(outcome)
      } catch (error) {
        // The first try was accepted.
        if (failures > 0 && hasStatus(error, 404)) return null
        throw error
      }
    }
    const isRetried = (error: unknown) => {
      return isTransient(error) && !signal.aborted && performance.now() <= this.#expiresAt
    }
    return await retry(attempt, isRetried, signal)
  }

  async #tellOnce (outcome: Outcome): Promise<Delivery | null> {
    const { consumer, acks, nextOf } = this.#options
    const { job } = this
    if (outcome === 'abandoned') await consumer.release(job)
    else if (this.#lost.signal.aborted) return null
    else if ('failure' in outcome) await consumer.nack(job, outcome.failure)
    else if ('release' in outcome) await consumer.release(job, { delay: outcome.release.delay })
    else return await acks.ack({ job, result: outcome.result, next: nextOf(job.queue) })
    return null
  }

  // A handler need not await it: an error that it does not look at must not end the process.
  #progress (value: unknown): Promise<void> {
    const told = this.#touch(value)
    told.catch(() => {})
    return told
  }

  async #touch (progress: unknown): Promise<void> {
    const { consumer, lease } = this.#options
    const since = performance.now()
    try {
      await consumer.touch(this.job, { lease, ...(progress !== undefined && { progress }) })
      this.onExtended(since)
    } catch (error) {
      if (hasStatus(error, 404, 409)) this.onLost(error)
      throw error
    }
  }
}

// As text at once: reading an object twice may differ, or throw. A value that is no JSON throws,
// and so is a failure of the handler.
function asJson (result: unknown): JsonText | undefined {
  if (result instanceof JsonText) return result
  const text = JSON.stringify(result)
  return text === undefined ? undefined : new JsonText(text)
}
