import { AckBatcher } from './ack-batcher.ts'
import { pause, retry } from './backoff.ts'
import { isTransient } from './error.ts'
import { logError } from './failure.ts'
import { JobRun, type Handler, type JobRunOptions } from './job-run.ts'
import { LeaseKeeper } from './lease-keeper.ts'
import { hostAndPid, newWorkerId, Registration, version as clientVersion } from './registration.ts'
import type { Next } from './schema.ts'
import type { Consumer } from './consumer.ts'
import type { Delivery } from './delivery.ts'

export interface WorkerOptions {
  /** Jobs at a time: 1. The worker takes no more than it works on. */
  concurrency?: number
  /**
   * Seconds after which a job is given out again if this process dies: 60. While the process
   * lives, it keeps the job for as long as the handler takes.
   */
  lease?: number
  /** Seconds that `close()` gives the running jobs: 30. */
  drainTimeout?: number
  /** Seconds of one long poll: 20. */
  wait?: number
  /** Its id on the server; if left out, of host, process id and some random characters. */
  id?: string
  /** The version of the program, shown with the worker; if left out, that of this client. */
  version?: string
  /** Closes the worker when it aborts. */
  signal?: AbortSignal
  /**
   * Gets what a handler threw, and why the server could not be told the outcome of a job. If left
   * out, `console.error` gets it, with queue and id.
   */
  onError?: (error: unknown, job: Delivery) => void
}

interface TakeOptions extends Next {
  lease: number
  wait: number
  signal: AbortSignal
}

const mostJobs = 1000
// An empty answer that comes sooner is followed by a pause: a long poll that is cut short, again
// and again, would keep the server busy.
const soonMs = 200
const emptyPauseMs = 500

/**
 * Works on the jobs of queues, in the order of the queues, until it is closed. Restarts of the
 * server do not end it. `finished` rejects when the server does not let it take jobs at all: the
 * token is unknown, or a name is wrong.
 */
export class Worker<Payload = any> {
  /** Resolves once the worker is closed and no job runs. */
  readonly finished: Promise<void>
  readonly #consumer: Consumer
  readonly #queues: string[]
  readonly #runOptions: JobRunOptions
  readonly #take: TakeOptions
  readonly #drainTimeout: number
  readonly #registration: Registration
  readonly #closing = new AbortController()
  readonly #runs = new Map<JobRun, Promise<void>>()
  #free: number
  #onFree = () => {}

  constructor (
    consumer: Consumer, queues: string | string[], handler: Handler<Payload>,
    options: WorkerOptions = {}
  ) {
    const { concurrency = 1, lease = 60, wait = 20, drainTimeout = 30, onError } = options
    if (!Number.isInteger(concurrency) || concurrency < 1) {
      throw new RangeError('concurrency is a whole number from 1 on')
    }
    const place = hostAndPid()
    const { id: worker = newWorkerId(place), version = clientVersion } = options
    this.#consumer = consumer
    this.#queues = [queues].flat()
    this.#free = concurrency
    this.#drainTimeout = drainTimeout
    const onQuiet = () => this.#takeNoMore()
    this.#take = { lease, wait, worker, onQuiet, signal: this.#closing.signal }
    const facts = { worker_id: worker, version, ...place, concurrency }
    this.#registration = new Registration(consumer, this.#queues, facts)
    this.#runOptions = {
      consumer,
      acks: new AckBatcher(consumer),
      leases: new LeaseKeeper(consumer, { lease, worker, onQuiet }),
      lease,
      handler,
      onError: guarded(onError),
      nextOf: queue => this.#nextOf(queue)
    }
    this.finished = this.#work()
    this.#closeWith(options.signal)
  }

  /**
   * Takes no more jobs, and resolves when no job runs any more. After `drainTimeout` seconds the
   * jobs that still run are aborted and released; Infinity lets them run for as long as they take.
   */
  async close (drainTimeout = this.#drainTimeout): Promise<void> {
    this.#takeNoMore()
    const isBounded = Number.isFinite(drainTimeout)
    const abandon = () => this.#abandon()
    const timer = isBounded ? setTimeout(abandon, drainTimeout * 1000) : undefined
    try {
      await this.finished
    } finally {
      clearTimeout(timer)
    }
  }

  #abandon (): void {
    for (const run of this.#runs.keys()) run.abandon()
  }

  #closeWith (signal: AbortSignal | undefined): void {
    const close = () => {
      this.close().catch(() => {})
    }
    signal?.addEventListener('abort', close, { once: true })
    if (signal?.aborted) close()
  }

  #takeNoMore (): void {
    this.#closing.abort()
    this.#onFree()
  }

  async #work (): Promise<void> {
    this.#registration.begin()
    try {
      while (!this.#closing.signal.aborted) {
        if (this.#free === 0) await this.#nextFree()
        else for (const job of await this.#nextJobs()) this.#start(job)
      }
    } finally {
      this.#closing.abort()
      while (this.#runs.size > 0) await Promise.all(this.#runs.values())
      await this.#registration.end()
    }
  }

  async #nextFree (): Promise<void> {
    await new Promise<void>(resolve => {
      this.#onFree = resolve
    })
  }

  #start (job: Delivery): void {
    this.#free--
    const run = new JobRun(this.#runOptions, job)
    this.#runs.set(run, run.run().then(async next => await this.#end(run, next)))
  }

  /** `next` is the job that came with the answer to the ack. */
  async #end (run: JobRun, next: Delivery | null): Promise<void> {
    this.#free++
    if (next !== null && !this.#closing.signal.aborted) this.#start(next)
    else if (next !== null) await this.#consumer.release(next).catch(() => {})
    this.#runs.delete(run)
    this.#onFree()
  }

  /** Up to as many jobs as may still run, as soon as there is one; none when the worker closes. */
  async #nextJobs (): Promise<Delivery[]> {
    const { signal } = this.#closing
    try {
      while (!signal.aborted) {
        const began = performance.now()
        const jobs = await this.#takeOrRetry()
        if (jobs.length > 0) return jobs
        const soon = Math.min(soonMs, this.#take.wait * 1000 || soonMs)
        if (performance.now() - began < soon) await pause(emptyPauseMs, signal)
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
    return []
  }

  async #takeOrRetry (): Promise<Delivery[]> {
    const { signal } = this.#closing
    const attempt = async (failures: number) => {
      const jobs = await (this.#queues.length === 1 ? this.#takeFromOne() : this.#takeFromSeveral())
      // The server was away: it may have lost its workers.
      if (failures > 0) this.#registration.register()
      return jobs
    }
    return await retry(attempt, error => !signal.aborted && isTransient(error), signal)
  }

  async #takeFromOne (): Promise<Delivery[]> {
    return await this.#takeMany(this.#queues[0]!, this.#free, this.#take.wait)
  }

  async #takeMany (queue: string, count: number, wait: number): Promise<Delivery[]> {
    const options = { ...this.#take, wait, count: Math.min(count, mostJobs) }
    return await this.#consumer.takeMany(queue, options)
  }

  // A long poll of several queues brings one job. Its queue, and those before it, may have more.
  async #takeFromSeveral (): Promise<Delivery[]> {
    const first = await this.#consumer.take(this.#queues, this.#take)
    const jobs = first === null ? [] : [first]
    for (const queue of this.#queues.slice(0, this.#queues.indexOf(first?.queue ?? '') + 1)) {
      const room = this.#free - jobs.length
      if (room <= 0) break
      // The first job is here already: a failure to take more must not delay it.
      jobs.push(...await this.#takeMany(queue, room, 0).catch(() => []))
    }
    return jobs
  }

  // An ack brings a job of the same queue. With several queues that would pass over those before.
  #nextOf (queue: string): Next | undefined {
    const { lease, worker, onQuiet } = this.#take
    if (this.#closing.signal.aborted || queue !== this.#queues[0]) return undefined
    return { lease, worker, onQuiet }
  }
}

// An onError that fails, at once or later, must not end the worker.
function guarded (
  onError: NonNullable<WorkerOptions['onError']> = logError
): JobRunOptions['onError'] {
  return (error, job) => {
    const onFailed = (other: unknown) => logError(other, job)
    try {
      void Promise.resolve(onError(error, job) as unknown).catch(onFailed)
    } catch (other) {
      onFailed(other)
    }
  }
}
