import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Child } from './program.ts'
import { verdict, type Verdict } from './outcome.ts'
import type { PresqueError } from '../../client/error.ts'
import type { Keeper, Kept } from '../../client/keeper.ts'
import type { Guard } from './reaper.ts'
import type { Plan } from './plan.ts'
import type { Taken } from './server.ts'

// Process-wide: how many programs have been started. An id and an attempt come again when the queue is purged, or when Redis
// has lost its last writes, and the program of before may still run.
let started = 0

export type End = 'timeout' | 'shutdown' | 'cancelled' | 'lost'

/** A program at work on a job, which it keeps. */
export class Work implements Kept {
  readonly #plan: Plan
  readonly #keeper: Keeper
  readonly job: Taken
  readonly #child: Child
  readonly #file: string
  #end: End | undefined

  constructor (plan: Plan, keeper: Keeper, guard: Guard, folder: string, job: Taken) {
    this.#plan = plan
    this.#keeper = keeper
    this.job = job
    started++
    this.#file = join(folder, `${job.queue}-${job.id}-${job.attempt}-${started}.json`)
    writeFileSync(this.#file, job.payload, { mode: 0o600, flag: 'wx' })
    this.#child = new Child(plan.program, plan.args, this.#environment(), job.payload, line => plan.log.said(line, { queue: job.queue, job: job.id }))
    const { pid } = this.#child
    if (pid !== undefined) {
      guard.add(pid)
      void this.#child.ended.then(() => guard.remove(pid))
    }
  }

  /** Ends the program: the first reason counts. */
  end (why: End): void {
    this.#end ??= why
    void this.#child.stop(this.#plan.killAfter)
  }

  kill (): void {
    this.#child.signal('SIGKILL')
  }

  keptSince (): void {}

  /** Hears that the job was cancelled, or that another worker has it. */
  lose (reason: PresqueError): void {
    if (reason.status === 404) this.end('cancelled')
    else if (reason.status === 409) this.end('lost')
    else this.#plan.log.warn(`the job cannot be kept: ${reason.message}`, { queue: this.job.queue, job: this.job.id })
  }

  /** How it ended; or why that does not matter any more. */
  async outcome (): Promise<Verdict | 'cancelled' | 'lost'> {
    const { timeout } = this.#plan
    const timer = timeout === undefined ? undefined : setTimeout(() => this.end('timeout'), timeout * 1000)
    this.#keeper.add(this)
    const ending = await this.#child.ended
    clearTimeout(timer)
    this.#keeper.delete(this)
    rmSync(this.#file, { force: true })
    if (ending.cut) this.#plan.log.warn('its output is too long: the result is the beginning, as a string', { queue: this.job.queue, job: this.job.id })
    const end = this.#end
    return end === 'cancelled' || end === 'lost' ? end : verdict(ending, end, this.#plan)
  }

  #environment (): NodeJS.ProcessEnv {
    // What a job brings may be run by its program: the token of the worker is for presque alone.
    const { env: { PRESQUE_TOKEN: _, ...env }, worker, url } = this.#plan
    const { queue, id, attempt, receipt, traceparent } = this.job
    return {
      ...env,
      PRESQUE_URL: url,
      PRESQUE_QUEUE: queue,
      PRESQUE_JOB: id,
      PRESQUE_ATTEMPT: String(attempt),
      PRESQUE_RECEIPT: receipt,
      PRESQUE_WORKER: worker,
      PRESQUE_PAYLOAD_FILE: this.#file,
      ...(traceparent !== null && { TRACEPARENT: traceparent })
    }
  }
}
