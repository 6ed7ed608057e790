import { isRefusal } from './error.ts'
import type { Failure, Next } from './answer.ts'
import type { Delivery } from './delivery.ts'
import type { Presque } from './presque.ts'
import type { Handler } from './worker.ts'

type Outcome = { result: unknown } | { failure: Failure } | 'abandoned'

/** One job in the hands of a worker. */
export class Run {
  readonly #presque: Presque
  readonly #job: Delivery
  readonly #lease: number
  readonly #gone = new AbortController()
  #timer: ReturnType<typeof setTimeout> | undefined
  #ended = false
  #abandon!: (outcome: Outcome) => void
  readonly #abandoned = new Promise<Outcome>(resolve => { this.#abandon = resolve })

  constructor (presque: Presque, job: Delivery, lease: number) {
    this.#presque = presque
    this.#job = job
    this.#lease = lease
  }

  /** Stops waiting for the handler: its job goes back, whatever becomes of its work. */
  abandon (): void {
    this.#gone.abort(new Error('the worker is closing'))
    this.#abandon('abandoned')
  }

  /** Runs the handler while keeping the job, and tells the server how it went. Resolves with the next job if that was wanted and there is one. */
  async do (handler: Handler, wanted: () => Next | undefined): Promise<Delivery | null> {
    this.#keep()
    const outcome = await Promise.race([this.#outcome(handler), this.#abandoned])
    this.#ended = true
    clearTimeout(this.#timer)
    try {
      return await this.#tell(outcome, wanted())
    } catch {
      // It comes back when its lease is over: to this worker or to another.
      return null
    }
  }

  async #outcome (handler: Handler): Promise<Outcome> {
    try {
      return { result: await handler(this.#job, { signal: this.#gone.signal, progress: value => this.#touch(value) }) }
    } catch (error) {
      return { failure: { error: describe(error) } }
    }
  }

  async #tell (outcome: Outcome, next: Next | undefined): Promise<Delivery | null> {
    if (outcome === 'abandoned') await this.#presque.release(this.#job)
    else if (this.#gone.signal.aborted) return null
    else if ('failure' in outcome) await this.#presque.nack(this.#job, outcome.failure)
    else return await this.#presque.ack(this.#job, outcome.result, next && { next })
    return null
  }

  // A third: two touches may fail before the job is lost.
  #keep (): void {
    this.#timer = setTimeout(() => { void this.#touch().catch(() => {}).then(() => this.#ended || this.#keep()) }, this.#lease * 1000 / 3)
  }

  #lose (reason: unknown): void {
    this.#ended = true
    this.#gone.abort(reason)
  }

  async #touch (progress?: unknown): Promise<void> {
    try {
      await this.#presque.touch(this.#job, { lease: this.#lease, ...(progress !== undefined && { progress }) })
    } catch (error) {
      if (isRefusal(error, 404, 409)) this.#lose(error)
      throw error
    }
  }
}

function describe (error: unknown): NonNullable<Failure['error']> {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) }
  const { name, message, stack } = error
  return { type: name, message, backtrace: stack }
}
