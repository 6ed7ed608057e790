import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasStatus } from '../../client/error.ts'
import { Program } from './program.ts'
import type { Delivery } from '../../client/delivery.ts'
import type { Ending } from './program.ts'
import type { Plan } from './plan.ts'
import type { Reaper } from './reaper.ts'

// Process-wide: how many programs have been started. The same id and attempt come again after a
// purge, or when Redis has lost its last writes, and the earlier program may still run.
let started = 0

/** Why this worker ended a program. */
export type EndReason = 'timeout' | 'shutdown' | 'cancelled' | 'lost'

/** The program that runs for a job. */
export class ProgramRun {
  readonly job: Delivery
  readonly #plan: Plan
  readonly #program: Program
  readonly #file: string
  #reason: EndReason | undefined

  constructor (plan: Plan, reaper: Reaper, folder: string, job: Delivery) {
    this.#plan = plan
    this.job = job
    started++
    this.#file = join(folder, `${job.queue}-${job.id}-${job.attempt}-${started}.json`)
    writeFileSync(this.#file, job.text, { mode: 0o600, flag: 'wx' })
    const { program, args, log } = plan
    const onLine = (line: string) => log.said(line, { queue: job.queue, job: job.id })
    this.#program = new Program(program, args, this.#environment(), job.text, onLine)
    const { pid } = this.#program
    if (pid === undefined) return
    reaper.add(pid)
    void this.#program.ended.then(() => reaper.remove(pid))
  }

  /** Ends the program. The first reason counts. */
  end (reason: EndReason): void {
    this.#reason ??= reason
    void this.#program.stop(this.#plan.killAfter)
  }

  kill (): void {
    this.#program.signal('SIGKILL')
  }

  /** Resolves when the program has ended. When `signal` aborts, the job is lost: it ends then. */
  async ended (signal: AbortSignal): Promise<{ ending: Ending, reason: EndReason | undefined }> {
    const { timeout, log } = this.#plan
    const expire = () => this.end('timeout')
    const timer = timeout === undefined ? undefined : setTimeout(expire, timeout * 1000)
    signal.addEventListener('abort', () => this.#lose(signal.reason), { once: true })
    if (signal.aborted) this.#lose(signal.reason)
    const ending = await this.#program.ended
    clearTimeout(timer)
    rmSync(this.#file, { force: true })
    if (ending.cut) {
      const { queue, id } = this.job
      const sentence = 'its output is too long: the result is the beginning, as a string'
      log.warn(sentence, { queue, job: id })
    }
    return { ending, reason: this.#reason }
  }

  #lose (reason: unknown): void {
    if (hasStatus(reason, 404)) return this.end('cancelled')
    this.end(hasStatus(reason, 409) ? 'lost' : 'shutdown')
  }

  #environment (): NodeJS.ProcessEnv {
    // A job may bring what its program runs: the token of the worker is for presque alone.
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
      ...(traceparent !== undefined && { TRACEPARENT: traceparent })
    }
  }
}
