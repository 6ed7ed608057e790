import { watch, type StoredJob } from '../job/job.ts'
import type { Deadline } from './deadline.ts'
import type { RedisClient } from '../redis/store.ts'

/** The requests of one server that wait for the end of a job. */
export class JobEnds {
  readonly #redis: RedisClient
  readonly #server: string
  readonly #recheckMs: number
  // By queue and id, with a space between them.
  readonly #waiting = new Map<string, Set<() => void>>()

  /** `recheckMs`: how often each request asks Redis, for messages get lost. */
  constructor (redis: RedisClient, server: string, recheckMs: number) {
    this.#redis = redis
    this.#server = server
    this.#recheckMs = recheckMs
  }

  /** How many requests wait. */
  get size (): number {
    return [...this.#waiting.values()].reduce((sum, all) => sum + all.size, 0)
  }

  /** Resolves when the job has ended or does not exist, at the deadline, or after `ms`. */
  async wait (
    queue: string, job: Pick<StoredJob, 'id' | 'identity'>, deadline: Deadline, ms: number
  ): Promise<void> {
    const exists = async (): Promise<boolean> => await watch(this.#redis, queue, job, this.#server)
    const end = this.#add(`${queue} ${job.id}`, deadline, ms)
    const recheck = (): void => {
      exists().then(is => is || end.resolve(), () => {})
    }
    const timer = setInterval(recheck, this.#recheckMs)
    try {
      if (await exists()) await end.promise
    } finally {
      clearInterval(timer)
      end.resolve()
    }
  }

  /** A job has ended. */
  wake (queue: string, id: string): void {
    this.#waiting.get(`${queue} ${id}`)?.forEach(resolve => resolve())
  }

  /** Whether a request waits for a job of that queue. */
  has (queue: string): boolean {
    return [...this.#waiting.keys()].some(name => name.startsWith(`${queue} `))
  }

  close (): void {
    for (const all of this.#waiting.values()) all.forEach(resolve => resolve())
  }

  #add (
    name: string, deadline: Deadline, ms: number
  ): { promise: Promise<void>, resolve: () => void } {
    const all = this.#waiting.get(name) ?? new Set()
    this.#waiting.set(name, all)
    let settle = (): void => {}
    const promise = new Promise<void>(_resolve => {
      settle = _resolve
    })
    const resolve = (): void => {
      clearTimeout(timer)
      deadline.offAbort(resolve)
      all.delete(resolve)
      if (all.size === 0) this.#waiting.delete(name)
      settle()
    }
    const timer = setTimeout(resolve, ms)
    all.add(resolve)
    deadline.onAbort(resolve)
    return { promise, resolve }
  }
}
