import { Counter, Registry, type Metric } from 'prom-client'
import { Histogram, type Row } from './histogram.ts'
import type { Latencies } from './latency.ts'
import type { Finish, Meter as StoreMeter } from '../redis/store.ts'

/** Queues with metrics of their own; each is some twenty series for the server that stores them. */
export const mostQueues = 200

/** The label of all other queues together. No queue can have that name. */
export const otherQueues = '(other)'

// Upper bounds of buckets, in seconds.
const long = [0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200, 43200]
const short = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1]
const http = [...short, 2.5, 5, 10, 30, 60]

/** The metrics of a process, at one time. */
export type Figures = Awaited<ReturnType<Registry['getMetricsAsJSON']>>

/** The processes that share the port. */
export interface Siblings {
  /** Adds this process: `figures` reads its metrics. */
  join (figures: () => Promise<Figures>): void
  /** The metrics of all processes, this one and ended ones included. */
  all (): Promise<Figures[]>
}

type Count = 'pushed' | 'taken' | Finish

interface QueueCounts {
  label: string
  counts: Record<Count, number>
  wait: Row
  run: Row
}

/** Counts what this process does with jobs, and how long that takes. */
export class Meter implements StoreMeter {
  readonly registry = new Registry()
  /** Also counts waits and runs, for the history of latencies; none with PRESQUE_HISTORY=0. */
  latencies: Latencies | undefined
  readonly #wait = this.#histogram(
    'presque_job_wait_seconds',
    'From the moment when a job became ready to its first delivery',
    long
  )

  readonly #run = this.#histogram(
    'presque_job_run_seconds',
    'From the delivery of a job on lease to its ack or nack',
    long
  )

  readonly #trip = this.#histogram(
    'presque_redis_seconds',
    'From a script call to its answer',
    short
  )

  readonly #http = this.#histogram(
    'presque_http_request_seconds',
    'From a request to the end of its answer, long polls and streams included',
    http
  )

  readonly #queues = new Map<string, QueueCounts>()
  readonly #trips = new Map<string, Row>()

  constructor () {
    this.#counter('pushed', 'Jobs pushed')
    const delivered = 'Jobs delivered, for good or on lease; those that were put back included'
    this.#counter('taken', delivered)
    this.#counter('acked', 'Deliveries acknowledged')
    this.#counter('nacked', 'Deliveries that a worker failed (nack)')
    this.#counter('released', 'Deliveries that a worker released')
  }

  pushed (queue: string, count: number): void {
    if (count > 0) this.#of(queue).counts.pushed += count
  }

  /** `waits`: of each first delivery, for how long the job was ready, in ms. */
  taken (queue: string, count: number, waits: number[]): void {
    if (count === 0) return
    const { counts, wait } = this.#of(queue)
    counts.taken += count
    for (const ms of waits) this.#wait.add(wait, Math.max(0, ms) / 1000)
    this.latencies?.waited(queue, waits)
  }

  /** `since`: when the jobs were delivered, in ms; of those where that is known. */
  finished (queue: string, how: Finish, count: number, since: number[] = []): void {
    if (count === 0) return
    const { counts, run } = this.#of(queue)
    const now = Date.now()
    counts[how] += count
    const runs = since.map(time => Math.max(0, now - time))
    for (const ms of runs) this.#run.add(run, ms / 1000)
    this.latencies?.ran(queue, runs)
  }

  /** The time from a script call to its answer. */
  trip (verb: string, ms: number): void {
    let row = this.#trips.get(verb)
    if (row === undefined) this.#trips.set(verb, row = this.#trip.row({ script: verb }))
    this.#trip.add(row, ms / 1000)
  }

  /** The rows of a route for answered(), by the first digit of the status. */
  answers (method: string, route: string): Row[] {
    const statuses = Array.from({ length: 6 }, (_, digit) => `${digit}xx`)
    return statuses.map(status => this.#http.row({ method, route, status }))
  }

  answered (row: Row, ms: number): void {
    this.#http.add(row, ms / 1000)
  }

  #of (queue: string): QueueCounts {
    const known = this.#queues.get(queue)
    if (known !== undefined) return known
    if (this.#queues.size >= mostQueues && queue !== otherQueues) return this.#of(otherQueues)
    const counts = { pushed: 0, taken: 0, acked: 0, nacked: 0, released: 0 }
    const [wait, run] = [this.#wait.row({ queue }), this.#run.row({ queue })]
    const made = { label: queue, counts, wait, run }
    this.#queues.set(queue, made)
    return made
  }

  // prom-client gets the counts when it is read: it takes a microsecond to count, too.
  #counter (what: Count, help: string): void {
    const counter: Counter<'queue'> = new Counter({
      name: `presque_jobs_${what}_total`,
      help: `${help}, by this server since it started`,
      labelNames: ['queue'],
      registers: [this.registry],
      collect: () => this.#collect(counter, what)
    })
  }

  #collect (counter: Counter<'queue'>, what: Count): void {
    counter.reset()
    for (const { label, counts } of this.#queues.values()) {
      if (counts[what] > 0) counter.inc({ queue: label }, counts[what])
    }
  }

  #histogram (name: string, help: string, bounds: number[]): Histogram {
    const made = new Histogram(name, help, bounds)
    // prom-client uses nothing of a metric that a Histogram lacks.
    this.registry.registerMetric(made as unknown as Metric)
    return made
  }
}
