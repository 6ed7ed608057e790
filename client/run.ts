import { isPassing, isRefusal, JobError } from './error.ts'
import { backoff, pause } from './patience.ts'
import type { Acks } from './acks.ts'
import type { Failure, Next } from './answer.ts'
import type { Consumer } from './consumer.ts'
import type { Delivery } from './delivery.ts'
import type { Handler } from './worker.ts'

type Outcome = { result: unknown, size: number } | { failure: Failure } | 'abandoned'

/** What the runs of a worker have in common. */
export interface Shop {
  consumer: Consumer
  acks: Acks
  lease: number
  handler: Handler
  /** How to ask for the next job after one of that queue, if it is wanted. */
  wanted: (queue: string) => Next | undefined
  onError: (error: unknown, job: Delivery) => void
}

/** One job in the hands of a worker. */
export class Run {
  readonly #shop: Shop
  readonly #job: Delivery
  readonly #gone = new AbortController()
  #timer: ReturnType<typeof setTimeout> | undefined
  #ended = false
  #until: number
  #abandon!: (outcome: Outcome) => void
  readonly #abandoned = new Promise<Outcome>(resolve => { this.#abandon = resolve })

  constructor (shop: Shop, job: Delivery) {
    this.#shop = shop
    this.#job = job
    this.#until = Date.now() + shop.lease * 1000
  }

  /** Stops waiting for the handler: its job goes back, whatever becomes of its work. */
  abandon (): void {
    this.#gone.abort(new Error('the worker is closing'))
    this.#abandon('abandoned')
  }

  /** Runs the handler while keeping the job, and tells the server how it went. Resolves with the next job if that was wanted and there is one. */
  async do (): Promise<Delivery | null> {
    this.#keep()
    const outcome = await Promise.race([this.#outcome(), this.#abandoned])
    this.#ended = true
    clearTimeout(this.#timer)
    try {
      return await this.#tell(outcome)
    } catch (error) {
      // It comes back when its lease is over: to this worker or to another.
      this.#shop.onError(error, this.#job)
      return null
    }
  }

  async #outcome (): Promise<Outcome> {
    try {
      const result = await this.#shop.handler(this.#job, { signal: this.#gone.signal, progress: value => this.#touch(value) })
      // What cannot be told in JSON is a failure of the handler.
      return { result, size: result === undefined ? 0 : JSON.stringify(result)?.length ?? 0 }
    } catch (error) {
      if (!this.#gone.signal.aborted) this.#shop.onError(error, this.#job)
      return { failure: describe(error) }
    }
  }

  /** Tells it, and again for as long as the job may still be ours: work that is done is not to be done again because a server restarts. */
  async #tell (outcome: Outcome): Promise<Delivery | null> {
    for (let failures = 0; ;) {
      try {
        return await this.#tellOnce(outcome)
      } catch (error) {
        if (failures > 0 && isRefusal(error, 404)) return null
        if (!isPassing(error) || this.#gone.signal.aborted || Date.now() > this.#until) throw error
        await pause(backoff(failures++), this.#gone.signal)
      }
    }
  }

  async #tellOnce (outcome: Outcome): Promise<Delivery | null> {
    const { consumer, acks, wanted } = this.#shop
    if (outcome === 'abandoned') await consumer.release(this.#job)
    else if (this.#gone.signal.aborted) return null
    else if ('failure' in outcome) await consumer.nack(this.#job, outcome.failure)
    else return await acks.ack({ ...outcome, job: this.#job, next: wanted(this.#job.queue) })
    return null
  }

  // A third: two touches may fail before the job is lost.
  #keep (): void {
    this.#timer = setTimeout(() => { void this.#touch().catch(() => {}).then(() => this.#ended || this.#keep()) }, this.#shop.lease * 1000 / 3)
  }

  #lose (reason: unknown): void {
    this.#ended = true
    this.#gone.abort(reason)
  }

  async #touch (progress?: unknown): Promise<void> {
    const { consumer, lease } = this.#shop
    const asked = Date.now()
    try {
      await consumer.touch(this.#job, { lease, ...(progress !== undefined && { progress }) })
      this.#until = asked + lease * 1000
    } catch (error) {
      if (isRefusal(error, 404, 409) && !this.#ended) this.#lose(error)
      throw error
    }
  }
}

function describe (error: unknown): Failure {
  if (!(error instanceof Error)) return { error: { type: typeof error, message: String(error) } }
  const { name, message, stack } = error
  const { delay, retry } = error instanceof JobError ? error : {}
  return { error: { type: name, message, backtrace: stack }, ...(delay !== undefined && { delay }), ...(retry !== undefined && { retry }) }
}
