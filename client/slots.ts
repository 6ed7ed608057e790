import { afterTurn } from './http/backoff.ts'
import { hasStatus } from './error.ts'
import { JobRun, type JobRunOptions } from './job-run.ts'
import type { Delivery } from './delivery.ts'
import type { Prefetch } from './prefetch.ts'

// A job that is held ready for longer is released.
const longestReadyMs = 1000
// Handlers that take no time must not hold up timers and sockets for longer.
const longestTurnMs = 2
// Jobs of one request: the server takes no more.
const mostAtOnce = 1000

export interface SlotsOptions extends Omit<JobRunOptions, 'onAccepted'> {
  concurrency: number
  prefetch: Prefetch
  /** Called when a job is held no more. */
  onChange: () => void
  /** Called before jobs are released which no handler was free for: they are for other workers. */
  onLate: () => void
}

/** The jobs that a worker holds: ready, running, or being settled. */
export class Slots {
  readonly #options: JobRunOptions
  readonly #concurrency: number
  readonly #prefetch: Prefetch
  readonly #onChange: () => void
  readonly #onLate: () => void
  readonly #runs = new Set<JobRun>()
  readonly #endings = new Set<Promise<void>>()
  readonly #ready: JobRun[] = []
  readonly #withdrawn: JobRun[] = []
  #working = 0
  #turnBeganAt: number | undefined
  #readyTimer: ReturnType<typeof setTimeout> | undefined

  constructor ({ concurrency, prefetch, onChange, onLate, ...options }: SlotsOptions) {
    const onAccepted = (run: JobRun) => this.#runs.delete(run)
    this.#options = { ...options, onAccepted }
    this.#concurrency = concurrency
    this.#prefetch = prefetch
    this.#onChange = onChange
    this.#onLate = onLate
  }

  /** For how many more jobs there is room; `isAhead`: beside those that may run at once. */
  room (isAhead: boolean): number {
    const ahead = isAhead ? this.#prefetch.size(this.#working) : 0
    return this.#concurrency + ahead - this.#runs.size
  }

  abandon (): void {
    for (const run of this.#runs) run.abandon()
  }

  /** Resolves when no job is held any more. */
  async ended (): Promise<void> {
    while (this.#endings.size > 0) await Promise.all(this.#endings)
  }

  /** Holds a job until there is room to begin it: see `beginReady`. */
  hold (job: Delivery): void {
    const run = new JobRun(this.#options, job)
    this.#runs.add(run)
    this.#ready.push(run)
  }

  /** Begins as many jobs as may run, in their order. */
  beginReady (): void {
    const now = performance.now()
    this.#turnBeganAt ??= this.#beginTurn(now)
    while (this.#working < this.#concurrency && this.#ready.length > 0) {
      if (now - this.#turnBeganAt > longestTurnMs) return
      const run = this.#ready.shift()!
      if (run.isOurs()) this.#begin(run, now)
      else this.#drop(run)
    }
    if (this.#ready.length > 0) this.#watchReady()
  }

  #beginTurn (now: number): number {
    afterTurn(() => {
      this.#turnBeganAt = undefined
      if (this.#ready.length > 0) this.beginReady()
    })
    return now
  }

  #begin (run: JobRun, began: number): void {
    this.#working++
    this.#prefetch.begin(began)
    this.#follow(run.run(() => {
      this.#working--
      this.#prefetch.end(performance.now() - began)
      this.beginReady()
    }), [run])
  }

  /** Waits until these calls have ended, before the worker ends. */
  #follow (doing: Promise<unknown>, runs: JobRun[]): void {
    const ending = doing.then(() => {
      this.#endings.delete(ending)
      for (const run of runs) this.#runs.delete(run)
      this.#onChange()
    })
    this.#endings.add(ending)
  }

  /** Its lease was lost, or it was cancelled, before it was begun. */
  #drop (run: JobRun): void {
    run.drop()
    this.#runs.delete(run)
  }

  #watchReady (): void {
    const longest = longestReadyMs - (performance.now() - this.#ready[0]!.takenAt)
    this.#readyTimer ??= setTimeout(() => this.#releaseLate(), Math.max(0, longest))
  }

  // All go, not the late ones alone: those behind them must not come before them at the front.
  #releaseLate (): void {
    this.#readyTimer = undefined
    if (this.#ready.length === 0) return
    // A timer may be a millisecond early.
    const isLate = performance.now() - this.#ready[0]!.takenAt >= longestReadyMs - 1
    if (!isLate) return this.#watchReady()
    this.#onLate()
    this.releaseReady()
  }

  /** Begins none of the jobs that are held ready; `releaseReady` is to follow. */
  withdrawReady (): void {
    this.#withdrawn.push(...this.#ready.splice(0))
  }

  /**
   * Releases the jobs that were not begun: they go back to the front of their queues, in their
   * order, and this delivery does not count.
   */
  releaseReady (): void {
    this.withdrawReady()
    const runs = this.#withdrawn.splice(0)
    if (runs.length === 0) return
    this.#prefetch.reset()
    const queues = new Map<string, Delivery[]>()
    for (const run of runs) {
      const { queue } = run.job
      const jobs = queues.get(queue) ?? []
      if (run.isOurs()) queues.set(queue, jobs).get(queue)!.push(run.job)
      run.drop()
    }
    this.#follow(Promise.all([...queues.values()].map(jobs => this.#release(jobs))), runs)
  }

  // The last ones first, for each goes to the front. A job that cannot be released comes back when
  // its lease expires.
  async #release (jobs: Delivery[]): Promise<void> {
    const { consumer } = this.#options
    for (let end = jobs.length; end > 0; end -= mostAtOnce) {
      const some = jobs.slice(Math.max(0, end - mostAtOnce), end)
      await consumer.releaseMany(some, { front: true }).catch(async error => {
        // An older server has no such route.
        if (hasStatus(error, 400, 404, 405)) for (const job of some) await this.#releaseOne(job)
      })
    }
  }

  async #releaseOne (job: Delivery): Promise<void> {
    await this.#options.consumer.release(job).catch(() => {})
  }
}
