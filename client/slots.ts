import { afterTurn } from './http/backoff.ts'
import { JobRun, type JobRunOptions } from './job-run.ts'
import type { Delivery } from './delivery.ts'
import type { Prefetch } from './prefetch.ts'

// A job that is held ready for longer is released.
const longestReadyMs = 1000
// Handlers that take no time must not hold up timers and sockets for longer.
const longestTurnMs = 2
// Requests that release jobs, at a time.
const mostReleases = 4

export interface SlotsOptions extends Omit<JobRunOptions, 'onAccepted'> {
  concurrency: number
  prefetch: Prefetch
  /** Called when a job is held no more. */
  onChange: () => void
}

/** The jobs that a worker holds: ready, running, or being settled. */
export class Slots {
  readonly #options: JobRunOptions
  readonly #concurrency: number
  readonly #prefetch: Prefetch
  readonly #onChange: () => void
  readonly #runs = new Set<JobRun>()
  readonly #endings = new Set<Promise<void>>()
  #ready: JobRun[] = []
  #working = 0
  #turnBeganAt: number | undefined
  #readyTimer: ReturnType<typeof setTimeout> | undefined

  constructor ({ concurrency, prefetch, onChange, ...options }: SlotsOptions) {
    const onAccepted = (run: JobRun) => this.#runs.delete(run)
    this.#options = { ...options, onAccepted }
    this.#concurrency = concurrency
    this.#prefetch = prefetch
    this.#onChange = onChange
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

  #releaseLate (): void {
    this.#readyTimer = undefined
    const latest = performance.now() - longestReadyMs
    // A timer may be a millisecond early.
    const isLate = ({ takenAt }: JobRun) => takenAt <= latest + 1
    this.releaseReady(this.#ready.filter(isLate))
    if (this.#ready.length > 0) this.#watchReady()
  }

  /** Releases jobs that were not begun, all if not told which: this delivery does not count. */
  releaseReady (runs = this.#ready): void {
    if (runs.length === 0) return
    this.#prefetch.reset()
    this.#ready = this.#ready.filter(run => !runs.includes(run))
    const left = runs.filter(run => run.isOurs())
    for (const run of runs) run.drop()
    const release = async () => {
      for (let run = left.shift(); run !== undefined; run = left.shift()) {
        await this.#options.consumer.release(run.job).catch(() => {})
      }
    }
    this.#follow(Promise.all(Array.from({ length: mostReleases }, release)), runs)
  }
}
