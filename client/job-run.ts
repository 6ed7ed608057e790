import { isPassing, isRefusal } from './error.ts'
import { failureOf, failureOfRefusal, isAboutContent } from './failure.ts'
import { backoff, pause } from './backoff.ts'
import type { Acks } from './ack-batcher.ts'
import type { Failure, Next } from './schema.ts'
import type { Consumer } from './consumer.ts'
import type { Delivery } from './delivery.ts'
import type { Keeper, Kept } from './keeper.ts'

/** What a job is told and may tell. `signal` aborts when it was cancelled, when another worker has it, and when `drainTimeout` is over. */
export interface Context {
  signal: AbortSignal
  /** Shows how far the work is. */
  progress (value: unknown): Promise<void>
}

/** What it returns is the result of the job, what it throws is its failure: a `JobError` says when and whether it runs again. */
export type Handler<Payload = any> = (job: Delivery<Payload>, context: Context) => unknown

type Outcome = { result: unknown, size: number } | { failure: Failure } | 'abandoned'

/** What the runs of a worker have in common. */
export interface Shop {
  consumer: Consumer
  acks: Acks
  keeper: Keeper
  lease: number
  handler: Handler
  /** How to ask for the next job after one of that queue, if it is wanted. */
  wanted: (queue: string) => Next | undefined
  /** Never throws. */
  onError: (error: unknown, job: Delivery) => void
}

/** One job in the hands of a worker. */
export class Run implements Kept {
  readonly job: Delivery
  readonly #shop: Shop
  readonly #gone = new AbortController()
  #ended = false
  // In ms of performance.now(): a clock that is set must not end or lengthen a lease.
  #until: number
  #abandon!: (outcome: Outcome) => void
  readonly #abandoned = new Promise<Outcome>(resolve => { this.#abandon = resolve })

  constructor (shop: Shop, job: Delivery) {
    this.#shop = shop
    this.job = job
    this.#until = performance.now() + shop.lease * 1000
  }

  /** Stops waiting for the handler: its job goes back, whatever becomes of its work. */
  abandon (): void {
    this.#gone.abort(new Error('the worker is closing'))
    this.#abandon('abandoned')
  }

  keptSince (asked: number): void {
    this.#until = asked + this.#shop.lease * 1000
  }

  lose (reason: unknown): void {
    if (!this.#ended) this.#gone.abort(reason)
  }

  /** Runs the handler while keeping the job, and tells the server how it went. Resolves with the next job if that was wanted and there is one. */
  async do (): Promise<Delivery | null> {
    this.#shop.keeper.add(this)
    const outcome = await Promise.race([this.#outcome(), this.#abandoned])
    this.#ended = true
    this.#shop.keeper.delete(this)
    try {
      return await this.#tellOrFail(outcome)
    } catch (error) {
      // It comes back when its lease is over: to this worker or to another.
      this.#shop.onError(error, this.job)
      return null
    }
  }

  async #outcome (): Promise<Outcome> {
    try {
      const result = await this.#shop.handler(this.job, { signal: this.#gone.signal, progress: value => this.#progress(value) })
      return asJson(result)
    } catch (error) {
      if (!this.#gone.signal.aborted) this.#shop.onError(error, this.job)
      return { failure: failureOf(error) }
    }
  }

  // Told once more, a result that was refused would be refused again: the job has failed, with the reason.
  async #tellOrFail (outcome: Outcome): Promise<Delivery | null> {
    try {
      return await this.#tell(outcome)
    } catch (error) {
      if (outcome === 'abandoned' || this.#gone.signal.aborted || !isAboutContent(error)) throw error
      const failure = failureOfRefusal('failure' in outcome ? 'failure' : 'result', error)
      this.#shop.onError(new Error(failure.error!.message, { cause: error }), this.job)
      return await this.#tell({ failure })
    }
  }

  /** Tells it, and again for as long as the job may still be ours: work that is done is not to be done again because a server restarts. */
  async #tell (outcome: Outcome): Promise<Delivery | null> {
    for (let failures = 0; ;) {
      try {
        return await this.#tellOnce(outcome)
      } catch (error) {
        if (failures > 0 && isRefusal(error, 404)) return null
        if (!isPassing(error) || this.#gone.signal.aborted || performance.now() > this.#until) throw error
        await pause(backoff(failures++), this.#gone.signal)
      }
    }
  }

  async #tellOnce (outcome: Outcome): Promise<Delivery | null> {
    const { consumer, acks, wanted } = this.#shop
    if (outcome === 'abandoned') await consumer.release(this.job)
    else if (this.#gone.signal.aborted) return null
    else if ('failure' in outcome) await consumer.nack(this.job, outcome.failure)
    else return await acks.ack({ ...outcome, job: this.job, next: wanted(this.job.queue) })
    return null
  }

  // A handler need not await it, so a refusal that it does not look at must not end the process.
  #progress (value: unknown): Promise<void> {
    const told = this.#touch(value)
    told.catch(() => {})
    return told
  }

  async #touch (progress: unknown): Promise<void> {
    const { consumer, lease } = this.#shop
    const asked = performance.now()
    try {
      await consumer.touch(this.job, { lease, ...(progress !== undefined && { progress }) })
      this.keptSince(asked)
    } catch (error) {
      if (isRefusal(error, 404, 409)) this.lose(error)
      throw error
    }
  }
}

// What cannot be told in JSON is a failure of the handler. What is told is a copy: reading an object twice may differ, or throw.
function asJson (result: unknown): { result: unknown, size: number } {
  const text = JSON.stringify(result)
  const plain = typeof result === 'object' && result !== null ? JSON.parse(text) : text === undefined ? undefined : result
  return { result: plain, size: text?.length ?? 0 }
}
