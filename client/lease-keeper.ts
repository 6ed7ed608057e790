import type { Consumer } from './consumer.ts'
import type { Delivered } from './delivery.ts'
import type { PresqueError } from './error.ts'

/** A job on lease, and what its owner wants to know of the lease. */
export interface LeasedJob {
  readonly job: Delivered
  /** The lease was extended: it is counted from `since`, in ms of performance.now(). */
  onExtended: (since: number) => void
  /** The job was cancelled (404), or another worker has it (409). */
  onLost: (reason: PresqueError) => void
}

export interface LeaseKeeperOptions {
  /** Seconds. */
  lease: number
  worker: string | undefined
  onQuiet: () => void
}

// Of one request: the server takes no more.
const mostJobs = 1000
// A worker learns within five seconds of a cancel, or that it is to take no more.
const longestPauseMs = 4000

/** Extends the leases of all the jobs of a worker, with one request a queue, every few seconds. */
export class LeaseKeeper {
  readonly #consumer: Pick<Consumer, 'touchMany'>
  readonly #options: LeaseKeeperOptions
  readonly #jobs = new Set<LeasedJob>()
  readonly #pauseMs: number
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor (consumer: Pick<Consumer, 'touchMany'>, options: LeaseKeeperOptions) {
    this.#consumer = consumer
    this.#options = options
    // A third of the lease: two touches may fail before a lease expires.
    this.#pauseMs = Math.min(longestPauseMs, options.lease * 1000 / 3)
  }

  add (job: LeasedJob): void {
    this.#jobs.add(job)
    this.#timer ??= setTimeout(() => this.#touchAll(), this.#pauseMs)
  }

  delete (job: LeasedJob): void {
    this.#jobs.delete(job)
  }

  /** Extends no lease any more. */
  close (): void {
    this.#jobs.clear()
    clearTimeout(this.#timer)
  }

  async #touchAll (): Promise<void> {
    const began = performance.now()
    await Promise.all(batches([...this.#jobs]).map(batch => this.#touch(batch).catch(() => {})))
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#jobs.size === 0) return
    const rest = this.#pauseMs - (performance.now() - began)
    this.#timer = setTimeout(() => this.#touchAll(), Math.max(0, rest))
  }

  async #touch (batch: LeasedJob[]): Promise<void> {
    const { lease, worker, onQuiet } = this.#options
    const since = performance.now()
    // A server that is frozen must not hold up the next touch.
    const signal = AbortSignal.timeout(Math.max(1000, lease * 1000 / 3))
    const options = { lease, worker, onQuiet, signal }
    const errors = await this.#consumer.touchMany(batch.map(({ job }) => job), options)
    batch.forEach((leased, i) => {
      const error = errors[i]
      if (!this.#jobs.has(leased)) return
      if (error) leased.onLost(error)
      else leased.onExtended(since)
    })
  }
}

/** The jobs of each queue together, as many as one request may have. */
function batches (jobs: LeasedJob[]): LeasedJob[][] {
  const byQueue = new Map<string, LeasedJob[][]>()
  for (const leased of jobs) {
    const queue = byQueue.get(leased.job.queue) ?? [[]]
    byQueue.set(leased.job.queue, queue)
    if (queue.at(-1)!.length === mostJobs) queue.push([])
    queue.at(-1)!.push(leased)
  }
  return [...byQueue.values()].flat()
}
