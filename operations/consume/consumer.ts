import { setTimeout as delay } from 'node:timers/promises'
import { InFlight } from './in-flight.ts'
import { sizeOf, type Delivery } from '../job/delivery.ts'
import { restore } from '../job/put-back.ts'
import type { SseStream } from '../event/sse-stream.ts'
import type { EventHub } from '../event/event-hub.ts'
import { errors } from '../errors.ts'
import { event } from '../event/event.ts'
import { next } from '../wait/take.ts'
import { Deadline } from '../wait/deadline.ts'
import { traceMembers } from '../trace.ts'
import type { PutBack } from '../job/put-back.ts'
import type { LongPoll } from '../wait/long-poll.ts'
import type { TakeOptions } from '../job/take.ts'
import type { RedisClient } from '../redis/store.ts'

/** What a consumer needs of the server. */
export interface Counter { redis: RedisClient, longPoll: LongPoll, eventHub: EventHub, returns: PutBack }

interface Consumption {
  queues: string[]
  wish: TakeOptions
  /** So many jobs at a time that are not acknowledged; without a lease: that have not been handed to the network. */
  credit: number
  /** In ms: it ends when nothing has come for so long. */
  ms?: number | undefined
}

// In ms: a wait; and the pause where Redis is away.
const pause = { wait: 60_000, away: 500 }

/** One client that takes jobs as a stream, one event a job. */
export class Consumer {
  readonly #counter: Counter
  readonly #stream: SseStream
  readonly #consumption: Consumption
  // Those on lease, and those not yet handed to the network.
  readonly #inFlight: InFlight
  readonly #unsent = new Set<Delivery>()
  #deadline = new Deadline(0)
  #wake = (): void => {}

  constructor (counter: Counter, stream: SseStream, consumption: Consumption) {
    this.#counter = counter
    this.#stream = stream
    this.#consumption = consumption
    this.#inFlight = new InFlight(counter.redis, counter.eventHub, () => this.#wake())
    stream.once('close', () => {
      this.#inFlight.close()
      this.#deadline.abort()
      this.#wake()
    })
  }

  /** Resolves once it may begin; from then on it takes what comes until the stream is over. Rejects when Redis is away. */
  async open (): Promise<void> {
    const { queues, wish } = this.#consumption
    // The client has gone already, or the server closes.
    if (this.#stream.over) return this.#inFlight.close()
    try {
      if (wish.lease !== undefined) await this.#inFlight.open(queues)
      const first = await this.#take(0)
      if (this.#stream.destroyed) this.#inFlight.close()
      void this.#run(first)
    } catch (error) {
      this.#inFlight.close()
      if (!this.#stream.over) throw error
    }
  }

  async #run (jobs: Delivery[]): Promise<void> {
    const { ms } = this.#consumption
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
      } catch (error) {
        jobs = []
        if (error instanceof errors.WORKER_QUIET) this.#stream.end(event('quiet', { reason: 'this worker is to take no more' }).text, pause.wait)
        await delay(pause.away)
      }
    }
    await this.#stream.gone
    this.#giveBack()
  }

  async #take (ms: number): Promise<Delivery[]> {
    const { queues, wish } = this.#consumption
    const { redis, longPoll } = this.#counter
    this.#deadline = new Deadline(ms)
    if (this.#stream.destroyed) this.#deadline.abort()
    const jobs = await next(redis, longPoll, queues, { ...wish, count: this.#left }, this.#deadline)
    for (const job of jobs) {
      this.#unsent.add(job)
      if (job.lease !== null) this.#inFlight.add(job)
    }
    return jobs
  }

  get #left (): number {
    const { wish, credit } = this.#consumption
    return credit - (wish.lease === undefined ? this.#unsent.size : this.#inFlight.used)
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

  // What was not handed to the network goes back where it came from; all of a queue in one step, so that it stands as it stood.
  #giveBack (): void {
    const { returns, redis } = this.#counter
    const { worker } = this.#consumption.wish
    const lives = new Map<string, Delivery[]>()
    for (const job of this.#unsent) {
      const life = `${job.queue} ${job.generation}`
      lives.set(life, [...lives.get(life) ?? [], job])
    }
    for (const jobs of lives.values()) {
      const size = jobs.reduce((sum, job) => sum + sizeOf(job), 0)
      returns.add(async ticket => await restore(redis, jobs[0]!.queue, jobs, { worker, ticket }), size)
    }
  }
}

// A line break of the payload, which stands between its words, begins a new line of data: so the payload arrives as it came.
function frame ({ queue, id, lease, payload, trace }: Delivery): string {
  const proof = lease === null ? '' : `,"receipt":"${lease.receipt}","attempt":${lease.attempt},"expires":${lease.expires}`
  const text = `{"queue":"${queue}","id":"${id}"${proof}${traceMembers(trace)},"payload":${payload}}`
  return `event: job\nid: ${id}\n${text.split(/\r\n|[\r\n]/).map(line => `data: ${line}`).join('\n')}\n\n`
}
