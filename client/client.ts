import { Consumer, pathOf } from './consumer.ts'
import type { Ask } from './http/request.ts'
import type {
  BulkOptions, ErrorDocument, ErrorGroup, FindOptions, Job, JobFilter, Jobs, ListedState, Policy,
  Pushed, PushManyOptions, PushOptions, Redriven, Retriable, Schedule, Scheduled, Status, Why
} from './schema.ts'

export { JobError, PresqueError, Unreachable } from './error.ts'
export { Worker, type WorkerOptions } from './worker.ts'
export type { Context, Handler } from './job-run.ts'
export type { Consumer } from './consumer.ts'
export type { Ask, Answer, Connection } from './http/request.ts'
export type * from './schema.ts'
export type { Delivery, Taken } from './delivery.ts'

/** One JSON object; a string is its JSON text, which is sent byte for byte. */
export type Payload = object | string

const textOf = (payload: Payload): string => {
  return typeof payload === 'string' ? payload : JSON.stringify(payload)
}

interface Page { offset?: number, limit?: number }

interface SchedulesPage extends Page { ahead?: number }

/**
 * A presque server, by its URL, or by a connection that says more.
 *
 * A request is repeated with growing pauses after a failed connection and after 503, where that
 * does no harm: a push carries an Idempotency-Key, so that it is stored once. Two requests are not
 * repeated once they may have arrived: `take()` without `lease` (its job may be gone), and
 * `pushMany()`.
 */
export class Presque extends Consumer {
  /**
   * Pushes a job. With `wait` it also waits for the `result`, and rejects with 422 if the job
   * failed for good; `result` is missing if the time is over before.
   */
  async push<Result = any> (
    queue: string, payload: Payload,
    { idempotencyKey, signal, onDuplicate, ...options }: PushOptions = {}
  ): Promise<Pushed<Result>> {
    const headers: Record<string, string> = {}
    if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey
    const query = { ...queryOf(options), on_duplicate: onDuplicate }
    const what = { query, headers, body: textOf(payload), signal }
    const answer = await this.request('POST', `/q/${encodeURIComponent(queue)}`, what)
    const id = answer.header('x-presque-job') ?? ''
    const pushed = { id, duplicate: answer.header('x-presque-duplicate') !== undefined }
    if (answer.status !== 200 || answer.text === '') return pushed
    return { ...pushed, result: JSON.parse(answer.text) as Result }
  }

  /** Pushes several jobs, all or none. */
  async pushMany (
    queue: string, payloads: Payload[], { signal, ...options }: PushManyOptions = {}
  ): Promise<void> {
    const body = `{"jobs":[${payloads.map(textOf).join(',')}]}`
    const what = { query: queryOf(options), body, signal }
    await this.request('POST', `/qb/${encodeURIComponent(queue)}`, what)
  }

  /** All that is known of a job; with `wait`, once it has completed or failed. */
  async job (
    queue: string, id: string, { wait, signal }: { wait?: number, signal?: AbortSignal } = {}
  ): Promise<Job> {
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

  /** Deletes a job, whatever its state. Its worker stops at its next touch. */
  async cancel (queue: string, id: string): Promise<void> {
    await this.request('DELETE', pathOf(queue, id))
  }

  /** A page of the jobs of a queue in one state. */
  async jobs (queue: string, state: ListedState, { offset, limit }: Page = {}): Promise<Jobs> {
    return await this.#json('GET', jobsOf(queue), { query: { state, offset, limit } })
  }

  /**
   * All jobs of a queue in one state that match, each once, while others come and go. A request
   * searches a thousand jobs.
   */
  async * find (
    queue: string, state: ListedState,
    { order, limit = Infinity, signal, ...filter }: FindOptions = {}
  ): AsyncGenerator<Job, void, undefined> {
    let after: string | null = ''
    for (let left = limit; left > 0 && after !== null;) {
      const page = { state, order, after, limit: Math.min(left, 1000), ...filterOf(filter) }
      const found: Jobs = await this.#json('GET', jobsOf(queue), { query: page, signal })
      yield * found.jobs
      left -= found.jobs.length
      after = found.next ?? null
    }
  }

  /** Lets all failed (or delayed, retrying) jobs of a queue run now, the oldest first; how many. */
  async retryAll (
    queue: string, state: Retriable = 'failed', options: BulkOptions = {}
  ): Promise<number> {
    return (await this.redrive(queue, state, options)).count
  }

  /** Does the same; also tells how many stay failed because another job has their unique key. */
  async redrive (
    queue: string, state: Retriable = 'failed', options: BulkOptions = {}
  ): Promise<Redriven> {
    const what = { query: { state, ...bulkOf(options) } }
    const answer = await this.#json<Partial<Redriven>>('POST', `${jobsOf(queue)}/retry`, what)
    return { count: answer.count ?? 0, duplicates: answer.duplicates ?? 0 }
  }

  /** Deletes all jobs of one state, the oldest first; how many. */
  async cancelAll (
    queue: string, state: ListedState, options: BulkOptions = {}
  ): Promise<number> {
    const what = { query: { state, ...bulkOf(options) } }
    return (await this.#json<{ count: number }>('DELETE', jobsOf(queue), what)).count
  }

  /** The kinds of failures of a queue, or of all: those that grow now come first. */
  async errors (queue?: string, { limit }: { limit?: number } = {}): Promise<ErrorGroup[]> {
    const path = queue === undefined ? '/errors' : `/errors/${encodeURIComponent(queue)}`
    return (await this.#json<{ errors: ErrorGroup[] }>('GET', path, { query: { limit } })).errors
  }

  /** One kind of failures of a queue, with its rates and samples. */
  async errorGroup (queue: string, fingerprint: string): Promise<ErrorDocument> {
    return await this.#json('GET', `/errors/${encodeURIComponent(queue)}/${fingerprint}`)
  }

  /** A queue with its counts; without a name, the names of all queues. */
  async status (queue: string): Promise<Status>
  async status (): Promise<{ queues: string[], size: number }>
  async status (queue = ''): Promise<unknown> {
    const path = queue === '' ? '/status' : `/status/${encodeURIComponent(queue)}`
    return await this.#json('GET', path)
  }

  /** Stops a queue, for good or `for` some seconds: it gives out no jobs, and takes new ones. */
  async stop (queue: string, { for: seconds }: { for?: number } = {}): Promise<void> {
    await this.policy(queue, { status: 'stop', ...(seconds !== undefined && { for: seconds }) })
  }

  /** Lets a stopped queue give out jobs again. */
  async start (queue: string): Promise<void> {
    await this.policy(queue, { status: 'start' })
  }

  /** Sets the policy of a queue: a setting that is left out stays, null sets the default again. */
  async policy (queue: string, policy: Policy): Promise<void> {
    const what = { body: JSON.stringify(policy) }
    await this.request('POST', `/control/${encodeURIComponent(queue)}`, what)
  }

  /** Deletes a queue with its jobs, counters and policy. */
  async purge (queue: string): Promise<void> {
    await this.request('DELETE', `/q/${encodeURIComponent(queue)}`)
  }

  /** Sets the schedule of that name, or replaces it. */
  async schedule (name: string, schedule: Schedule): Promise<Scheduled> {
    return await this.#json('PUT', scheduleOf(name), { body: JSON.stringify(schedule) })
  }

  /**
   * The schedule of that name; without a name, a page of all schedules. `ahead`: hours for which
   * each tells its ticks.
   */
  async schedules (name: string): Promise<Scheduled>
  async schedules (page?: SchedulesPage): Promise<{ schedules: Scheduled[], size: number }>
  async schedules (which: string | SchedulesPage = {}): Promise<unknown> {
    if (typeof which === 'string') return await this.#json('GET', scheduleOf(which))
    return await this.#json('GET', '/schedule', { query: { ...which } })
  }

  /** Deletes the schedule of that name. The jobs that it has pushed stay. */
  async unschedule (name: string): Promise<void> {
    await this.request('DELETE', scheduleOf(name))
  }

  async #json<Answer = any> (method: string, path: string, what?: Ask): Promise<Answer> {
    return JSON.parse((await this.request(method, path, what)).text)
  }
}

const jobsOf = (queue: string): string => `/j/${encodeURIComponent(queue)}`
const scheduleOf = (name: string): string => `/schedule/${encodeURIComponent(name)}`

function filterOf ({ minAttempt, ...filter }: JobFilter) {
  return { ...filter, min_attempt: minAttempt }
}

function bulkOf ({ limit, dry, ...filter }: BulkOptions) {
  return { limit, dry: dry === true ? 1 : undefined, ...filterOf(filter) }
}

// The names of the API, in which null is a word.
function queryOf ({ maxLost, ...query }: Omit<PushManyOptions, 'signal'>) {
  return { ...query, max_lost: maxLost === null ? 'null' : maxLost }
}
