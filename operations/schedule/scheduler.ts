import { advance, claim, fire, rewind } from './fire.ts'
import type { RedisClient } from '../redis/store.ts'

// In ms. So often a server looks, although it knows of nothing that is due: another may have been given a schedule.
const pulse = 1000

/** Fires the schedules, beside the schedulers of all other servers. Without any, it asks Redis one small thing a second. */
export class Scheduler {
  readonly #redis: RedisClient
  readonly #failed: (error: unknown) => void
  #timer: NodeJS.Timeout | undefined
  #working: Promise<void> | undefined
  #isRunning = false
  // The latest time in ms that Redis has told; at the start it may have told another server a later one.
  #latest = Infinity

  /** `failed` hears what went wrong; it is tried again. */
  constructor (redis: RedisClient, failed: (error: unknown) => void) {
    this.#redis = redis
    this.#failed = failed
  }

  start (): void {
    this.#isRunning = true
    this.look(pulse)
  }

  /** Looks after so many ms, unless it is not running, or looks already. */
  look (ms: number): void {
    if (!this.#isRunning || this.#working !== undefined) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => { void this.#look() }, Math.max(0, Math.min(ms, pulse))).unref()
  }

  /** Resolves once it fires no more. */
  async close (): Promise<void> {
    this.#isRunning = false
    clearTimeout(this.#timer)
    await this.#working
  }

  async #look (): Promise<void> {
    let pause = pulse
    this.#working = this.turn().then(ms => { pause = ms }, this.#failed)
    await this.#working
    this.#working = undefined
    this.look(pause)
  }

  /** Fires what is due. Resolves to how many ms later something is. */
  async turn (now?: number): Promise<number> {
    const { claims, time, again } = await claim(this.#redis, { now })
    const isBack = time < this.#latest - 1000
    if (isBack) await rewind(this.#redis, time)
    this.#latest = time
    const done = await Promise.allSettled(claims.map(async claimed => {
      await advance(this.#redis, claimed, await fire(this.#redis, claimed, time, { now }))
    }))
    for (const one of done) if (one.status === 'rejected') this.#failed(one.reason)
    if (isBack && claims.length === 0) return Math.min(10, pulse)
    // At once where it may be behind: of one schedule after another, or of one tick after another.
    return claims.length > 0 && done.some(({ status }) => status === 'fulfilled') ? 0 : again === null ? pulse : again - time
  }
}
