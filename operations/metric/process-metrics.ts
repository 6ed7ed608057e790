import { Counter, Registry, type Metric } from 'prom-client'
import { Distribution, type Row } from './histogram.ts'
import type { Finish, Meter as Counted } from '../redis/store.ts'

/** So many queues are told apart; a thousand names would be a thousand times as many series for whoever stores them. */
export const most = 200

/** What the others are together. No queue can have that name. */
export const others = '(other)'

// In seconds.
const long = [0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200, 43200]
const short = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1]
const http = [...short, 2.5, 5, 10, 30, 60]

/** What a process has counted, at one time. */
export type Figures = Awaited<ReturnType<Registry['getMetricsAsJSON']>>

/** The processes that share the port. */
export interface Siblings {
  /** Is told how to ask this one. */
  join (figures: () => Promise<Figures>): void
  /** What all have counted, this one included, and those that have ended as well. */
  all (): Promise<Figures[]>
}

type Count = 'pushed' | 'taken' | Finish

interface Kept { label: string, counts: Record<Count, number>, wait: Row, run: Row }

/** What this process has done with jobs, and how long that took: counted here, for whoever collects it. */
export class Meter implements Counted {
  readonly registry = new Registry()
  readonly #wait = this.#distribution('presque_job_wait_seconds', 'From the moment when a job became ready to its first delivery', long)
  readonly #run = this.#distribution('presque_job_run_seconds', 'From the delivery of a job on lease to its ack or nack', long)
  readonly #trip = this.#distribution('presque_redis_seconds', 'From a script call to its answer', short)
  readonly #http = this.#distribution('presque_http_request_seconds', 'From a request to the end of its answer, long polls and streams included', http)
  readonly #queues = new Map<string, Kept>()
  readonly #trips = new Map<string, Row>()

  constructor () {
    this.#counter('pushed', 'Jobs pushed')
    this.#counter('taken', 'Jobs delivered, for good or on lease; those that were put back included')
    this.#counter('acked', 'Deliveries acknowledged')
    this.#counter('nacked', 'Deliveries that a worker failed (nack)')
    this.#counter('released', 'Deliveries that a worker released')
  }

  pushed (queue: string, count: number): void {
    if (count > 0) this.#kept(queue).counts.pushed += count
  }

  /** `waits`: for how long, in ms, each of those could have run before that were delivered for the first time. */
  taken (queue: string, count: number, waits: number[]): void {
    if (count === 0) return
    const { counts, wait } = this.#kept(queue)
    counts.taken += count
    for (const ms of waits) this.#wait.add(wait, Math.max(0, ms) / 1000)
  }

  /** `since`: when, in ms, each of those had been delivered of which that is known. */
  finished (queue: string, how: Finish, count: number, since: number[] = []): void {
    if (count === 0) return
    const { counts, run } = this.#kept(queue)
    const now = Date.now()
    counts[how] += count
    for (const time of since) this.#run.add(run, Math.max(0, now - time) / 1000)
  }

  /** A script has answered after so many ms. */
  trip (verb: string, ms: number): void {
    let row = this.#trips.get(verb)
    if (row === undefined) this.#trips.set(verb, row = this.#trip.row({ script: verb }))
    this.#trip.add(row, ms / 1000)
  }

  /** Where answers of a route go, by the first digit of their status: see answered(). */
  answers (method: string, route: string): Row[] {
    return Array.from({ length: 6 }, (_, digit) => this.#http.row({ method, route, status: `${digit}xx` }))
  }

  answered (row: Row, ms: number): void {
    this.#http.add(row, ms / 1000)
  }

  #kept (queue: string): Kept {
    const known = this.#queues.get(queue)
    if (known !== undefined) return known
    if (this.#queues.size >= most && queue !== others) return this.#kept(others)
    const counts = { pushed: 0, taken: 0, acked: 0, nacked: 0, released: 0 }
    const kept = { label: queue, counts, wait: this.#wait.row({ queue }), run: this.#run.row({ queue }) }
    this.#queues.set(queue, kept)
    return kept
  }

  // prom-client is told when it is asked: to count takes it a microsecond, too.
  #counter (what: Count, help: string): void {
    const queues = this.#queues
    const made: Counter<'queue'> = new Counter({
      name: `presque_jobs_${what}_total`,
      help: `${help}, by this server since it started`,
      labelNames: ['queue'],
      registers: [this.registry],
      collect: (): void => {
        made.reset()
        for (const { label, counts } of queues.values()) if (counts[what] > 0) made.inc({ queue: label }, counts[what])
      }
    })
  }

  #distribution (name: string, help: string, bounds: number[]): Distribution {
    const made = new Distribution(name, help, bounds)
    // prom-client asks a metric for no more than this one has.
    this.registry.registerMetric(made as unknown as Metric)
    return made
  }
}
