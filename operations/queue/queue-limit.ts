import { errors } from '../errors.ts'
import { commonKey } from '../redis/keys.ts'
import { isNameNoted, noteName } from './name.ts'
import { storeOf, type RedisClient } from '../redis/store.ts'

/** How many queues there may be, unless the server says otherwise. */
export const usual = 250_000

// In ms: how old a count may be.
const often = 1000

// Near the bound, each new name is looked up before its first job goes in; before that, a push waits for nothing.
const near = 0.9

/**
 * Bounds how many queues there are. Where the node that has their names is away, queues are let in: a push does not fail
 * for that.
 */
export class QueueLimit {
  readonly #redis: RedisClient
  // How many there were when that was last asked, at what time, and how many this server had let in by then.
  #counted = { count: 0, at: -Infinity, admitted: 0 }
  #admitted = 0

  constructor (redis: RedisClient) {
    this.#redis = redis
  }

  /**
   * Resolves when a queue of that name may come into being, or is there. Rejects with QUEUES_FULL.
   * - `listed`: resolves when its name has been noted
   */
  async admit (queue: string): Promise<{ listed: Promise<void> }> {
    if (isNameNoted(this.#redis, queue)) return { listed: noteName(this.#redis, queue) }
    if (performance.now() - this.#counted.at >= often) await this.#count()
    if (this.#guess >= this.#limit * near) {
      if (await this.exists(queue)) return { listed: noteName(this.#redis, queue) }
      if (this.#guess >= this.#limit) await this.#count(true)
      if (this.#guess >= this.#limit) throw new errors.QUEUES_FULL()
    }
    this.#admitted++
    // In this very turn, so that the next count has it.
    return { listed: noteName(this.#redis, queue) }
  }

  /** Whether there is a queue of that name; true where that cannot be known now. */
  async exists (queue: string): Promise<boolean> {
    return await this.#redis.sismember(commonKey('queues'), queue).catch(() => 1) === 1
  }

  get #limit (): number { return storeOf(this.#redis).limits.queues ?? usual }

  get #guess (): number {
    return this.#counted.count + this.#admitted - this.#counted.admitted
  }

  // Only the first is waited for, and one that is to decide: far from the bound, a count that is a second old will do.
  async #count (decides = false): Promise<void> {
    const isFirst = this.#counted.at === -Infinity
    const [at, admitted] = [performance.now(), this.#admitted]
    this.#counted.at = at
    const asked = this.#redis.scard(commonKey('queues'))
      .then(count => { this.#counted = { count, at, admitted } }, () => {})
    if (isFirst || decides) await asked
  }
}
