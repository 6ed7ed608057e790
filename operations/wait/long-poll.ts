import { unwatch, type StoredJob } from '../job/job.ts'
import { script } from '../redis/script.ts'
import { Subscriber } from '../redis/pubsub.ts'
import { Completions } from './completion.ts'
import type { Deadline } from './deadline.ts'
import { ResultWaiters } from './result-waiters.ts'
import { WaitingList } from './waiting-list.ts'
import { storeOf, type RedisClient } from '../redis/store.ts'

/** What a look came to: what was found (null: nothing yet), in how many ms to look again (-1: unknown), how much is left. */
export interface PollResult<Found> { found: Found | null, again: number, left: number }

// In ms. A message can get lost with a connection or a server: so often somebody looks without one. Under a second, the
// shortest lease: so each server knows when a lease ends before it does, whoever took it and whatever died meanwhile.
const safety = 900

const passing = script<null>('stop_waiting')

/**
 * Lets requests wait for a job, or for the end of one, without a connection of Redis for each. Correct without
 * messages and timers, which only make it prompt: whoever is woken looks, and what the look finds is what counts.
 */
export class LongPoll {
  /** Those who wait for the end of a job, or read what it has left. */
  readonly resultWaiters: ResultWaiters
  readonly #redis: RedisClient
  readonly #subscriber: Subscriber
  readonly #lists = new Map<string, WaitingList>()
  readonly #completions: Completions
  readonly #safety: NodeJS.Timeout
  #closed = false

  constructor (redis: RedisClient) {
    this.#redis = redis
    this.#subscriber = new Subscriber(redis, (queue, message) => this.#hear(queue, message))
    this.resultWaiters = new ResultWaiters(async (queue, id, era, heard) => await unwatch(redis, queue, { id, generation: era }, this.server, heard))
    this.#completions = new Completions(redis, this.server, safety)
    this.#safety = setInterval(() => this.#lookAfterAll(), safety).unref()
  }

  /** How scripts know this server. */
  get server (): string { return this.#subscriber.server }

  /** Nobody waits here any more. */
  get closed (): boolean { return this.#closed }

  /** How many requests are waiting for a job; one that waits on three queues is three. */
  get parked (): number {
    return [...this.#lists.values()].reduce((sum, list) => sum + list.parked, 0)
  }

  /** How many requests are waiting for the end of a job. */
  get watching (): number { return this.#completions.size }

  /**
   * Looks until something is found, and then returns it; null when time is up, the client has gone, or the server closes.
   * `look` goes through `queues` in their order. Rejects if the first look does; later ones are tried again.
   */
  async wait<Found> (queues: string[], deadline: Deadline, look: (queue: string) => Promise<PollResult<Found>>): Promise<Found | null> {
    const until = performance.now() + deadline.ms
    const lists = queues.map(queue => this.#list(queue))
    await Promise.all(lists.map(list => list.subscribed))
    for (let first = true; ; first = false) {
      const found = await inAll(lists, () => this.#lookThrough(queues, look, first))
      const ms = until - performance.now()
      if (found !== null || ms <= 0 || deadline.aborted || this.#closed) return found
      if (!lists.some(list => list.takeMissed())) await park(lists, ms, deadline)
      if (deadline.aborted) return null
    }
  }

  /** Resolves when a job has finished, or is not there; or when `ms` are over, the client has gone or the server closes. */
  async end (queue: string, job: Pick<StoredJob, 'id' | 'generation'>, deadline: Deadline, ms: number): Promise<void> {
    await this.#list(queue).subscribed
    if (!deadline.aborted && !this.#closed) await this.#completions.wait(queue, job, deadline, ms)
  }

  /** All who wait get their answer now: nothing. */
  close (): void {
    clearInterval(this.#safety)
    this.#closed = true
    for (const list of this.#lists.values()) {
      list.close()
      list.wake(Infinity)
    }
    this.#completions.close()
    this.#subscriber.close()
  }

  #list (queue: string): WaitingList {
    const known = this.#lists.get(queue)
    if (known !== undefined) return known
    const list = new WaitingList(this.#subscriber.add(queue), () => this.#news(queue))
    this.#lists.set(queue, list)
    return list
  }

  async #lookThrough<Found> (queues: string[], look: (queue: string) => Promise<PollResult<Found>>, first: boolean): Promise<Found | null> {
    for (const queue of queues) {
      try {
        const { found, again, left } = await look(queue)
        // Also when something was found: those still parked are to hear when the next one may be had.
        if (again >= 0) this.#list(queue).remind(again)
        if (found === null) continue
        this.#list(queue).wake(left)
        return found
      } catch (error) {
        if (first || storeOf(this.#redis).incompatible !== undefined) throw error
      }
    }
    return null
  }

  #hear (queue: string, message: string): void {
    const [what, value = ''] = message.split(' ')
    if (what === 'done') this.#completions.hear(queue, value)
    else if (what === 'quiet') this.#lists.get(queue)?.wake(Infinity)
    else if (Number(value) > 0) this.#lists.get(queue)?.remind(Number(value))
    else this.#news(queue)
  }

  // Somebody looks now or soon; with nobody here, somebody at another server.
  #news (queue: string): void {
    if (!this.#lists.get(queue)?.news()) passing(this.#redis, queue, { server: this.server }).catch(() => {})
  }

  #lookAfterAll (): void {
    this.#subscriber.refresh().catch(() => {})
    for (const [queue, list] of this.#lists) {
      if (list.parked > 0) list.wake(1)
      else if (list.idle > 10 * safety && !this.#completions.has(queue)) this.#forget(queue, list)
    }
  }

  #forget (queue: string, list: WaitingList): void {
    list.close()
    this.#lists.delete(queue)
    this.#subscriber.remove(queue).catch(() => {})
    passing(this.#redis, queue, { server: this.server }).catch(() => {})
  }
}

// In all of them the whole time: news of one queue must not get lost while another is looked at.
async function inAll<Found> (lists: WaitingList[], look: () => Promise<Found>): Promise<Found> {
  return await lists.reduce((inner, list) => async () => await list.looking(inner), look)()
}

// Resolves when one of the lists wakes it, time is up, or the client has gone.
async function park (lists: WaitingList[], ms: number, deadline: Deadline): Promise<void> {
  const key = Symbol('waiter')
  await new Promise<void>(resolve => {
    const timer = setTimeout(wake, ms)
    function wake (): void {
      clearTimeout(timer)
      for (const list of lists) list.leave(key)
      deadline.offAbort(wake)
      resolve()
    }
    for (const list of lists) list.park(key, wake)
    deadline.onAbort(wake)
  })
}
