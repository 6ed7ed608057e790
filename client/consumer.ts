import { PresqueError, refusalIn } from './error.ts'
import { ask, Repeated, type Answer, type Ask, type Connection } from './request.ts'
import { delivered, deliveredAll, taken, type Delivered, type Delivery, type Taken } from './delivery.ts'
import type { Done, Failure, Keep, Next, Take, TakeMany, TouchMany, Verdict } from './schema.ts'

interface Options { signal?: AbortSignal | undefined }

/** Where a job is, or what can be done to it. */
export function pathOf (queue: string, id: string, verb?: string): string {
  return `/j/${encodeURIComponent(queue)}/${encodeURIComponent(id)}${verb === undefined ? '' : `/${verb}`}`
}

const bodyOf = (value: unknown): string | undefined => value === undefined ? undefined : JSON.stringify(value)
const receiptAt = ({ queue, id }: Delivery, verb: string): string => pathOf(queue, id, verb)

/** Taking jobs, and telling what became of them. */
export class Consumer {
  readonly #connection: Connection

  constructor (connection: Connection | string) {
    this.#connection = typeof connection === 'string' ? { url: connection } : connection
    if (!/^https?:$/.test(new URL(this.#connection.url).protocol)) throw new TypeError(`${this.#connection.url} is no http:// or https:// URL`)
  }

  /** Any request. Resolves with what is answered below 400; rejects with a `PresqueError` for a refusal, and `Unreachable` for no answer. */
  async request (method: string, path: string, what: Ask = {}): Promise<Answer> {
    try {
      return await ask(this.#connection, method, path, what)
    } catch (error) {
      throw error instanceof Repeated ? error.refusal : error
    }
  }

  /** The next job of the first of the queues that has one; null if there is none. Without `lease` it is taken for good. */
  async take<P = any> (queues: string | string[], options: Take & { lease: number | '' }): Promise<Delivery<P> | null>
  async take<P = any> (queues: string | string[], options?: Take & { lease?: undefined }): Promise<Taken<P> | null>
  async take (queues: string | string[], { lease, wait, worker, onQuiet, signal }: Take = {}): Promise<Delivery | Taken | null> {
    const names = [queues].flat().map(encodeURIComponent).join(',')
    const answer = await unlessEmpty(this.request('POST', `/q/${names}/take`, { query: { lease, wait, worker_id: worker }, onQuiet, signal }))
    return answer && (lease === undefined ? taken(answer.text) : delivered(answer))
  }

  /** Up to `count` jobs of a queue, on lease; none if it is empty. */
  async takeMany<P = any> (queue: string, { count, lease, wait, worker, onQuiet, signal }: TakeMany): Promise<Array<Delivery<P>>> {
    const query = { batch_size: count, lease, wait, worker_id: worker }
    const answer = await unlessEmpty(this.request('POST', `/qb/${encodeURIComponent(queue)}/take`, { query, onQuiet, signal }))
    return answer === null ? [] : deliveredAll(queue, answer.text)
  }

  /** Finishes a job, with its result if it has one. With `next`, resolves with the next job of the queue, or null. */
  async ack (job: Delivery, result?: unknown, { next, signal }: Options & { next?: Next | undefined } = {}): Promise<Delivery | null> {
    const more = next && { next: 1, lease: next.lease, wait: next.wait, worker_id: next.worker }
    try {
      const what = { query: { receipt: job.receipt, ...more }, body: bodyOf(result), onQuiet: next?.onQuiet, signal }
      const answer = await ask(this.#connection, 'POST', receiptAt(job, 'ack'), what)
      return answer.status === 200 ? delivered(answer) : null
    } catch (error) {
      if (next && isEmpty(error)) return null
      // The first try has arrived, only its answer has not.
      if (!isDone(error)) throw error instanceof Repeated ? error.refusal : error
      return next ? await this.take(job.queue, { ...next, signal }) : null
    }
  }

  /** Finishes several jobs of one queue: for each, in order, null or why it was refused. */
  async ackMany (done: Done[], { signal }: Options = {}): Promise<Array<PresqueError | null>> {
    if (done.length === 0) return []
    const jobs = done.map(({ job: { id, receipt }, result }) => ({ id, receipt, result }))
    const what = { body: JSON.stringify({ jobs }), signal }
    const { text, repeated } = await ask(this.#connection, 'POST', `/qb/${encodeURIComponent(done[0]!.job.queue)}/ack`, what)
    return (JSON.parse(text) as Array<{ error?: string }>).map(outcome => {
      const refused = refusalIn(outcome)
      return repeated && refused?.status === 404 ? null : refused
    })
  }

  /** Gives a job up: it failed. Null if a repeated request found that it had been given up before. */
  async nack (job: Delivery, failure: Failure = {}, { signal }: Options = {}): Promise<Verdict | null> {
    return await this.#settle(job, 'nack', { body: JSON.stringify(failure), signal }) as Verdict | null
  }

  /** Gives a job back, as if nothing had been. */
  async release (job: Delivery, { delay, signal }: Options & { delay?: number } = {}): Promise<void> {
    await this.#settle(job, 'release', { query: { delay }, signal })
  }

  // A repeated request finds the receipt used up if the first has arrived.
  async #settle (job: Delivery, verb: string, { query, body, signal }: Ask): Promise<unknown> {
    try {
      const { text } = await ask(this.#connection, 'POST', receiptAt(job, verb), { query: { receipt: job.receipt, ...query }, body, signal })
      return text === '' ? null : JSON.parse(text)
    } catch (error) {
      if (!(error instanceof Repeated)) throw error
      if (error.refusal instanceof PresqueError && [404, 409].includes(error.refusal.status)) return null
      throw error.refusal
    }
  }

  /** Keeps a job for longer: resolves with the time until which. Rejects with 404 if it was cancelled, 409 if another has it. */
  async touch (job: Delivery, keep: Keep = {}, { signal }: Options = {}): Promise<number> {
    const what = { query: { receipt: job.receipt }, body: JSON.stringify(keep), signal }
    return (JSON.parse((await this.request('POST', receiptAt(job, 'touch'), what)).text) as { lease_expires: number }).lease_expires
  }

  /** Keeps several jobs of one queue for longer: for each, in order, null or why it was refused. */
  async touchMany (jobs: Delivered[], { lease, worker, onQuiet, signal }: TouchMany = {}): Promise<Array<PresqueError | null>> {
    if (jobs.length === 0) return []
    const body = JSON.stringify({ jobs: jobs.map(({ id, receipt }) => ({ id, receipt, lease })) })
    const what = { body, onQuiet, signal, ...(worker !== undefined && { headers: { 'x-presque-workerid': worker } }) }
    const { text } = await this.request('POST', `/qb/${encodeURIComponent(jobs[0]!.queue)}/touch`, what)
    return (JSON.parse(text) as Array<{ error?: string }>).map(refusalIn)
  }
}

function isEmpty (error: unknown): boolean {
  const refused = error instanceof Repeated ? error.refusal : error
  return refused instanceof PresqueError && refused.status === 404 && ['no job', 'queue is closed'].includes(refused.message)
}

const isDone = (error: unknown): boolean => error instanceof Repeated && error.refusal instanceof PresqueError && error.refusal.status === 404

async function unlessEmpty (asked: Promise<Answer>): Promise<Answer | null> {
  try {
    return await asked
  } catch (error) {
    if (isEmpty(error)) return null
    throw error
  }
}
