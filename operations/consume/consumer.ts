import { setTimeout as delay } from 'node:timers/promises'
import { InFlight } from './in-flight.ts'
import { sizeOf, type Delivery } from '../job/delivery.ts'
import { event, formatEvent, type SseStream } from '../event/sse-stream.ts'
import type { EventHub } from '../event/event-hub.ts'
import { errors } from '../errors.ts'
import { takeNext } from '../wait/take-next.ts'
import { Deadline } from '../wait/deadline.ts'
import { traceMembers } from '../trace.ts'
import { restore, type PutBack } from '../job/put-back.ts'
import type { LongPoll } from '../wait/long-poll.ts'
import type { TakeOptions } from '../job/take.ts'
import type { RedisClient } from '../redis/store.ts'

/** The parts of a server that a consumer uses. */
export interface ConsumerServer {
  redis: RedisClient
  longPoll: LongPoll
  eventHub: EventHub
  putBack: PutBack
}

interface ConsumerOptions {
  queues: string[]
  take: TakeOptions
  /**
   * How many jobs it may have at a time that are not acknowledged; without a lease: that were not
   * handed to the network.
   */
  credit: number
  /** It ends after this time without a job, in ms. */
  ms?: number | undefined
}

// In ms: one wait, also the time that a client has to read the last event; and the pause after an
// error of Redis.
const times = { wait: 60_000, retry: 500 }

/** One client that takes jobs as a stream, one event a job. */
export class Consumer {
  readonly #server: ConsumerServer
  readonly #stream: SseStream
  readonly #options: ConsumerOptions
  readonly #inFlight: InFlight
  // Jobs that were not handed to the network yet.
  readonly #unsent = new Set<Delivery>()
  #deadline = new Deadline(0)
  #wake = (): void => {}

  constructor (server: ConsumerServer, stream: SseStream, options: ConsumerOptions) {
    this.#server = server
    this.#stream = stream
    this.#options = options
    this.#inFlight = new InFlight(server.redis, server.eventHub, () => this.#wake())
    stream.once('close', () => {
      this.#inFlight.close()
      this.#deadline.abort()
      this.#wake()
    })
  }

  /** Resolves once it may begin; then it takes jobs until the stream is over. Rejects as a take. */
  async open (): Promise<void> {
    const { queues, take } = this.#options
    // The client has gone already, or the server closes.
    if (this.#stream.over) return this.#inFlight.close()
    try {
      if (take.lease !== undefined) await this.#inFlight.open(queues)
      const first = await this.#take(0)
      if (this.#stream.destroyed) this.#inFlight.close()
      void this.#run(first)
    } catch (error) {
      this.#inFlight.close()
      if (!this.#stream.over) throw error
    }
  }

  async #run (first: Delivery[]): Promise<void> {
    this.#stream.write('retry: 1000\n\n')
    // Nothing tells whether text arrives that is written before the answer begins.
    await this.#stream.room()
    let jobs = first
    for (;;) {
      for (const job of jobs) this.#send(job)
      await this.#room()
      if (this.#stream.over) break
      jobs = await this.#takeOrRest()
    }
    await this.#stream.gone
    this.#putBackUnsent()
  }

  async #takeOrRest (): Promise<Delivery[]> {
    const { ms } = this.#options
    try {
      const jobs = await this.#take(ms ?? times.wait)
      if (jobs.length === 0 && ms !== undefined) this.#stream.end('', times.wait)
      return jobs
    } catch (error) {
      if (error instanceof errors.WORKER_QUIET) {
        const last = event('quiet', { reason: 'this worker is to take no more' })
        this.#stream.end(last, times.wait)
      }
      await delay(times.retry)
      return []
    }
  }

  async #take (ms: number): Promise<Delivery[]> {
    const { queues, take } = this.#options
    const { redis, longPoll } = this.#server
    this.#deadline = new Deadline(ms)
    if (this.#stream.destroyed) this.#deadline.abort()
    const options = { ...take, count: this.#left }
    const jobs = await takeNext(redis, longPoll, queues, options, this.#deadline)
    for (const job of jobs) {
      this.#unsent.add(job)
      if (job.lease !== null) this.#inFlight.add(job)
    }
    return jobs
  }

  /** How many jobs it may take now. */
  get #left (): number {
    const { take, credit } = this.#options
    return credit - (take.lease === undefined ? this.#unsent.size : this.#inFlight.count)
  }

  #send (job: Delivery): void {
    this.#stream.write(textOf(job), () => {
      this.#unsent.delete(job)
      this.#wake()
    })
  }

  async #room (): Promise<void> {
    await this.#stream.room()
    while (this.#left <= 0 && !this.#stream.over) {
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
  }

  // All jobs of a queue in one step, so that they stand in their old order.
  #putBackUnsent (): void {
    const { putBack, redis } = this.#server
    const { worker } = this.#options.take
    const groups = new Map<string, Delivery[]>()
    for (const job of this.#unsent) {
      const key = `${job.queue} ${job.generation}`
      groups.set(key, [...groups.get(key) ?? [], job])
    }
    for (const jobs of groups.values()) {
      const size = jobs.reduce((sum, job) => sum + sizeOf(job), 0)
      const { queue } = jobs[0]!
      putBack.add(async ticket => await restore(redis, queue, jobs, { worker, ticket }), size)
    }
  }
}

function textOf ({ queue, id, lease, payload, trace }: Delivery): string {
  const members = [`"queue":"${queue}"`, `"id":"${id}"`]
  if (lease !== null) {
    const { receipt, attempt, expires } = lease
    members.push(`"receipt":"${receipt}"`, `"attempt":${attempt}`, `"expires":${expires}`)
  }
  const json = `{${members.join(',')}${traceMembers(trace)},"payload":${payload}}`
  return formatEvent('job', json, id)
}
