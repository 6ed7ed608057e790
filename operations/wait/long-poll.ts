import { unwatch, type StoredJob } from '../job/job.ts'
import { script } from '../redis/script.ts'
import { Subscriber } from '../redis/pubsub.ts'
import { JobEnds } from './job-end.ts'
import type { Deadline } from './deadline.ts'
import { ResultWaiters } from './result-waiters.ts'
import { WaitingList } from './waiting-list.ts'
import { storeOf, type RedisClient } from '../redis/store.ts'

/**
 * What a look at a queue found.
 * - `found`: null when there is nothing yet
 * - `nextLookMs`: in how many ms to look again; -1 where that is unknown
 * - `readyCount`: how many jobs are still ready
 */
export interface PollResult<Found> { found: Found | null, nextLookMs: number, readyCount: number }

type Look<Found> = (queue: string) => Promise<PollResult<Found>>

// A message gets lost with a connection or a server: so often one waiter looks without one. Less
// than a second, the shortest lease: so each server learns when a lease ends before it does,
// wherever the job was taken, and whatever server died meanwhile.
const safetyMs = 900

const stopWaiting = script<null>('stop_waiting')

/**
 * Parks requests that wait for a job, or for the end of one, without a connection of Redis for
 * each. It is correct without messages and timers, which only make it prompt: a waiter that is
 * woken looks, and only what it finds counts.
 */
export class LongPoll {
  /** The clients that wait for the result of a job, or read it. */
  readonly resultWaiters: ResultWaiters
  readonly #redis: RedisClient
  readonly #subscriber: Subscriber
  readonly #lists = new Map<string, WaitingList>()
  readonly #jobEnds: JobEnds
  readonly #safetyTimer: NodeJS.Timeout
  #closed = false

  constructor (redis: RedisClient) {
    this.#redis = redis
    this.#subscriber = new Subscriber(redis, (queue, message) => this.#receive(queue, message))
    this.resultWaiters = new ResultWaiters(async (queue, id, identity, isRead) => {
      await unwatch(redis, queue, { id, identity }, this.server, isRead)
    })
    this.#jobEnds = new JobEnds(redis, this.server, safetyMs)
    this.#safetyTimer = setInterval(() => this.#lookAfterAll(), safetyMs).unref()
  }

  /** The name of this server in scripts. */
  get server (): string { return this.#subscriber.server }

  /** No request waits here any more. */
  get closed (): boolean { return this.#closed }

  /** How many requests wait for a job; one that waits on three queues counts as three. */
  get parked (): number {
    return [...this.#lists.values()].reduce((sum, list) => sum + list.parked, 0)
  }

  /** How many requests wait for the end of a job. */
  get watching (): number { return this.#jobEnds.size }

  /**
   * Looks through `queues`, in their order, until something is found. Returns null at the deadline,
   * or when the server closes. Rejects if the first look does; later ones are tried again.
   */
  async wait<Found> (
    queues: string[], deadline: Deadline, look: Look<Found>
  ): Promise<Found | null> {
    const until = performance.now() + deadline.ms
    const lists = queues.map(queue => this.#list(queue))
    await Promise.all(lists.map(list => list.subscribed))
    for (let first = true; ; first = false) {
      const found = await lookInAll(lists, () => this.#lookThrough(queues, look, first))
      const ms = until - performance.now()
      if (found !== null || ms <= 0 || deadline.aborted || this.#closed) return found
      if (!lists.some(list => list.takeMissed())) await park(lists, ms, deadline)
      if (deadline.aborted) return null
    }
  }

  /** Resolves when a job has ended or does not exist, at the deadline, or after `ms`. */
  async waitForEnd (
    queue: string, job: Pick<StoredJob, 'id' | 'identity'>, deadline: Deadline, ms: number
  ): Promise<void> {
    await this.#list(queue).subscribed
    if (deadline.aborted || this.#closed) return
    await this.#jobEnds.wait(queue, job, deadline, ms)
  }

  /** Each waiter gets its answer now: nothing. */
  close (): void {
    clearInterval(this.#safetyTimer)
    this.#closed = true
    for (const list of this.#lists.values()) {
      list.close()
      list.wake(Infinity)
    }
    this.#jobEnds.close()
    this.#subscriber.close()
  }

  #list (queue: string): WaitingList {
    const known = this.#lists.get(queue)
    if (known !== undefined) return known
    const list = new WaitingList(this.#subscriber.add(queue), () => this.#wakeOne(queue))
    this.#lists.set(queue, list)
    return list
  }

  async #lookThrough<Found> (
    queues: string[], look: Look<Found>, first: boolean
  ): Promise<Found | null> {
    for (const queue of queues) {
      try {
        const { found, nextLookMs, readyCount } = await look(queue)
        // Also when something was found: waiters that are parked need the time of the next job.
        if (nextLookMs >= 0) this.#list(queue).wakeAfter(nextLookMs)
        if (found === null) continue
        this.#list(queue).wake(readyCount)
        return found
      } catch (error) {
        if (first || storeOf(this.#redis).incompatible !== undefined) throw error
      }
    }
    return null
  }

  // The messages of lua/parts/notify/.
  #receive (queue: string, message: string): void {
    const [what, value = ''] = message.split(' ')
    if (what === 'done') this.#jobEnds.wake(queue, value)
    else if (what === 'quiet') this.#lists.get(queue)?.wake(Infinity)
    else if (Number(value) > 0) this.#lists.get(queue)?.wakeAfter(Number(value))
    else this.#wakeOne(queue)
  }

  // One waiter looks, now or soon. Without one here, a waiter of another server does.
  #wakeOne (queue: string): void {
    if (!this.#lists.get(queue)?.wakeOne()) this.#stopWaiting(queue)
  }

  #stopWaiting (queue: string): void {
    stopWaiting(this.#redis, queue, { server: this.server }).catch(() => {})
  }

  #lookAfterAll (): void {
    this.#subscriber.refresh().catch(() => {})
    for (const [queue, list] of this.#lists) {
      const isIdle = list.idleMs > 10 * safetyMs
      if (list.parked > 0) list.wake(1)
      else if (isIdle && !this.#jobEnds.has(queue)) this.#forget(queue, list)
    }
  }

  #forget (queue: string, list: WaitingList): void {
    list.close()
    this.#lists.delete(queue)
    this.#subscriber.remove(queue).catch(() => {})
    this.#stopWaiting(queue)
  }
}

// In all lists the whole time: a message about one queue must not get lost while the request looks
// at another.
async function lookInAll<Found> (
  lists: WaitingList[], look: () => Promise<Found>
): Promise<Found> {
  return await lists.reduce((inner, list) => async () => await list.during(inner), look)()
}

// Resolves when one of the lists wakes the request, at the deadline, or after `ms`.
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
