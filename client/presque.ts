import { PresqueError } from './error.ts'
import { ask, Repeated, type Answer, type Ask, type Connection } from './request.ts'
import { delivered, deliveredAll, taken, type Delivery, type Taken } from './delivery.ts'
import type { Failure, Job, Keep, Next, Policy, Pushed, PushManyOptions, PushOptions, Status, Take, TakeMany, Verdict } from './answer.ts'

export { PresqueError } from './error.ts'
export { Worker, type Context, type WorkerOptions } from './worker.ts'
export type { Ask, Answer, Connection } from './request.ts'
export type * from './answer.ts'
export type { Delivery, Taken } from './delivery.ts'

/** One JSON object; or, as a string, its JSON text, which is sent byte for byte. */
export type Payload = object | string

const textOf = (payload: Payload): string => typeof payload === 'string' ? payload : JSON.stringify(payload)
const bodyOf = (value: unknown): string | undefined => value === undefined ? undefined : JSON.stringify(value)
const pathOf = ({ queue, id }: Pick<Delivery, 'queue' | 'id'>, verb = ''): string => `/j/${queue}/${id}${verb && `/${verb}`}`

/**
 * A presque server, by its URL.
 *
 * Failed connections and 503 are tried again with growing pauses, where that does no harm: a push brings an Idempotency-Key, so that it is
 * stored once. Not tried again, once the request may have arrived: `take()` without `lease` (the job may be gone), `pushMany()`, and `PUT /q`.
 */
export class Presque {
  readonly #connection: Connection

  constructor (connection: Connection) {
    this.#connection = connection
  }

  /** Any request. Resolves with what is answered below 400; rejects with a `PresqueError` for a refusal. */
  async request (method: string, path: string, what: Ask = {}): Promise<Answer> {
    try {
      return await ask(this.#connection, method, path, what)
    } catch (error) {
      throw error instanceof Repeated ? error.refusal : error
    }
  }

  /** Puts a job in. With `wait`, also waits for its `result`; rejects with 422 if it failed for good. `result` is missing if time was up. */
  async push<Result = any> (queue: string, payload: Payload, { idempotencyKey, signal, ...query }: PushOptions = {}): Promise<Pushed<Result>> {
    const headers: Record<string, string> = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }
    const answer = await this.request('POST', `/q/${queue}`, { query: { ...query }, headers, body: textOf(payload), signal })
    const pushed = { id: answer.headers.get('x-presque-job') ?? '', duplicate: answer.headers.has('x-presque-duplicate') }
    return answer.status === 200 && answer.text !== '' ? { ...pushed, result: JSON.parse(answer.text) as Result } : pushed
  }

  /** Puts several jobs in, all or none. */
  async pushMany (queue: string, payloads: Payload[], { signal, ...query }: PushManyOptions = {}): Promise<void> {
    await this.request('POST', `/qb/${queue}`, { query: { ...query }, body: `{"jobs":[${payloads.map(textOf).join(',')}]}`, signal })
  }

  /** The next job of the first of the queues that has one; null if there is none. Without `lease` it is taken for good. */
  async take<P = any> (queues: string | string[], options: Take & { lease: number | '' }): Promise<Delivery<P> | null>
  async take<P = any> (queues: string | string[], options?: Take & { lease?: undefined }): Promise<Taken<P> | null>
  async take (queues: string | string[], { lease, wait, worker, signal }: Take = {}): Promise<Delivery | Taken | null> {
    const query = { lease, wait, worker_id: worker }
    const answer = await unlessEmpty(this.request('GET', `/q/${[queues].flat().join(',')}`, { query, signal }))
    return answer && (lease === undefined ? taken(answer.text) : delivered(answer))
  }

  /** Up to `count` jobs of a queue, on lease; none if it is empty. */
  async takeMany<P = any> (queue: string, { count, lease, wait, worker, signal }: TakeMany): Promise<Array<Delivery<P>>> {
    const query = { batch_size: count, lease, wait, worker_id: worker }
    const answer = await unlessEmpty(this.request('GET', `/qb/${queue}`, { query, signal }))
    return answer === null ? [] : deliveredAll(queue, answer.text)
  }

  /** Finishes a job, with its result if it has one. With `next`, resolves with the next job of the queue, or null. */
  async ack (delivery: Delivery, result?: unknown, { next, signal }: { next?: Next, signal?: AbortSignal } = {}): Promise<Delivery | null> {
    const more = next && { next: 1, lease: next.lease, wait: next.wait, worker_id: next.worker }
    try {
      const what = { query: { receipt: delivery.receipt, ...more }, body: bodyOf(result), signal }
      const answer = await ask(this.#connection, 'POST', pathOf(delivery, 'ack'), what)
      return answer.status === 200 ? delivered(answer) : null
    } catch (error) {
      if (next && isEmpty(error)) return null
      // The first try has arrived, only its answer has not.
      if (!isDone(error)) throw error instanceof Repeated ? error.refusal : error
      return next ? await this.take(delivery.queue, { ...next, signal }) : null
    }
  }

  /** Gives a job up: it failed. Null if a repeated request found that it had been given up before. */
  async nack (delivery: Delivery, failure: Failure = {}): Promise<Verdict | null> {
    return await this.#settle(delivery, 'nack', { body: JSON.stringify(failure) }) as Verdict | null
  }

  /** Gives a job back, as if nothing had been. */
  async release (delivery: Delivery, { delay }: { delay?: number } = {}): Promise<void> {
    await this.#settle(delivery, 'release', { query: { delay } })
  }

  // A repeated request finds the receipt used up if the first has arrived.
  async #settle (delivery: Delivery, verb: string, { query, body }: Ask): Promise<unknown> {
    try {
      const { text } = await ask(this.#connection, 'POST', pathOf(delivery, verb), { query: { receipt: delivery.receipt, ...query }, body })
      return text === '' ? null : JSON.parse(text)
    } catch (error) {
      if (!(error instanceof Repeated)) throw error
      if (error.refusal instanceof PresqueError && [404, 409].includes(error.refusal.status)) return null
      throw error.refusal
    }
  }

  /** Keeps a job for longer: resolves with the time until which. Rejects with 404 if it was cancelled, 409 if another has it. */
  async touch ({ receipt, ...place }: Delivery, keep: Keep = {}): Promise<number> {
    const { text } = await this.request('POST', pathOf(place, 'touch'), { query: { receipt }, body: JSON.stringify(keep) })
    return (JSON.parse(text) as { lease_expires: number }).lease_expires
  }

  /** What is known of a job; with `wait`, once it has finished. */
  async job (queue: string, id: string, { wait, signal }: { wait?: number, signal?: AbortSignal } = {}): Promise<Job> {
    return JSON.parse((await this.request('GET', pathOf({ queue, id }), { query: { wait }, signal })).text)
  }

  /** Removes a job, whatever its state. */
  async cancel (queue: string, id: string): Promise<void> {
    await this.request('DELETE', pathOf({ queue, id }))
  }

  /** A queue with its counts; without a name, the names of all. */
  async status (queue: string): Promise<Status>
  async status (): Promise<{ queues: string[], size: number }>
  async status (queue = ''): Promise<unknown> {
    return JSON.parse((await this.request('GET', `/status/${queue}`)).text)
  }

  /** Stops or starts a queue, and sets its policy; null resets a field. */
  async control (queue: string, policy: Policy): Promise<void> {
    await this.request('POST', `/control/${queue}`, { body: JSON.stringify(policy) })
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
