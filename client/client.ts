import { Consumer, pathOf } from './consumer.ts'
import type { Ask } from './request.ts'
import type { Job, Jobs, Policy, Pushed, PushManyOptions, PushOptions, Redriven, Schedule, Scheduled, State, Status, Why } from './schema.ts'

export { JobError, PresqueError, Unreachable } from './error.ts'
export { Worker, type WorkerOptions } from './worker.ts'
export type { Context, Handler } from './job-run.ts'
export type { Consumer } from './consumer.ts'
export type { Ask, Answer, Connection } from './request.ts'
export type * from './schema.ts'
export type { Delivery, Taken } from './delivery.ts'

/** One JSON object; or, as a string, its JSON text, which is sent byte for byte. */
export type Payload = object | string

const textOf = (payload: Payload): string => typeof payload === 'string' ? payload : JSON.stringify(payload)

/**
 * A presque server, by its URL, or by that and more.
 *
 * Failed connections and 503 are tried again with growing pauses, where that does no harm: a push brings an Idempotency-Key, so that it is
 * stored once. Not tried again, once the request may have arrived: `take()` without `lease` (the job may be gone), and `pushMany()`.
 */
export class Presque extends Consumer {
  /** Puts a job in. With `wait`, also waits for its `result`; rejects with 422 if it failed for good. `result` is missing if time was up. */
  async push<Result = any> (queue: string, payload: Payload, { idempotencyKey, signal, onDuplicate, ...query }: PushOptions = {}): Promise<Pushed<Result>> {
    const headers: Record<string, string> = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }
    const what = { query: { ...inQuery(query), on_duplicate: onDuplicate }, headers, body: textOf(payload), signal }
    const answer = await this.request('POST', `/q/${encodeURIComponent(queue)}`, what)
    const pushed = { id: answer.headers.get('x-presque-job') ?? '', duplicate: answer.headers.has('x-presque-duplicate') }
    return answer.status === 200 && answer.text !== '' ? { ...pushed, result: JSON.parse(answer.text) as Result } : pushed
  }

  /** Puts several jobs in, all or none. */
  async pushMany (queue: string, payloads: Payload[], { signal, ...query }: PushManyOptions = {}): Promise<void> {
    await this.request('POST', `/qb/${encodeURIComponent(queue)}`, { query: inQuery(query), body: `{"jobs":[${payloads.map(textOf).join(',')}]}`, signal })
  }

  /** What is known of a job; with `wait`, once it has finished. */
  async job (queue: string, id: string, { wait, signal }: { wait?: number, signal?: AbortSignal } = {}): Promise<Job> {
    return await this.#json('GET', pathOf(queue, id), { query: { wait }, signal })
  }

  /** Why a job is not running. */
  async why (queue: string, id: string): Promise<Why> {
    return await this.#json('GET', pathOf(queue, id, 'why'))
  }

  /** Lets a failed or delayed job run now. */
  async retry (queue: string, id: string): Promise<void> {
    await this.request('POST', pathOf(queue, id, 'retry'))
  }

  /** Removes a job, whatever its state. Its worker stops at its next touch. */
  async cancel (queue: string, id: string): Promise<void> {
    await this.request('DELETE', pathOf(queue, id))
  }

  /** The jobs of a queue in one state, a page of them. */
  async jobs (queue: string, state: State, { offset, limit }: { offset?: number, limit?: number } = {}): Promise<Jobs> {
    return await this.#json('GET', `/j/${encodeURIComponent(queue)}`, { query: { state, offset, limit } })
  }

  /** Lets all failed (or delayed) jobs of a queue run now, the oldest first: how many. */
  async retryAll (queue: string, state: 'failed' | 'delayed' = 'failed', { limit }: { limit?: number } = {}): Promise<number> {
    return (await this.redrive(queue, state, { limit })).count
  }

  /** The same, and tells how many stay failed as well, since another job has their unique key. */
  async redrive (queue: string, state: 'failed' | 'delayed' = 'failed', { limit }: { limit?: number | undefined } = {}): Promise<Redriven> {
    const answer = await this.#json<Partial<Redriven>>('POST', `/j/${encodeURIComponent(queue)}/retry`, { query: { state, limit } })
    return { count: 0, duplicates: 0, ...answer }
  }

  /** Removes all jobs of one state, the oldest first: how many. */
  async cancelAll (queue: string, state: State, { limit }: { limit?: number } = {}): Promise<number> {
    return (await this.#json<{ count: number }>('DELETE', `/j/${encodeURIComponent(queue)}`, { query: { state, limit } })).count
  }

  /** A queue with its counts; without a name, the names of all. */
  async status (queue: string): Promise<Status>
  async status (): Promise<{ queues: string[], size: number }>
  async status (queue = ''): Promise<unknown> {
    return await this.#json('GET', queue === '' ? '/status' : `/status/${encodeURIComponent(queue)}`)
  }

  /** Lets a queue give out no more jobs, for good or `for` so many seconds. It still takes new ones. */
  async stop (queue: string, { for: seconds }: { for?: number } = {}): Promise<void> {
    await this.policy(queue, { status: 'stop', ...(seconds !== undefined && { for: seconds }) })
  }

  /** Lets a stopped queue give out jobs again. */
  async start (queue: string): Promise<void> {
    await this.policy(queue, { status: 'start' })
  }

  /** Sets the policy of a queue: what is left out stays, null goes back to the default. */
  async policy (queue: string, policy: Policy): Promise<void> {
    await this.request('POST', `/control/${encodeURIComponent(queue)}`, { body: JSON.stringify(policy) })
  }

  /** Purges and deletes a queue: jobs, counters and policy. */
  async purge (queue: string): Promise<void> {
    await this.request('DELETE', `/q/${encodeURIComponent(queue)}`)
  }

  /** Sets the schedule of that name, or replaces it. */
  async schedule (name: string, schedule: Schedule): Promise<Scheduled> {
    return await this.#json('PUT', `/schedule/${encodeURIComponent(name)}`, { body: JSON.stringify(schedule) })
  }

  /** The schedule of that name; without one, a page of all. */
  async schedules (name: string): Promise<Scheduled>
  async schedules (page?: { offset?: number, limit?: number }): Promise<{ schedules: Scheduled[], size: number }>
  async schedules (which: string | { offset?: number, limit?: number } = {}): Promise<unknown> {
    if (typeof which === 'string') return await this.#json('GET', `/schedule/${encodeURIComponent(which)}`)
    return await this.#json('GET', '/schedule', { query: { ...which } })
  }

  /** Deletes the schedule of that name. The jobs it has put in stay. */
  async unschedule (name: string): Promise<void> {
    await this.request('DELETE', `/schedule/${encodeURIComponent(name)}`)
  }

  async #json<Answer = any> (method: string, path: string, what?: Ask): Promise<Answer> {
    return JSON.parse((await this.request(method, path, what)).text)
  }
}

// The names of the API; null is a word there.
function inQuery ({ maxLost, ...query }: Omit<PushManyOptions, 'signal'>) {
  return { ...query, max_lost: maxLost === null ? 'null' : maxLost }
}
