import { Acks } from './ack-batcher.ts'
import { isPassing } from './error.ts'
import { report } from './failure.ts'
import { Keeper } from './keeper.ts'
import { backoff, pause } from './backoff.ts'
import { nameOf, placeOf, Presence, version as clientVersion } from './presence.ts'
import type { Next } from './schema.ts'
import type { Consumer } from './consumer.ts'
import type { Delivery } from './delivery.ts'
import { Run, type Handler, type Shop } from './job-run.ts'

export interface WorkerOptions {
  /** Jobs at a time: 1. No more are taken than are worked on. */
  concurrency?: number
  /** Seconds after which a job is another's if this process dies: 60. While it works, it keeps the job for as long as it takes. */
  lease?: number
  /** Seconds that `close()` gives the jobs that run: 30. */
  drainTimeout?: number
  /** Seconds of one request for a job: 20. */
  wait?: number
  /** Its name on the server: host, process id and some random characters otherwise. */
  id?: string
  /** Of the program that works, shown with the worker: that of this client otherwise. */
  version?: string
  /** Closes the worker when it aborts. */
  signal?: AbortSignal
  /** Hears what a handler threw, and what the server could not be told of its job: `console.error` with queue and id otherwise. */
  onError?: (error: unknown, job: Delivery) => void
}

const mostAtOnce = 1000

/**
 * Works off queues, those that come first first, until it is closed.
 * Rides out restarts of the server; `finished` rejects when the server refuses to give it jobs at all (no such token, a bad name).
 */
export class Worker<Payload = any> {
  /** Resolves when it has been closed. */
  readonly finished: Promise<void>
  readonly #consumer: Consumer
  readonly #queues: string[]
  readonly #shop: Shop
  readonly #asking: Next & { lease: number, wait: number, signal: AbortSignal }
  readonly #drainTimeout: number
  readonly #presence: Presence
  readonly #closing = new AbortController()
  readonly #runs = new Map<Run, Promise<void>>()
  #free: number
  #freed = () => {}

  constructor (consumer: Consumer, queues: string | string[], handler: Handler<Payload>, options: WorkerOptions = {}) {
    const { concurrency = 1, lease = 60, wait = 20, drainTimeout = 30, signal, onError = report } = options
    if (!Number.isInteger(concurrency) || concurrency < 1) throw new RangeError('concurrency is a whole number from 1 on')
    const place = placeOf()
    const { id: worker = nameOf(place), version = clientVersion } = options
    this.#consumer = consumer
    this.#queues = [queues].flat()
    this.#free = concurrency
    this.#drainTimeout = drainTimeout
    const onQuiet = () => this.#takeNoMore()
    this.#asking = { lease, wait, worker, onQuiet, signal: this.#closing.signal }
    this.#presence = new Presence(consumer, this.#queues, { worker_id: worker, version, ...place, concurrency })
    const keeper = new Keeper(consumer, { lease, worker, onQuiet })
    this.#shop = { consumer, acks: new Acks(consumer), keeper, lease, handler, onError: heard(onError), wanted: queue => this.#wantsNext(queue) }
    this.finished = this.#work()
    const close = () => { this.close().catch(() => {}) }
    signal?.addEventListener('abort', close, { once: true })
    if (signal?.aborted) close()
  }

  /** Takes no more jobs, and resolves when those that run have ended. What still runs after `drainTimeout` is aborted and given back. */
  async close (): Promise<void> {
    this.#takeNoMore()
    const timer = setTimeout(() => { for (const run of this.#runs.keys()) run.abandon() }, this.#drainTimeout * 1000)
    try {
      await this.finished
    } finally {
      clearTimeout(timer)
    }
  }

  #takeNoMore (): void {
    this.#closing.abort()
    this.#freed()
  }

  async #work (): Promise<void> {
    this.#presence.begin()
    try {
      while (!this.#closing.signal.aborted) {
        if (this.#free === 0) await new Promise<void>(resolve => { this.#freed = resolve })
        else for (const job of await this.#take()) this.#start(job)
      }
    } finally {
      this.#closing.abort()
      while (this.#runs.size > 0) await Promise.all(this.#runs.values())
      await this.#presence.end()
    }
  }

  #start (job: Delivery): void {
    this.#free--
    const run = new Run(this.#shop, job)
    this.#runs.set(run, run.do().then(async next => await this.#end(run, next)))
  }

  /** The next job may have come with the answer. */
  async #end (run: Run, next: Delivery | null): Promise<void> {
    this.#free++
    if (next !== null && !this.#closing.signal.aborted) this.#start(next)
    else if (next !== null) await this.#consumer.release(next).catch(() => {})
    this.#runs.delete(run)
    this.#freed()
  }

  /** As many jobs as there is room for, however long the first takes to come; none when the worker closes. */
  async #take (): Promise<Delivery[]> {
    const { signal } = this.#closing
    for (let failures = 0; !signal.aborted;) {
      try {
        const jobs = this.#queues.length === 1 ? await this.#some(this.#queues[0]!, this.#free) : await this.#several()
        if (jobs.length > 0) return jobs
        failures = 0
      } catch (error) {
        if (signal.aborted) return []
        if (!isPassing(error)) throw error
        await pause(backoff(failures++), signal).catch(() => {})
      }
    }
    return []
  }

  async #some (queue: string, count: number, wait: number | undefined = this.#asking.wait): Promise<Delivery[]> {
    return await this.#consumer.takeMany(queue, { ...this.#asking, wait, count: Math.min(count, mostAtOnce) })
  }

  /** Of several queues one job at a time can be waited for. Where it came from, and before that, there may be more. */
  async #several (): Promise<Delivery[]> {
    const first = await this.#consumer.take(this.#queues, this.#asking)
    const jobs = first === null ? [] : [first]
    for (const queue of this.#queues.slice(0, this.#queues.indexOf(first?.queue ?? '') + 1)) {
      const room = this.#free - jobs.length
      if (room <= 0) break
      // The first is in our hands already: it is not to wait for what may come of the rest.
      jobs.push(...await this.#some(queue, room, 0).catch(() => []))
    }
    return jobs
  }

  // An ack brings a job of the same queue only: of several queues, that would pass over those that come first.
  #wantsNext (queue: string): Next | undefined {
    const { lease, worker, onQuiet } = this.#asking
    return this.#closing.signal.aborted || queue !== this.#queues[0] ? undefined : { lease, worker, onQuiet }
  }
}

// What hears of a failure may itself fail, at once or later: that must not end the worker.
function heard (onError: NonNullable<WorkerOptions['onError']>): Shop['onError'] {
  return (error, job) => {
    const failed = (other: unknown) => { report(other, job) }
    try {
      void Promise.resolve(onError(error, job) as unknown).catch(failed)
    } catch (other) {
      failed(other)
    }
  }
}
