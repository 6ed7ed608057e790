import { PresqueError } from './error.ts'
import { backoff, pause } from './patience.ts'
import type { Delivery } from './delivery.ts'
import type { Presque } from './presque.ts'
import { Run } from './run.ts'

export interface WorkerOptions {
  /** Jobs at a time: 1. */
  concurrency?: number
  /** Seconds after which a job is another's if this process dies: 60. While it works, it keeps the job for as long as it takes. */
  lease?: number
  /** Seconds that `close()` gives the jobs that run: 30. */
  drainTimeout?: number
  /** Seconds of one request for a job: 20. */
  wait?: number
  /** Its name on the server. */
  id?: string
}

/** What a job is told and may tell. `signal` aborts when it was cancelled, when another worker has it, and when `drainTimeout` is over. */
export interface Context {
  signal: AbortSignal
  /** Shows how far the work is. */
  progress (value: unknown): Promise<void>
}

export type Handler<Payload = any> = (job: Delivery<Payload>, context: Context) => unknown

/**
 * Works off queues until it is closed. What the handler returns is the result of the job, what it throws is its failure.
 * Rides out restarts of the server; `finished` rejects when the server refuses to give it jobs at all (no such token, a bad name).
 */
export class Worker {
  /** Resolves when it has been closed. */
  readonly finished: Promise<void>
  readonly #presque: Presque
  readonly #queues: string[]
  readonly #handler: Handler
  readonly #options: Required<Omit<WorkerOptions, 'id'>> & { worker: string | undefined }
  readonly #closing = new AbortController()
  readonly #runs = new Set<Run>()

  constructor (presque: Presque, queues: string | string[], handler: Handler, { id, ...options }: WorkerOptions = {}) {
    this.#presque = presque
    this.#queues = [queues].flat()
    this.#handler = handler
    this.#options = { concurrency: 1, lease: 60, drainTimeout: 30, wait: 20, worker: id, ...options }
    this.finished = Promise.all(Array.from({ length: this.#options.concurrency }, () => this.#loop())).then(() => {})
  }

  /** Takes no more jobs, and resolves when those that run have ended. What still runs after `drainTimeout` is aborted and given back. */
  async close (): Promise<void> {
    this.#closing.abort()
    const timer = setTimeout(() => { for (const run of this.#runs) run.abandon() }, this.#options.drainTimeout * 1000)
    try {
      await this.finished
    } finally {
      clearTimeout(timer)
    }
  }

  async #loop (): Promise<void> {
    try {
      for (let job = await this.#take(); job !== null;) job = await this.#work(job) ?? await this.#take()
    } catch (error) {
      this.#closing.abort()
      throw error
    }
  }

  /** A job, however long it takes to come; null when the worker closes. */
  async #take (): Promise<Delivery | null> {
    const { signal } = this.#closing
    const { lease, wait, worker } = this.#options
    for (let failures = 0; !signal.aborted;) {
      try {
        const job = await this.#presque.take(this.#queues, { lease, wait, worker, signal })
        if (job !== null) return job
        failures = 0
      } catch (error) {
        if (signal.aborted) return null
        if (isForGood(error)) throw error
        await pause(backoff(failures++), signal).catch(() => {})
      }
    }
    return null
  }

  /** Does a job. The next one may come with the answer. */
  async #work (job: Delivery): Promise<Delivery | null> {
    const run = new Run(this.#presque, job, this.#options.lease)
    this.#runs.add(run)
    const next = await run.do(this.#handler, () => this.#wantsNext(job.queue))
    this.#runs.delete(run)
    if (next === null || !this.#closing.signal.aborted) return next
    await this.#presque.release(next).catch(() => {})
    return null
  }

  // An ack brings a job of the same queue only: of several queues, that would pass over those that come first.
  #wantsNext (queue: string) {
    const { lease, worker } = this.#options
    return this.#closing.signal.aborted || queue !== this.#queues[0] ? undefined : { lease, worker }
  }
}

function isForGood (error: unknown): boolean {
  return error instanceof PresqueError && error.status < 500 && ![408, 429].includes(error.status)
}
