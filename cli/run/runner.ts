import { setMaxListeners } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Keeper } from '../../client/keeper.ts'
import { pause } from '../../client/backoff.ts'
import { placeOf, Presence, version } from '../../client/presence.ts'
import { Guard } from './reaper.ts'
import { Server, type Taken } from './server.ts'
import { tell } from './report.ts'
import { Work } from './job-run.ts'
import type { Plan } from './plan.ts'

// In ms: for how long a worker that has stopped still tries to say what has become of its jobs. They come back by themselves.
const lastWords = 5000

/** Takes jobs and runs a program for each, until it is stopped. */
export class Runner {
  /** Resolves when nothing runs any more; rejects when presque refuses to give it jobs at all. */
  readonly finished: Promise<void>
  readonly #plan: Plan
  readonly #server: Server
  readonly #folder = mkdtempSync(join(tmpdir(), 'presque-run-'))
  readonly #guard: Guard
  readonly #keeper: Keeper
  readonly #presence: Presence
  readonly #taking = new AbortController()
  readonly #telling = new AbortController()
  readonly #works = new Set<Work>()
  #signals = 0

  constructor (plan: Plan) {
    this.#plan = plan
    this.#server = new Server(plan)
    this.#guard = new Guard(this.#folder, plan.killAfter)
    const { queues, lease, worker, concurrency } = plan
    this.#keeper = new Keeper(this.#server, { lease, worker, onQuiet: this.#quiet })
    this.#presence = new Presence({ request: async (method, path, what = {}) => await this.#server.ask(method, path, what) }, queues, { worker_id: worker, version, ...placeOf(), concurrency })
    setMaxListeners(0, this.#taking.signal, this.#telling.signal)
    this.finished = this.#run()
  }

  /** The first time: takes no more, and ends what still runs after `grace`. The second time: ends it now. The third: with SIGKILL. */
  stop (why: string): void {
    const { log, grace } = this.#plan
    this.#taking.abort()
    if (++this.#signals === 1) {
      log.warn(`${why}: ${this.#works.size === 0 ? 'stopping' : `${this.#works.size} jobs have ${grace} s to end`}`)
      setTimeout(() => this.#hurry(), grace * 1000).unref()
    } else if (this.#signals === 2) {
      log.warn(`${why} again: ending what runs`)
      this.#hurry()
    } else {
      for (const work of this.#works) work.kill()
      this.#telling.abort()
    }
  }

  readonly #quiet = (): void => {
    if (!this.#taking.signal.aborted) this.#plan.log.warn('presque wants this worker to take no more: it ends when what runs has ended')
    this.#taking.abort()
  }

  #hurry (): void {
    for (const work of this.#works) work.end('shutdown')
    setTimeout(() => this.#telling.abort(), this.#plan.killAfter * 1000 + lastWords).unref()
  }

  async #run (): Promise<void> {
    const { log, queues, concurrency, program } = this.#plan
    try {
      this.#presence.begin()
      this.#server.onReturn = () => this.#presence.say()
      log.info(`${program} works on ${queues.join(', ')}, ${concurrency} at a time`)
      await this.#loops()
    } finally {
      this.#server.onReturn = () => {}
      await this.#presence.end()
      this.#guard.close()
      log.info('stopped')
    }
  }

  async #loops (): Promise<void> {
    const loops = Array.from({ length: this.#plan.concurrency }, () => this.#loop())
    // The others end what they have in hand.
    const ends = await Promise.allSettled(loops)
    for (const end of ends) if (end.status === 'rejected') throw end.reason
  }

  async #loop (): Promise<void> {
    try {
      for (let job = await this.#take(); job !== null;) job = await this.#work(job) ?? await this.#take()
    } catch (error) {
      this.#taking.abort()
      throw error
    }
  }

  async #take (): Promise<Taken | null> {
    const { signal } = this.#taking
    const { queues, lease, wait, worker } = this.#plan
    try {
      while (!signal.aborted) {
        const since = performance.now()
        const job = await this.#server.take(queues, { lease, wait, worker_id: worker }, { onQuiet: this.#quiet, signal })
        if (job !== null) return job
        if (performance.now() - since < 200) await pause(500 + 500 * Math.random(), signal)
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
    return null
  }

  async #work (job: Taken): Promise<Taken | null> {
    const work = new Work(this.#plan, this.#keeper, this.#guard, this.#folder, job)
    this.#works.add(work)
    const began = performance.now()
    const outcome = await work.outcome()
    this.#works.delete(work)
    const { log } = this.#plan
    const what = { job, outcome, seconds: Math.round(performance.now() - began) / 1000, next: this.#next(job), onQuiet: this.#quiet, signal: this.#telling.signal }
    const next = await tell(this.#server, log, what)
    if (next === null || !this.#taking.signal.aborted) return next
    await this.#server.settle(next, 'release', { signal: this.#telling.signal })
    return null
  }

  // An ack brings a job of the same queue only: of several queues, that would pass over those that come first.
  #next ({ queue }: Taken) {
    const { queues, lease, worker } = this.#plan
    return this.#taking.signal.aborted || queue !== queues[0] ? undefined : { next: 1, lease, worker_id: worker }
  }
}
