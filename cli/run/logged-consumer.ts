import { retry } from '../../client/http/backoff.ts'
import {
  Consumer, type AckOptions, type Ended, type SettleOptions, type SignalOption
} from '../../client/consumer.ts'
import { hasStatus, isTransient, PresqueError } from '../../client/error.ts'
import { isContentError } from '../../client/failure.ts'
import type { Delivery } from '../../client/delivery.ts'
import type { Connection } from '../../client/http/request.ts'
import type { Failure, Verdict } from '../../client/schema.ts'
import type { Log } from './log.ts'

/** What the log tells of a job whose program has ended. */
export interface RunFacts {
  seconds: number
  /** Why the job is released, if it is. */
  why?: string
}

/**
 * Tells presque what became of jobs, for as long as it takes: until presque answers, or
 * `givingUp` aborts. Logs the outcome of each job whose facts were noted.
 */
export class LoggedConsumer extends Consumer {
  readonly #log: Log
  readonly #givingUp: AbortSignal
  readonly #facts = new WeakMap<Delivery, RunFacts>()

  constructor (connection: Connection, log: Log, givingUp: AbortSignal) {
    super(connection)
    this.#log = log
    this.#givingUp = givingUp
  }

  note (job: Delivery, facts: RunFacts): void {
    this.#facts.set(job, facts)
  }

  override async ack (job: Delivery, result?: unknown, options: AckOptions = {}) {
    const signal = this.#givingUp
    try {
      const next = await this.#tell(() => super.ack(job, result, { ...options, signal }))
      this.#logAck(job, null)
      return next
    } catch (error) {
      // The worker tells presque that such a job failed.
      if (!signal.aborted && isContentError(error)) throw error
      this.#logAck(job, error)
      return null
    }
  }

  override async settle (queue: string, ended: Ended[], options: SettleOptions = {}) {
    const signal = this.#givingUp
    const attempt = async () => await super.settle(queue, ended, { ...options, signal })
    try {
      const { outcomes, jobs } = await this.#tell(attempt)
      return { outcomes: outcomes.map((outcome, i) => this.#logged(ended[i]!, outcome)), jobs }
    } catch (error) {
      if (!signal.aborted) throw error
      for (const one of ended) this.#logError(one, error)
      return { outcomes: ended.map(() => null), jobs: [] }
    }
  }

  override async nack (job: Delivery, failure: Failure = {}): Promise<Verdict | null> {
    const why = whyOf(failure)
    const nack = async (signal: AbortSignal) => await super.nack(job, failure, { signal })
    return await this.#giveUp(job, why, nack, worded)
  }

  override async release (
    job: Delivery, options: SignalOption & { delay?: number } = {}
  ): Promise<void> {
    const { why = '' } = this.#facts.get(job) ?? {}
    const release = async (signal: AbortSignal) => {
      await super.release(job, { ...options, signal })
    }
    await this.#giveUp(job, why, release, () => 'released')
  }

  async #tell<Answer> (attempt: () => Promise<Answer>): Promise<Answer> {
    const signal = this.#givingUp
    return await retry(attempt, error => !signal.aborted && isTransient(error), signal)
  }

  async #giveUp<Answer> (
    job: Delivery, why: string, attempt: (signal: AbortSignal) => Promise<Answer>,
    then: (answer: Answer) => string
  ): Promise<Answer | null> {
    const signal = this.#givingUp
    try {
      const answer = await this.#tell(() => attempt(signal))
      this.#warn(job, `${why}: ${then(answer)}`)
      return answer
    } catch (error) {
      this.#warn(job, `${why}: ${reasonOf(error)}`)
      if (signal.aborted || hasStatus(error, 404, 409)) return null
      throw error
    }
  }

  /** What the worker is to hear of an outcome, once that is logged. */
  #logged (one: Ended, outcome: PresqueError | Verdict | null): PresqueError | Verdict | null {
    if (outcome instanceof PresqueError) {
      // The worker tells presque that such a job failed.
      if (isContentError(outcome)) return outcome
      this.#logError(one, outcome)
      return null
    }
    if (one.failure) this.#warn(one.job, `${whyOf(one.failure)}: ${worded(outcome)}`)
    else this.#logAck(one.job, null)
    return outcome
  }

  #logError ({ job, failure }: Ended, error: unknown): void {
    if (failure) this.#warn(job, `${whyOf(failure)}: ${reasonOf(error)}`)
    else this.#logAck(job, error)
  }

  #logAck (job: Delivery, error: unknown): void {
    const facts = this.#facts.get(job)
    if (facts === undefined) return
    const done = `done in ${facts.seconds} s`
    const told = logged(job, facts)
    if (error === null) this.#log.info(done, told)
    else if (hasStatus(error, 404)) this.#log.info(`${done}; it is gone already`, told)
    else if (hasStatus(error, 409)) this.#warn(job, 'done, but too late: another has it')
    else this.#warn(job, `done, but ${reasonOf(error)}`)
  }

  #warn (job: Delivery, message: string): void {
    const facts = this.#facts.get(job)
    if (facts !== undefined) this.#log.warn(message, logged(job, facts))
  }
}

const whyOf = (failure: Failure): string => failure.error?.message ?? ''

function logged ({ queue, id, attempt }: Delivery, { seconds }: RunFacts) {
  return { queue, job: id, attempt, seconds }
}

// There is no verdict where an earlier request was accepted.
function worded (verdict: Verdict | null): string {
  if (verdict === null) return 'it is gone'
  const { run_at: at } = verdict
  if (at === undefined) return 'it has failed for good'
  return `again at ${new Date(at * 1000).toISOString()}`
}

function reasonOf (error: unknown): string {
  if (hasStatus(error, 404)) return 'it is gone'
  if (hasStatus(error, 409)) return 'another has it'
  return `presque does not hear of it: ${(error as Error).message}`
}
