import { setTimeout as delay } from 'node:timers/promises'
import { restore, type Delivery } from './delivery.ts'
import { job as documentOf } from './document.ts'
import { exactly, type Event, type Position } from './event.ts'
import type { EventStream } from './event-stream.ts'
import type { Feed, Hearer } from './feed.ts'
import type { Listeners } from './listeners.ts'
import { next } from './next.ts'
import { Patience } from './patience.ts'
import type { Returns } from './returns.ts'
import type { Waiters } from './waiters.ts'
import type { Wish } from './wish.ts'
import type { RedisClient } from './redis.ts'

/** What a consumer needs of the server. */
export interface Counter { redis: RedisClient, waiters: Waiters, listeners: Listeners, returns: Returns }

interface Consumption {
  queues: string[]
  wish: Wish
  /** So many jobs at a time that are not acknowledged; without a lease: that have not been handed to the network. */
  credit: number
  /** In ms: it ends when nothing has come for so long. */
  ms?: number | undefined
}

// In ms: a wait; the pause where Redis is away; how often leases that should be over are looked at.
const pause = { wait: 60_000, away: 500, check: 5000 }

// What may end a delivery; but it may as well have been an earlier one of the same job.
const perhaps = ['nacked', 'released', 'lost']
const forCertain = ['acked', 'cancelled']

/** One client that takes jobs as a stream, one event a job. */
export class Consumer implements Hearer {
  readonly full = false
  readonly #counter: Counter
  readonly #stream: EventStream
  readonly #consumption: Consumption
  readonly #at = new Map<Feed, Position>()
  // By queue and id, with a space between them: those on lease, and those not yet handed to the network.
  readonly #held = new Map<string, Delivery>()
  readonly #unsent = new Set<Delivery>()
  #patience = new Patience(0)
  #wake = (): void => {}

  constructor (counter: Counter, stream: EventStream, consumption: Consumption) {
    this.#counter = counter
    this.#stream = stream
    this.#consumption = consumption
    stream.once('close', () => {
      counter.listeners.leave(this)
      this.#patience.end()
      this.#wake()
    })
  }

  /** Resolves once it may begin; from then on it takes what comes until the stream is over. Rejects when Redis is away. */
  async open (): Promise<void> {
    const { queues, wish } = this.#consumption
    const { listeners } = this.#counter
    try {
      if (wish.lease !== undefined) {
        const feeds = await Promise.all(queues.map(async queue => await listeners.follow(queue, this)))
        for (const feed of feeds) this.#at.set(feed, feed.end)
      }
      const first = await this.#take(0)
      if (this.#stream.destroyed) listeners.leave(this)
      void this.#run(first)
    } catch (error) {
      listeners.leave(this)
      throw error
    }
  }

  news (feed: Feed): void {
    for (let at = this.#at.get(feed); at !== undefined;) {
      const page = feed.after(at)
      // Never so far behind, but where Redis has lost what it had.
      if (page === undefined) this.#checkAll()
      else page?.events.forEach(event => this.#hear(feed.queue, event))
      at = page ? exactly(page.last) : page === null ? undefined : feed.end
      if (at !== undefined) this.#at.set(feed, at)
    }
  }

  async #run (jobs: Delivery[]): Promise<void> {
    const { ms } = this.#consumption
    const check = setInterval(() => this.#checkLate(), pause.check).unref()
    this.#stream.write('retry: 1000\n\n')
    // What is written before the answer begins is not known to arrive.
    await this.#stream.room()
    for (;;) {
      for (const job of jobs) this.#send(job)
      await this.#room()
      if (this.#stream.over) break
      try {
        jobs = await this.#take(ms ?? pause.wait)
        if (jobs.length === 0 && ms !== undefined) this.#stream.end('', pause.wait)
      } catch {
        jobs = []
        await delay(pause.away)
      }
    }
    clearInterval(check)
    await this.#stream.gone
    this.#giveBack()
  }

  async #take (ms: number): Promise<Delivery[]> {
    const { queues, wish } = this.#consumption
    const { redis, waiters } = this.#counter
    this.#patience = new Patience(ms)
    if (this.#stream.destroyed) this.#patience.end()
    const jobs = await next(redis, waiters, queues, { ...wish, count: this.#left }, this.#patience)
    for (const job of jobs) {
      this.#unsent.add(job)
      if (job.lease !== null) this.#held.set(`${job.queue} ${job.id}`, job)
    }
    return jobs
  }

  get #left (): number {
    const out = this.#consumption.wish.lease === undefined ? this.#unsent : this.#held
    return this.#consumption.credit - out.size
  }

  #send (job: Delivery): void {
    this.#stream.write(frame(job), () => {
      this.#unsent.delete(job)
      this.#wake()
    })
  }

  async #room (): Promise<void> {
    await this.#stream.room()
    while (this.#left <= 0 && !this.#stream.over) await new Promise<void>(resolve => { this.#wake = resolve })
  }

  #hear (queue: string, { what, job }: Event): void {
    if (what === 'gap' || what === 'purged') return this.#checkAll()
    const held = this.#held.get(`${queue} ${job}`)
    if (held === undefined) return
    if (forCertain.includes(what)) this.#free(held)
    else if (perhaps.includes(what)) this.#check(held)
  }

  #free ({ queue, id }: Delivery): void {
    this.#held.delete(`${queue} ${id}`)
    this.#wake()
  }

  #checkAll (): void {
    for (const held of this.#held.values()) this.#check(held)
  }

  #checkLate (): void {
    for (const held of this.#held.values()) if (held.lease!.expires * 1000 + 1000 < Date.now()) this.#check(held)
  }

  // Whether the delivery is still under way. When Redis does not say, it is asked again after the end of the lease.
  #check (held: Delivery): void {
    documentOf(this.#counter.redis, held.queue, held.id).then(found => {
      const isOurs = found?.state === 'active' && found.attempt === held.lease!.attempt
      if (isOurs) held.lease!.expires = found.lease_expires_at!
      else this.#free(held)
    }, () => {})
  }

  // What was not handed to the network goes back where it came from; all of a queue in one step, so that it stands as it stood.
  #giveBack (): void {
    const { returns, redis } = this.#counter
    const { worker } = this.#consumption.wish
    const lives = new Map<string, Delivery[]>()
    for (const job of this.#unsent) {
      const life = `${job.queue} ${job.seed}`
      lives.set(life, [...lives.get(life) ?? [], job])
    }
    for (const jobs of lives.values()) {
      const size = jobs.reduce((sum, { payload }) => sum + payload.length, 0)
      returns.add(async ticket => await restore(redis, jobs[0]!.queue, jobs, { worker, ticket }), size)
    }
  }
}

// A line break of the payload, which stands between its words, begins a new line of data: so the payload arrives as it came.
function frame ({ queue, id, lease, payload }: Delivery): string {
  const proof = lease === null ? '' : `,"receipt":"${lease.receipt}","attempt":${lease.attempt},"expires":${lease.expires}`
  const text = `{"queue":"${queue}","id":"${id}"${proof},"payload":${payload}}`
  return `event: job\nid: ${id}\n${text.split(/\r\n|[\r\n]/).map(line => `data: ${line}`).join('\n')}\n\n`
}
