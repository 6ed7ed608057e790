import { advance, claim, fire, rewind, type Claim } from './fire.ts'
import type { RedisClient } from '../redis/store.ts'

// A server looks so often although it knows of no due tick: another may have set a schedule.
const pulseMs = 1000

/**
 * Fires the schedules, beside the schedulers of all other servers. Without any schedule, it makes
 * one small call to Redis a second, which also says whether an operation is due.
 */
export class Scheduler {
  readonly #redis: RedisClient
  readonly #failed: (error: unknown) => void
  /** Called when a server must look at an operation. */
  operationDue = (): void => {}
  #timer: NodeJS.Timeout | undefined
  #working: Promise<void> | undefined
  #isRunning = false
  // The latest time of Redis, in ms; at the start another server may know a later one.
  #latest = Infinity

  /** `failed` is called with each error; the schedule is tried again. */
  constructor (redis: RedisClient, failed: (error: unknown) => void) {
    this.#redis = redis
    this.#failed = failed
  }

  start (): void {
    this.#isRunning = true
    this.look(pulseMs)
  }

  /** Looks after `ms`, unless it is stopped, or is looking. */
  look (ms: number): void {
    if (!this.#isRunning || this.#working !== undefined) return
    clearTimeout(this.#timer)
    const delay = Math.max(0, Math.min(ms, pulseMs))
    this.#timer = setTimeout(() => {
      void this.#look()
    }, delay).unref()
  }

  /** Resolves once it fires no more. */
  async close (): Promise<void> {
    this.#isRunning = false
    clearTimeout(this.#timer)
    await this.#working
  }

  async #look (): Promise<void> {
    let pause = pulseMs
    this.#working = this.fireDue().then(ms => {
      pause = ms
    }, this.#failed)
    await this.#working
    this.#working = undefined
    this.look(pause)
  }

  /** Fires due schedules. Resolves to the time until the next one is due, in ms. */
  async fireDue (now?: number): Promise<number> {
    const { claims, time, again, isOperationDue } = await claim(this.#redis, { now })
    if (isOperationDue) this.operationDue()
    const isBack = time < this.#latest - 1000
    if (isBack) await rewind(this.#redis, time)
    this.#latest = time
    const fired = await this.#fireAll(claims, time, now)
    if (isBack && claims.length === 0) return Math.min(10, pulseMs)
    // At once where it may be behind: with several schedules, or with several ticks of one.
    if (fired > 0) return 0
    return again === null ? pulseMs : again - time
  }

  /** Returns how many were fired. */
  async #fireAll (claims: Claim[], time: number, now?: number): Promise<number> {
    const results = await Promise.allSettled(claims.map(async claimed => {
      await advance(this.#redis, claimed, await fire(this.#redis, claimed, time, { now }))
    }))
    let fired = 0
    for (const result of results) {
      if (result.status === 'rejected') this.#failed(result.reason)
      else fired++
    }
    return fired
  }
}
