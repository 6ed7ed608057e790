import type { Delivery } from '../job/delivery.ts'
import { job as findJob } from '../job/job.ts'
import { cursorOf, type Cursor } from '../event/cursor.ts'
import type { Event } from '../event/event.ts'
import type { EventLog, LogObserver } from '../event/event-log.ts'
import type { EventHub } from '../event/event-hub.ts'
import { proofOf } from '../job/receipt.ts'
import type { RedisClient } from '../redis/store.ts'

// How often leases that should be over are checked.
const checkMs = 5000

// Events that end a delivery if they come after it; and events that may, but may as well have ended
// an earlier delivery of the same job.
const ends = ['acked', 'cancelled']
const mayEnd = ['nacked', 'released', 'lost']

/**
 * The jobs that a consumer has on lease. It reads the event log to learn of their end, on whichever
 * server that happens.
 */
export class InFlight implements LogObserver {
  readonly full = false
  readonly #redis: RedisClient
  readonly #hub: EventHub
  readonly #ended: () => void
  // By queue and id, with a space between them.
  readonly #jobs = new Map<string, Delivery>()
  // By the clock of this process: that of Redis, by which a lease ends, may be another.
  readonly #addedAt = new WeakMap<Delivery, number>()
  readonly #cursors = new Map<EventLog, Cursor>()
  readonly #timer: NodeJS.Timeout

  /** `ended` is called for each delivery that is over. */
  constructor (redis: RedisClient, hub: EventHub, ended: () => void) {
    this.#redis = redis
    this.#hub = hub
    this.#ended = ended
    this.#timer = setInterval(() => this.#checkLate(), checkMs).unref()
  }

  get count (): number { return this.#jobs.size }

  /** Resolves once the end of each job of those queues will be noticed. */
  async open (queues: string[]): Promise<void> {
    const logs = await Promise.all(queues.map(async queue => await this.#hub.follow(queue, this)))
    for (const log of logs) this.#cursors.set(log, log.end)
  }

  add (job: Delivery): void {
    this.#jobs.set(`${job.queue} ${job.id}`, job)
    this.#addedAt.set(job, performance.now())
  }

  grown (log: EventLog): void {
    let cursor = this.#cursors.get(log)
    while (cursor !== undefined) {
      const page = log.after(cursor)
      if (page === null) return
      // So far behind only where Redis has lost its data.
      if (page === undefined) this.#checkAll()
      else page.events.forEach(event => this.#apply(log.queue, event))
      cursor = page === undefined ? log.end : cursorOf(page.last)
      this.#cursors.set(log, cursor)
    }
  }

  close (): void {
    clearInterval(this.#timer)
    this.#hub.leave(this)
  }

  #apply (queue: string, { what, job, at = 0 }: Event): void {
    if (what === 'gap' || what === 'purged') return this.#checkAll()
    const delivery = this.#jobs.get(`${queue} ${job}`)
    if (delivery === undefined) return
    const isEnd = ends.includes(what)
    if (isEnd && at > delivery.lease!.since) this.#remove(delivery)
    else if (isEnd || mayEnd.includes(what)) this.#check(delivery)
  }

  // The key may belong to another delivery by now: of the same job, or of another with its id.
  #remove (delivery: Delivery): void {
    const key = `${delivery.queue} ${delivery.id}`
    if (this.#jobs.get(key) !== delivery) return
    this.#jobs.delete(key)
    this.#ended()
  }

  #checkAll (): void {
    for (const delivery of this.#jobs.values()) this.#check(delivery)
  }

  #checkLate (): void {
    for (const delivery of this.#jobs.values()) {
      const { since, expires } = delivery.lease!
      const ageMs = performance.now() - this.#addedAt.get(delivery)!
      if (ageMs > (expires - since) * 1000 + 1000) this.#check(delivery)
    }
  }

  // Whether the delivery goes on. Where Redis does not answer, checkLate asks again.
  #check (delivery: Delivery): void {
    const { queue, id } = delivery
    const lease = delivery.lease!
    findJob(this.#redis, queue, id).then(found => {
      if (found?.proof === proofOf(lease.receipt)) lease.expires = found.lease_expires_at!
      else this.#remove(delivery)
    }, () => {})
  }
}
