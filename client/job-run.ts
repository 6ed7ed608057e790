import { hasStatus, isRelease, isTransient, type Release } from './error.ts'
import { failureOf, failureOfRejection, isContentError } from './failure.ts'
import { backoff, pause, retry } from './http/backoff.ts'
import { JsonText } from './json-text.ts'
import type { Settler } from './settler.ts'
import type { Failure } from './schema.ts'
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
  settler: Settler
  leases: LeaseKeeper
  lease: number
  handler: Handler
  /** Called when the server has accepted the outcome. */
  onAccepted: (run: JobRun) => unknown
  /** Never throws. */
  onError: (error: unknown, job: Delivery) => void
}

/** One job while a worker has it: it is held ready at first. */
export class JobRun implements LeasedJob {
  readonly job: Delivery
  readonly takenAt = performance.now()
  readonly #options: JobRunOptions
  #lost: { reason: unknown } | undefined
  // Few handlers look at their signal, so it is made when it is wanted.
  #controller: AbortController | undefined
  #hasEnded = false
  // In ms of performance.now(): a clock that is set must not end or lengthen a lease.
  #expiresAt: number
  #abandon: (outcome: Outcome) => void = () => {}

  constructor (options: JobRunOptions, job: Delivery) {
    this.#options = options
    this.job = job
    this.#expiresAt = this.takenAt + options.lease * 1000
    options.leases.add(this)
  }

  /** Whether this delivery is still this worker's, as far as it knows. */
  isOurs (): boolean {
    return this.#lost === undefined && performance.now() <= this.#expiresAt
  }

  /** Its handler was not begun, and never will be: its lease is extended no more. */
  drop (): void {
    this.#options.leases.delete(this)
  }

  /** Waits for the handler no longer: the job is released. */
  abandon (): void {
    this.#lose(new Error('the worker is closing'))
    this.#abandon('abandoned')
  }

  onExtended (since: number): void {
    this.#expiresAt = since + this.#options.lease * 1000
  }

  onLost (reason: unknown): void {
    if (!this.#hasEnded) this.#lose(reason)
  }

  #lose (reason: unknown): void {
    this.#lost ??= { reason }
    this.#controller?.abort(reason)
  }

  #signal (): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#lost) this.#controller.abort(this.#lost.reason)
    }
    return this.#controller.signal
  }

  /**
   * Runs the handler while the lease of the job is extended, and tells the server the outcome.
   * `onEnded` is called in between. Never rejects.
   */
  async run (onEnded: () => void): Promise<void> {
    const { leases, onError } = this.#options
    const outcome = await new Promise<Outcome>(resolve => {
      this.#abandon = resolve
      void this.#outcome().then(resolve)
    })
    this.#hasEnded = true
    leases.delete(this)
    onEnded()
    try {
      await this.#tellOrFail(outcome)
    } catch (error) {
      // The job comes back when its lease expires: to this worker or to another.
      onError(error, this.job)
    }
  }

  async #outcome (): Promise<Outcome> {
    const { handler, onError } = this.#options
    try {
      return { result: asJson(await handler(this.job, this.#context())) }
    } catch (error) {
      if (isRelease(error)) return { release: error }
      if (!this.#lost) onError(error, this.job)
      return { failure: failureOf(error) }
    }
  }

  #context (): Context {
    const signal = () => this.#signal()
    return {
      get signal () {
        return signal()
      },
      progress: value => this.#progress(value)
    }
  }

  // A result that presque rejects would be rejected again: the job fails, and the reason is kept.
  async #tellOrFail (outcome: Outcome): Promise<void> {
    try {
      await this.#tell(outcome)
    } catch (error) {
      if (outcome === 'abandoned' || this.#lost) throw error
      if (!isContentError(error)) throw error
      const failure = failureOfRejection('failure' in outcome ? 'failure' : 'result', error)
      this.#options.onError(new Error(failure.error!.message, { cause: error }), this.job)
      await this.#tell({ failure })
    }
  }

  // Tells it again for as long as the lease may last: a restart of the server must not have the
  // work done twice.
  async #tell (outcome: Outcome): Promise<void> {
    const attempt = async (failures: number) => {
      try {
        await this.#tellOnce(outcome)
      } catch (error) {
        // The first try was accepted.
        if (failures > 0 && hasStatus(error, 404)) return
        throw error
      }
    }
    const isRetried = (error: unknown) => {
      return isTransient(error) && !this.#lost && performance.now() <= this.#expiresAt
    }
    try {
      await attempt(0)
    } catch (error) {
      if (!isRetried(error)) throw error
      await pause(backoff(0), this.#signal())
      await retry(failures => attempt(failures + 1), isRetried, this.#signal())
    }
  }

  async #tellOnce (outcome: Outcome): Promise<void> {
    const { consumer, settler, onAccepted } = this.#options
    const { job } = this
    if (outcome === 'abandoned') await consumer.release(job)
    if (outcome === 'abandoned' || this.#lost) return
    if ('release' in outcome) await consumer.release(job, { delay: outcome.release.delay })
    else await settler.settle(job, outcome, () => onAccepted(this))
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
