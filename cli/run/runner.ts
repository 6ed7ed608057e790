import { setMaxListeners } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Release } from '../../client/error.ts'
import { Worker } from '../../client/worker.ts'
import { loggedFetch } from './connection.ts'
import { LoggedConsumer } from './logged-consumer.ts'
import { ProgramRun } from './program-run.ts'
import { outcomeOf } from './outcome.ts'
import { Reaper } from './reaper.ts'
import type { Delivery } from '../../client/delivery.ts'
import type { Context } from '../../client/job-run.ts'
import type { JsonText } from '../../client/json-text.ts'
import type { Plan } from './plan.ts'

// A worker that stops still tries for so long to tell the outcome of its jobs. Later they come back
// by themselves.
const lastTellMs = 5000
// Seconds, beside `wait`: a server that is frozen holds its connections for ever.
const timeout = 10

/** A worker whose handler runs a program for each job, until it is stopped. */
export class Runner {
  /** Resolves when no program runs any more; rejects when presque does not let it take jobs. */
  readonly finished: Promise<void>
  readonly #plan: Plan
  readonly #consumer: LoggedConsumer
  readonly #worker: Worker
  readonly #folder = mkdtempSync(join(tmpdir(), 'presque-run-'))
  readonly #reaper: Reaper
  readonly #givingUp = new AbortController()
  readonly #runs = new Set<ProgramRun>()
  #isStopping = false
  #signals = 0

  constructor (plan: Plan) {
    this.#plan = plan
    const { url, token, queues, concurrency, lease, wait, log } = plan
    this.#reaper = new Reaper(this.#folder, plan.killAfter)
    setMaxListeners(0, this.#givingUp.signal)
    const fetch = loggedFetch({ url, log, onQuiet: () => this.#onQuiet() })
    const connection = { url, token, retries: 1, timeout, fetch }
    this.#consumer = new LoggedConsumer(connection, log, this.#givingUp.signal)
    const handler = (job: Delivery, context: Context) => this.#work(job, context)
    // A program takes longer to start than the next job takes to come.
    const options = { concurrency, prefetch: false, lease, wait, id: plan.worker } as const
    // The consumer logs the outcome of each job.
    this.#worker = new Worker(this.#consumer, queues, handler, { ...options, onError: () => {} })
    this.finished = this.#finish()
  }

  /**
   * The first time, takes no more jobs, and ends the programs that still run after `grace`. The
   * second time, ends them at once; the third time, with SIGKILL.
   */
  stop (why: string): void {
    const { log, grace } = this.#plan
    this.#isStopping = true
    this.#close(Infinity)
    this.#signals++
    if (this.#signals === 1) {
      const running = `${this.#runs.size} jobs have ${grace} s to end`
      log.warn(`${why}: ${this.#runs.size === 0 ? 'stopping' : running}`)
      setTimeout(() => this.#endPrograms(), grace * 1000).unref()
    } else if (this.#signals === 2) {
      log.warn(`${why} again: ending what runs`)
      this.#endPrograms()
    } else {
      for (const run of this.#runs) run.kill()
      this.#giveUp()
    }
  }

  #endPrograms (): void {
    for (const run of this.#runs) run.end('shutdown')
    setTimeout(() => this.#giveUp(), this.#plan.killAfter * 1000 + lastTellMs).unref()
  }

  // Tells presque nothing more of jobs.
  #giveUp (): void {
    this.#givingUp.abort()
    this.#close(0)
  }

  #close (drainTimeout: number): void {
    this.#worker.close(drainTimeout).catch(() => {})
  }

  #onQuiet (): void {
    if (this.#isStopping) return
    this.#isStopping = true
    const sentence = 'presque wants this worker to take no more: it ends when what runs has ended'
    this.#plan.log.warn(sentence)
  }

  async #finish (): Promise<void> {
    const { log, queues, concurrency, program } = this.#plan
    log.info(`${program} works on ${queues.join(', ')}, ${concurrency} at a time`)
    try {
      await this.#worker.finished
    } finally {
      this.#reaper.close()
      log.info('stopped')
    }
  }

  async #work (job: Delivery, { signal }: Context): Promise<JsonText | undefined> {
    const began = performance.now()
    const run = this.#start(job)
    this.#runs.add(run)
    const { ending, reason } = await run.ended(signal)
    this.#runs.delete(run)
    const seconds = Math.round(performance.now() - began) / 1000
    if (reason === 'cancelled' || reason === 'lost') {
      this.#logLost(job, reason, seconds)
      return undefined
    }
    this.#consumer.note(job, { seconds })
    try {
      return outcomeOf(ending, reason, this.#plan)
    } catch (error) {
      if (error instanceof Release) this.#consumer.note(job, { seconds, why: error.message })
      throw error
    }
  }

  #start (job: Delivery): ProgramRun {
    try {
      return new ProgramRun(this.#plan, this.#reaper, this.#folder, job)
    } catch (error) {
      // The fault of this machine, not of the job: its disk is full, for example.
      const why = `the program cannot be started: ${(error as Error).message}`
      this.#consumer.note(job, { seconds: 0, why })
      throw new Release(why, this.#plan.releaseDelay)
    }
  }

  #logLost (job: Delivery, reason: 'cancelled' | 'lost', seconds: number): void {
    const what = reason === 'cancelled' ? 'it was cancelled' : 'another has it'
    const facts = { queue: job.queue, job: job.id, attempt: job.attempt, seconds }
    this.#plan.log.warn(`${what}: ended`, facts)
  }
}
