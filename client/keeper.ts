import type { PresqueError } from './error.ts'
import type { Consumer } from './consumer.ts'
import type { Delivered } from './delivery.ts'

/** A job that is kept while it is worked on. */
export interface Kept {
  readonly job: Delivered
  /** Hears that it is kept for another lease, counted from `asked`, in ms of performance.now(). */
  keptSince: (asked: number) => void
  /** Hears that it was cancelled (404), or that another worker has it (409). */
  lose: (reason: PresqueError) => void
}

/** Who tells the server. */
export type Toucher = Pick<Consumer, 'touchMany'>

export interface KeeperOptions { lease: number, worker: string | undefined, onQuiet: () => void }

// Jobs of one request, as many as the server takes.
const mostAtOnce = 1000
// In seconds: a cancel, or a word to take no more, is heard within five.
const longestPause = 4

/** Keeps all the jobs that a worker holds with one request a queue, every few seconds. */
export class Keeper {
  readonly #consumer: Toucher
  readonly #options: KeeperOptions
  readonly #held = new Set<Kept>()
  readonly #pauseMs: number
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor (consumer: Toucher, options: KeeperOptions) {
    this.#consumer = consumer
    this.#options = options
    // A third of the lease: two touches may fail before a job is lost.
    this.#pauseMs = Math.min(longestPause, options.lease / 3) * 1000
  }

  add (kept: Kept): void {
    this.#held.add(kept)
    this.#timer ??= setTimeout(() => { void this.#touchAll() }, this.#pauseMs)
  }

  delete (kept: Kept): void {
    this.#held.delete(kept)
  }

  /** Keeps nothing any more. */
  close (): void {
    this.#held.clear()
    clearTimeout(this.#timer)
  }

  async #touchAll (): Promise<void> {
    const began = performance.now()
    await Promise.all(batches([...this.#held]).map(batch => this.#touch(batch).catch(() => {})))
    clearTimeout(this.#timer)
    const rest = this.#pauseMs - (performance.now() - began)
    this.#timer = this.#held.size === 0 ? undefined : setTimeout(() => { void this.#touchAll() }, Math.max(0, rest))
  }

  async #touch (batch: Kept[]): Promise<void> {
    const { lease, worker, onQuiet } = this.#options
    const asked = performance.now()
    // A server that has frozen is not to hold up the next touch.
    const signal = AbortSignal.timeout(Math.max(1000, lease * 1000 / 3))
    const outcomes = await this.#consumer.touchMany(batch.map(({ job }) => job), { lease, worker, onQuiet, signal })
    batch.forEach((kept, i) => {
      const refused = outcomes[i]
      if (!this.#held.has(kept)) return
      if (refused) kept.lose(refused)
      else kept.keptSince(asked)
    })
  }
}

/** The jobs of one queue together, as many as one request may have. */
function batches (held: Kept[]): Kept[][] {
  const byQueue = new Map<string, Kept[][]>()
  for (const kept of held) {
    const queue = byQueue.get(kept.job.queue) ?? [[]]
    byQueue.set(kept.job.queue, queue)
    if (queue.at(-1)!.length === mostAtOnce) queue.push([])
    queue.at(-1)!.push(kept)
  }
  return [...byQueue.values()].flat()
}
