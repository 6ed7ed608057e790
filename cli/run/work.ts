import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRefusal } from '../../client/error.ts'
import { pause } from '../../client/patience.ts'
import { Child } from './child.ts'
import { verdict, type Verdict } from './verdict.ts'
import type { Guard } from './guard.ts'
import type { Plan } from './runner.ts'
import type { Server, Taken } from './server.ts'

export type End = 'timeout' | 'shutdown' | 'cancelled' | 'lost'

/** A program at work on a job, which it keeps. */
export class Work {
  readonly #plan: Plan
  readonly #server: Server
  readonly #job: Taken
  readonly #child: Child
  readonly #file: string
  readonly #over = new AbortController()
  #end: End | undefined

  constructor (plan: Plan, server: Server, guard: Guard, folder: string, job: Taken) {
    this.#plan = plan
    this.#server = server
    this.#job = job
    this.#file = join(folder, `${job.queue}-${job.id}-${job.attempt}.json`)
    writeFileSync(this.#file, job.payload, { mode: 0o600 })
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

  /** How it ended; or why that does not matter any more. */
  async outcome (): Promise<Verdict | 'cancelled' | 'lost'> {
    const { timeout } = this.#plan
    const timer = timeout === undefined ? undefined : setTimeout(() => this.end('timeout'), timeout * 1000)
    void this.#keep()
    const ending = await this.#child.ended
    clearTimeout(timer)
    this.#over.abort()
    rmSync(this.#file, { force: true })
    if (ending.cut) this.#plan.log.warn('its output is too long: the result is the beginning, as a string', { queue: this.#job.queue, job: this.#job.id })
    const end = this.#end
    return end === 'cancelled' || end === 'lost' ? end : verdict(ending, end, this.#plan)
  }

  #environment (): NodeJS.ProcessEnv {
    const { env, worker, url } = this.#plan
    const { queue, id, attempt, receipt, traceparent } = this.#job
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

  // Each third of the lease, and sooner when presque was away.
  async #keep (): Promise<void> {
    const { lease } = this.#plan
    const { queue, id, receipt } = this.#job
    const { signal } = this.#over
    const what = { query: { receipt }, body: JSON.stringify({ lease }), signal }
    try {
      for (;;) {
        await pause(lease * 1000 / 3, signal)
        await this.#server.ask('POST', `/j/${queue}/${id}/touch`, what, Math.max(1, lease / 3))
      }
    } catch (error) {
      if (signal.aborted) return
      if (isRefusal(error, 404)) this.end('cancelled')
      else if (isRefusal(error, 409)) this.end('lost')
      else this.#plan.log.warn(`the job cannot be kept: ${(error as Error).message}`, { queue, job: id })
    }
  }
}
