import { errorIn, hasStatus, isNoJob, type PresqueError } from './error.ts'
import {
  ask, Repeated, type Answer, type Ask, type Connection, type Sender
} from './http/request.ts'
import { transport } from './http/transport.ts'
import {
  delivered, deliveredAll, deliveriesOf, taken, type Delivered, type DeliveredJson, type Delivery,
  type Taken
} from './delivery.ts'
import { JsonText } from './json-text.ts'
import type {
  Done, Failure, Keep, Next, Take, TakeMany, TouchMany, Verdict
} from './schema.ts'

export interface SignalOption { signal?: AbortSignal | undefined }

export interface AckOptions extends SignalOption { next?: Next | undefined }

export interface SettleOptions extends AckOptions { count?: number | undefined }

export interface ReleaseOptions extends SignalOption {
  /** Seconds from now. */
  delay?: number | undefined
  /** To the front of the queue, for a job that was not begun; without `delay`. */
  front?: boolean | undefined
}

/** For each job, in order, null, what follows of its failure, or an error; and jobs on lease. */
export interface Settled { outcomes: Array<PresqueError | Verdict | null>, jobs: Delivery[] }

/** The path of a job, or of a verb on it. */
export function pathOf (queue: string, id: string, verb?: string): string {
  const job = `/j/${encodeURIComponent(queue)}/${encodeURIComponent(id)}`
  return verb === undefined ? job : `${job}/${verb}`
}

/** Takes jobs, and tells the server what became of them. */
export class Consumer {
  readonly #connection: Sender

  constructor (connection: Connection | string) {
    const given = typeof connection === 'string' ? { url: connection } : connection
    const { url } = given
    this.#connection = { ...given, send: transport(given.fetch) }
    if (!/^https?:$/.test(new URL(url).protocol)) {
      throw new TypeError(`${url} is no http:// or https:// URL`)
    }
  }

  /**
   * Sends any request. Resolves with an answer below 400; rejects with a `PresqueError` for an
   * error that presque answered, and with `Unreachable` if there was no answer.
   */
  async request (method: string, path: string, what: Ask = {}): Promise<Answer> {
    try {
      return await ask(this.#connection, method, path, what)
    } catch (error) {
      throw unwrapped(error)
    }
  }

  /**
   * The next job of the first of the queues that has one; null if there is none. Without `lease`
   * the job is taken for good.
   */
  async take<P = any> (
    queues: string | string[], options: Take & { lease: number | '' }
  ): Promise<Delivery<P> | null>
  async take<P = any> (
    queues: string | string[], options?: Take & { lease?: undefined }
  ): Promise<Taken<P> | null>
  async take (
    queues: string | string[], { lease, wait, worker, onQuiet, signal }: Take = {}
  ): Promise<Delivery | Taken | null> {
    const names = [queues].flat().map(encodeURIComponent).join(',')
    const what = { query: { lease, wait, worker_id: worker }, onQuiet, signal }
    const answer = await orNull(this.request('POST', `/q/${names}/take`, what))
    return answer && (lease === undefined ? taken(answer.text) : delivered(answer))
  }

  /** Up to `count` jobs of a queue, on lease; none if it is empty. */
  async takeMany<P = any> (
    queue: string, { count, lease, wait, worker, onQuiet, signal }: TakeMany
  ): Promise<Array<Delivery<P>>> {
    const query = { batch_size: count, lease, wait, worker_id: worker }
    const path = `${batchOf(queue)}/take`
    const answer = await orNull(this.request('POST', path, { query, onQuiet, signal }))
    return answer === null ? [] : deliveredAll(queue, answer.text)
  }

  /**
   * Acknowledges a job, with its result if it has one. With `next`, resolves with the next job of
   * the queue, or null.
   */
  async ack (
    job: Delivery, result?: unknown, { next, signal }: AckOptions = {}
  ): Promise<Delivery | null> {
    const query = { receipt: job.receipt, ...nextQuery(next) }
    const what = { query, body: textOf(result), onQuiet: next?.onQuiet, signal }
    try {
      const answer = await ask(this.#connection, 'POST', pathOf(job.queue, job.id, 'ack'), what)
      return answer.status === 200 ? delivered(answer) : null
    } catch (error) {
      if (next && isNoJob(unwrapped(error))) return null
      if (!isDoneBefore(error)) throw unwrapped(error)
      return next ? await this.take(job.queue, { ...next, signal }) : null
    }
  }

  /** Acknowledges several jobs of one queue: for each, in order, null or an error. */
  async ackMany (
    done: Done[], { signal }: SignalOption = {}
  ): Promise<Array<PresqueError | null>> {
    if (done.length === 0) return []
    const what = { body: `{"jobs":[${done.map(ackText).join(',')}]}`, signal }
    const path = `${batchOf(done[0]!.job.queue)}/ack`
    const { text, repeated } = await ask(this.#connection, 'POST', path, what)
    return (JSON.parse(text) as Array<{ error?: string }>).map(outcome => {
      const error = errorIn(outcome)
      return repeated && error?.status === 404 ? null : error
    })
  }

  /**
   * Tells what became of several jobs of one queue. With `next`, the answer also brings up to
   * `count` jobs of the queue, as many as there are.
   */
  async settle (
    queue: string, ended: Ended[], { next, count, signal }: SettleOptions = {}
  ): Promise<Settled> {
    const query = { ...nextQuery(next), batch_size: next && count }
    const body = `{"jobs":[${ended.map(({ text }) => text).join(',')}]}`
    const what = { query, body, onQuiet: next?.onQuiet, signal }
    const answer = await ask(this.#connection, 'POST', `${batchOf(queue)}/ack`, what)
    const { outcomes, jobs } = settledIn(queue, answer.text)
    return {
      outcomes: outcomes.map((outcome, i) => settledOf(ended[i]!, outcome, answer.repeated)),
      jobs
    }
  }

  /**
   * Tells that a job failed. Resolves with null if a repeated request found that the first one had
   * been accepted.
   */
  async nack (
    job: Delivery, failure: Failure = {}, { signal }: SignalOption = {}
  ): Promise<Verdict | null> {
    const what = { body: JSON.stringify(failure), signal }
    return await this.#settle(job, 'nack', what) as Verdict | null
  }

  /** Releases a job: it is given out again, and this delivery does not count. */
  async release (job: Delivery, options: ReleaseOptions = {}): Promise<void> {
    const { signal } = options
    await this.#settle(job, 'release', { query: releaseQuery(options), signal })
  }

  /** Releases several jobs of one queue: for each, in order, null or an error. */
  async releaseMany (
    jobs: Delivered[], options: ReleaseOptions = {}
  ): Promise<Array<PresqueError | null>> {
    if (jobs.length === 0) return []
    const body = JSON.stringify({ jobs: jobs.map(({ id, receipt }) => ({ id, receipt })) })
    const what = { query: releaseQuery(options), body, signal: options.signal }
    const path = `${batchOf(jobs[0]!.queue)}/release`
    const { text, repeated } = await this.request('POST', path, what)
    return (JSON.parse(text) as Array<{ error?: string }>).map(outcome => {
      const error = errorIn(outcome)
      return repeated && hasStatus(error, 404, 409) ? null : error
    })
  }

  // If the first request was accepted, a repeated one finds the receipt used up.
  async #settle (job: Delivery, verb: string, { query, body, signal }: Ask): Promise<unknown> {
    const what = { query: { receipt: job.receipt, ...query }, body, signal }
    try {
      const { text } = await ask(this.#connection, 'POST', pathOf(job.queue, job.id, verb), what)
      return text === '' ? null : JSON.parse(text)
    } catch (error) {
      if (error instanceof Repeated && hasStatus(error.error, 404, 409)) return null
      throw unwrapped(error)
    }
  }

  /**
   * Extends the lease of a job: resolves with the time at which it expires. Rejects with 404 if
   * the job was cancelled, 409 if another worker has it.
   */
  async touch (job: Delivery, keep: Keep = {}, { signal }: SignalOption = {}): Promise<number> {
    const what = { query: { receipt: job.receipt }, body: JSON.stringify(keep), signal }
    const { text } = await this.request('POST', pathOf(job.queue, job.id, 'touch'), what)
    return (JSON.parse(text) as { lease_expires: number }).lease_expires
  }

  /** Extends the leases of several jobs of one queue: for each, in order, null or an error. */
  async touchMany (
    jobs: Delivered[], { lease, worker, onQuiet, signal }: TouchMany = {}
  ): Promise<Array<PresqueError | null>> {
    if (jobs.length === 0) return []
    const body = JSON.stringify({ jobs: jobs.map(({ id, receipt }) => ({ id, receipt, lease })) })
    const headers = worker === undefined ? {} : { 'x-presque-workerid': worker }
    const path = `${batchOf(jobs[0]!.queue)}/touch`
    const { text } = await this.request('POST', path, { body, headers, onQuiet, signal })
    return (JSON.parse(text) as Array<{ error?: string }>).map(errorIn)
  }
}

/** What became of a job: `text` is its entry in a request. */
export interface Ended extends Done { failure?: Failure | undefined, readonly text: string }

/** Throws where a failure is no JSON. */
export function ended (
  job: Delivery, { result, failure }: { result?: unknown, failure?: Failure | undefined }
): Ended {
  if (failure === undefined) return { job, result, text: ackText({ job, result }) }
  const { id, receipt } = job
  return { job, failure, text: JSON.stringify({ id, receipt, error: {}, ...failure }) }
}

interface Outcome extends Partial<Verdict> { error?: string }

// If the first request was accepted, a repeated one finds the receipt used up.
function settledOf (
  { failure }: Ended, outcome: Outcome, repeated: boolean
): PresqueError | Verdict | null {
  const error = errorIn(outcome)
  if (error === null) return failure ? outcome as Verdict : null
  const done = failure ? [404, 409] : [404]
  return repeated && hasStatus(error, ...done) ? null : error
}

function settledIn (queue: string, text: string): { outcomes: Outcome[], jobs: Delivery[] } {
  const answer = JSON.parse(text) as Outcome[] | { outcomes: Outcome[], jobs: DeliveredJson[] }
  if (Array.isArray(answer)) return { outcomes: answer, jobs: [] }
  return { outcomes: answer.outcomes, jobs: deliveriesOf(queue, text, answer.jobs) }
}

const batchOf = (queue: string): string => `/qb/${encodeURIComponent(queue)}`

function textOf (value: unknown): string | undefined {
  return value instanceof JsonText ? value.text : JSON.stringify(value)
}

function ackText ({ job: { id, receipt }, result }: Done): string {
  const head = JSON.stringify({ id, receipt })
  const text = textOf(result)
  return text === undefined ? head : `${head.slice(0, -1)},"result":${text}}`
}

function releaseQuery ({ delay, front }: ReleaseOptions) {
  return { delay, front: front ? 1 : undefined }
}

function nextQuery (next: Next | undefined) {
  return next && { next: 1, lease: next.lease, wait: next.wait, worker_id: next.worker }
}

const unwrapped = (error: unknown): unknown => error instanceof Repeated ? error.error : error

// The first try was accepted, and only its answer was lost.
function isDoneBefore (error: unknown): boolean {
  return error instanceof Repeated && hasStatus(error.error, 404)
}

async function orNull (asked: Promise<Answer>): Promise<Answer | null> {
  try {
    return await asked
  } catch (error) {
    if (isNoJob(error)) return null
    throw error
  }
}
