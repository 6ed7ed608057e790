import type { Delivery } from '../job/delivery.ts'
import { job as documentOf } from '../job/job.ts'
import { exactly, type Event, type Position } from '../event/event.ts'
import type { EventLog, LogObserver } from '../event/event-log.ts'
import type { EventHub } from '../event/event-hub.ts'
import { proofOf } from '../job/receipt.ts'
import type { RedisClient } from '../redis/store.ts'

// In ms: how often leases that should be over are looked at.
const pause = 5000

// What ends a delivery if it comes after it; and what may, but may as well have ended an earlier one of the same job.
const ends = ['acked', 'cancelled']
const perhaps = ['nacked', 'released', 'lost']

/** The jobs that a consumer has on lease. It hears of their end, whichever server that happens at. */
export class InFlight implements LogObserver {
  readonly full = false
  readonly #redis: RedisClient
  readonly #hub: EventHub
  readonly #freed: () => void
  // By queue and id, with a space between them.
  readonly #held = new Map<string, Delivery>()
  // In ms of this process: the clock of Redis, by which a lease ends, may be another.
  readonly #addedAt = new WeakMap<Delivery, number>()
  readonly #at = new Map<EventLog, Position>()
  readonly #check: NodeJS.Timeout

  /** `freed` is called for each that is over. */
  constructor (redis: RedisClient, hub: EventHub, freed: () => void) {
    this.#redis = redis
    this.#hub = hub
    this.#freed = freed
    this.#check = setInterval(() => this.#lookAtLate(), pause).unref()
  }

  /** How many there are. */
  get used (): number { return this.#held.size }

  /** Resolves once the end of each job of those queues will be heard of. */
  async open (queues: string[]): Promise<void> {
    const logs = await Promise.all(queues.map(async queue => await this.#hub.follow(queue, this)))
    for (const log of logs) this.#at.set(log, log.end)
  }

  add (job: Delivery): void {
    this.#held.set(`${job.queue} ${job.id}`, job)
    this.#addedAt.set(job, performance.now())
  }

  news (log: EventLog): void {
    for (let at = this.#at.get(log); at !== undefined;) {
      const page = log.after(at)
      // Never so far behind, but where Redis has lost what it had.
      if (page === undefined) this.#lookAtAll()
      else page?.events.forEach(event => this.#hear(log.queue, event))
      at = page ? exactly(page.last) : page === null ? undefined : log.end
      if (at !== undefined) this.#at.set(log, at)
    }
  }

  close (): void {
    clearInterval(this.#check)
    this.#hub.leave(this)
  }

  #hear (queue: string, { what, job, at = 0 }: Event): void {
    if (what === 'gap' || what === 'purged') return this.#lookAtAll()
    const held = this.#held.get(`${queue} ${job}`)
    if (held === undefined) return
    if (ends.includes(what) && at > held.lease!.since) this.#free(held)
    else if (ends.includes(what) || perhaps.includes(what)) this.#lookAt(held)
  }

  // Its place may be another delivery's by now: of the same job, or of one that got its id.
  #free (held: Delivery): void {
    const name = `${held.queue} ${held.id}`
    if (this.#held.get(name) !== held) return
    this.#held.delete(name)
    this.#freed()
  }

  #lookAtAll (): void {
    for (const held of this.#held.values()) this.#lookAt(held)
  }

  #lookAtLate (): void {
    for (const held of this.#held.values()) {
      const { since, expires } = held.lease!
      const heldFor = performance.now() - this.#addedAt.get(held)!
      if (heldFor > (expires - since) * 1000 + 1000) this.#lookAt(held)
    }
  }

  // Whether the delivery is still under way. When Redis does not say, it is asked again after the end of the lease.
  #lookAt (held: Delivery): void {
    documentOf(this.#redis, held.queue, held.id).then(found => {
      if (found?.proof === proofOf(held.lease!.receipt)) held.lease!.expires = found.lease_expires_at!
      else this.#free(held)
    }, () => {})
  }
}
