import { watch, type StoredJob } from '../job/job.ts'
import type { Deadline } from './deadline.ts'
import type { RedisClient } from '../redis/store.ts'

/** Those of one server who wait for a job to finish. */
export class Completions {
  readonly #redis: RedisClient
  readonly #server: string
  readonly #recheck: number
  // By queue and id, with a space between them.
  readonly #waiting = new Map<string, Set<() => void>>()

  /** `recheck`: so often, in ms, each asks what a lost message would have told. */
  constructor (redis: RedisClient, server: string, recheck: number) {
    this.#redis = redis
    this.#server = server
    this.#recheck = recheck
  }

  /** How many wait. */
  get size (): number {
    return [...this.#waiting.values()].reduce((sum, all) => sum + all.size, 0)
  }

  /** Resolves when the job has finished, or is not there; or when time is up, or the client has gone. */
  async wait (queue: string, job: Pick<StoredJob, 'id' | 'generation'>, deadline: Deadline, ms: number): Promise<void> {
    const ask = async () => await watch(this.#redis, queue, job, this.#server)
    const ended = this.#ended(`${queue} ${job.id}`, deadline, ms)
    const again = setInterval(() => { ask().then(watched => { if (!watched) ended.resolve() }, () => {}) }, this.#recheck)
    try {
      if (await ask()) await ended.promise
    } finally {
      clearInterval(again)
      ended.resolve()
    }
  }

  hear (queue: string, id: string): void {
    this.#waiting.get(`${queue} ${id}`)?.forEach(done => done())
  }

  /** Whether anybody waits for a job of that queue. */
  has (queue: string): boolean {
    return [...this.#waiting.keys()].some(name => name.startsWith(`${queue} `))
  }

  close (): void {
    for (const all of this.#waiting.values()) all.forEach(done => done())
  }

  #ended (name: string, deadline: Deadline, ms: number): { promise: Promise<void>, resolve: () => void } {
    const all = this.#waiting.get(name) ?? new Set()
    this.#waiting.set(name, all)
    let resolve = () => {}
    const promise = new Promise<void>(_resolve => {
      const timer = setTimeout(() => resolve(), ms)
      resolve = () => {
        clearTimeout(timer)
        deadline.offAbort(resolve)
        all.delete(resolve)
        if (all.size === 0) this.#waiting.delete(name)
        _resolve()
      }
    })
    all.add(resolve)
    deadline.onAbort(resolve)
    return { promise, resolve }
  }
}
