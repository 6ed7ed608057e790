import { afterTurn, pause, retry } from './http/backoff.ts'
import { isTransient } from './error.ts'
import { logError } from './failure.ts'
import { Slots, type SlotsOptions } from './slots.ts'
import { LeaseKeeper } from './lease-keeper.ts'
import { Prefetch } from './prefetch.ts'
import { hostAndPid, newWorkerId, Registration, version as clientVersion } from './registration.ts'
import { Settler, type Following } from './settler.ts'
import type { Next } from './schema.ts'
import type { Consumer } from './consumer.ts'
import type { Delivery } from './delivery.ts'
import type { Handler } from './job-run.ts'

export interface WorkerOptions {
  /** Jobs at a time: 1. */
  concurrency?: number
  /**
   * How many jobs at most the worker holds ready beside those that it works on: 256. It holds as
   * many as it begins within 50 ms, none where its handlers take longer than that, and releases
   * what it has not begun within a second. false: none.
   */
  prefetch?: number | false
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
  signal?: AbortSignal
}

const mostJobs = 1000
const usualPrefetch = 256
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
  readonly #settler: Settler
  readonly #slots: Slots
  readonly #take: TakeOptions
  readonly #drainTimeout: number
  readonly #registration: Registration
  readonly #closing = new AbortController()
  /** How many jobs the open request for jobs may bring. There is one at a time, to keep order. */
  #asked = 0
  #onChange = () => {}
  /** Ends the open take. */
  #asking = new AbortController()

  constructor (
    consumer: Consumer, queues: string | string[], handler: Handler<Payload>,
    options: WorkerOptions = {}
  ) {
    const { lease = 60, wait = 20, drainTimeout = 30, onError } = options
    const { concurrency, prefetch } = sizesOf(options, lease)
    const place = hostAndPid()
    const { id: worker = newWorkerId(place), version = clientVersion } = options
    this.#consumer = consumer
    this.#queues = [queues].flat()
    this.#drainTimeout = drainTimeout
    const onQuiet = () => this.#takeNoMore()
    this.#take = { lease, wait, worker, onQuiet }
    const facts = { worker_id: worker, version, ...place, concurrency }
    this.#registration = new Registration(consumer, this.#queues, facts)
    this.#settler = new Settler({
      consumer,
      nextOf: (queue, settled) => this.#nextOf(queue, settled),
      onJobs: (jobs, count) => this.#onJobs(jobs, count)
    })
    const leases = new LeaseKeeper(consumer, { lease, worker, onQuiet })
    const work = { consumer, settler: this.#settler, leases, lease, handler }
    const calls = { onChange: () => this.#onChange(), onLate: () => this.#asking.abort() }
    this.#slots = new Slots({ ...work, ...calls, concurrency, prefetch, onError: guarded(onError) })
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
    const abandon = () => this.#slots.abandon()
    const timer = isBounded ? setTimeout(abandon, drainTimeout * 1000) : undefined
    try {
      await this.finished
    } finally {
      clearTimeout(timer)
    }
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
    this.#asking.abort()
    this.#slots.withdrawReady()
    this.#releaseReady()
    this.#onChange()
  }

  // What an open request brings goes back with the others: otherwise it would come before them.
  #releaseReady (): void {
    if (this.#asked === 0) this.#slots.releaseReady()
  }

  async #work (): Promise<void> {
    this.#registration.begin()
    try {
      while (!this.#closing.signal.aborted) {
        if (this.#isFull()) await this.#change()
        else await this.#takeJobs()
      }
    } finally {
      this.#takeNoMore()
      await this.#slots.ended()
      await this.#registration.end()
    }
  }

  // Where outcomes are on their way, the next jobs come with the answer to them.
  #isFull (): boolean {
    const mayBring = this.#asked > 0 || this.#settler.isBusy(this.#queues[0]!)
    return mayBring || this.#room() <= 0
  }

  async #takeJobs (): Promise<void> {
    const room = this.#room()
    this.#asked = room
    this.#asking = new AbortController()
    let jobs: Delivery[] = []
    try {
      jobs = await this.#nextJobs(room)
    } finally {
      this.#onJobs(jobs, room, true)
    }
    // What has ended meanwhile is told first.
    await new Promise<void>(resolve => afterTurn(resolve))
  }

  async #change (): Promise<void> {
    await new Promise<void>(resolve => {
      this.#onChange = resolve
    })
    await new Promise<void>(resolve => afterTurn(resolve))
  }

  /** For how many more jobs there is room, where `settled` of those held are being settled. */
  #room (settled = 0): number {
    const isAhead = this.#queues.length === 1 || settled > 0
    const room = this.#slots.room(isAhead) + settled - this.#asked
    return Math.min(room, mostJobs)
  }

  // What a plain take brings with the word to be quiet is begun, as far as there is room.
  #onJobs (jobs: Delivery[], asked: number, isPlain = false): void {
    this.#asked -= asked
    for (const job of jobs) this.#slots.hold(job)
    if (!this.#closing.signal.aborted || isPlain) this.#slots.beginReady()
    if (this.#closing.signal.aborted) this.#releaseReady()
    this.#onChange()
  }

  /** Up to `room` jobs, as soon as there is one; none when the worker is to ask no more. */
  async #nextJobs (room: number): Promise<Delivery[]> {
    const { signal } = this.#asking
    try {
      while (!signal.aborted) {
        const began = performance.now()
        const jobs = await this.#takeOrRetry(room, signal)
        if (jobs.length > 0) return jobs
        const soon = Math.min(soonMs, this.#take.wait * 1000 || soonMs)
        if (performance.now() - began < soon) await pause(emptyPauseMs, signal)
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
    return []
  }

  async #takeOrRetry (room: number, signal: AbortSignal): Promise<Delivery[]> {
    const attempt = async (failures: number) => {
      const jobs = await (this.#queues.length === 1
        ? this.#takeMany(this.#queues[0]!, room, { ...this.#take, signal })
        : this.#takeFromSeveral(room, { ...this.#take, signal }))
      // The server was away: it may have lost its workers.
      if (failures > 0) this.#registration.register()
      return jobs
    }
    return await retry(attempt, error => !signal.aborted && isTransient(error), signal)
  }

  async #takeMany (queue: string, count: number, options: TakeOptions): Promise<Delivery[]> {
    return await this.#consumer.takeMany(queue, { ...options, count })
  }

  // A long poll of several queues brings one job. Its queue, and those before it, may have more.
  async #takeFromSeveral (count: number, options: TakeOptions): Promise<Delivery[]> {
    const first = await this.#consumer.take(this.#queues, options)
    const jobs = first === null ? [] : [first]
    for (const queue of this.#queues.slice(0, this.#queues.indexOf(first?.queue ?? '') + 1)) {
      const room = count - jobs.length
      if (room <= 0) break
      // The first job is here already: a failure to take more must not delay it.
      jobs.push(...await this.#takeMany(queue, room, { ...options, wait: 0 }).catch(() => []))
    }
    return jobs
  }

  // Outcomes bring jobs of the same queue. With several queues that would pass over those before.
  #nextOf (queue: string, settled: number): Following | undefined {
    const { lease, worker, onQuiet } = this.#take
    if (this.#closing.signal.aborted || queue !== this.#queues[0] || this.#asked > 0) return
    const count = this.#room(settled)
    if (count <= 0) return
    this.#asked = count
    return { next: { lease, worker, onQuiet }, count }
  }
}

function sizesOf ({ concurrency = 1, prefetch = usualPrefetch }: WorkerOptions, lease: number) {
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new RangeError('concurrency is a whole number from 1 on')
  }
  if (prefetch !== false && (!Number.isInteger(prefetch) || prefetch < 0)) {
    throw new RangeError('prefetch is false or a whole number')
  }
  return { concurrency, prefetch: new Prefetch(Number(prefetch), concurrency, lease) }
}

// An onError that fails, at once or later, must not end the worker.
function guarded (
  onError: NonNullable<WorkerOptions['onError']> = logError
): SlotsOptions['onError'] {
  return (error, job) => {
    const onFailed = (other: unknown) => logError(other, job)
    try {
      void Promise.resolve(onError(error, job) as unknown).catch(onFailed)
    } catch (other) {
      onFailed(other)
    }
  }
}
