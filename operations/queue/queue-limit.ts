import { errors } from '../errors.ts'
import { commonKey } from '../redis/keys.ts'
import { storeOf, type RedisClient } from '../redis/store.ts'
import { isNameNoted, noteName } from './name.ts'

/** How many queues there may be, unless the server sets another limit. */
export const defaultLimit = 250_000

const countMaxAgeMs = 1000

// Above this share of the limit, each new name is looked up before its first job goes in. Below it
// a push waits for nothing.
const nearShare = 0.9

/**
 * Limits how many queues there are. While the node that has their names is away, new queues are
 * admitted: a push does not fail for that.
 */
export class QueueLimit {
  readonly #redis: RedisClient
  // The last count, when it was asked for, and how many queues this server had admitted by then.
  #counted = { count: 0, at: -Infinity, admitted: 0 }
  #admitted = 0

  constructor (redis: RedisClient) {
    this.#redis = redis
  }

  /**
   * Resolves when a queue of that name may be made, or exists. Rejects with QUEUES_FULL.
   * - `listed`: resolves when its name has been noted
   */
  async admit (queue: string): Promise<{ listed: Promise<void> }> {
    if (isNameNoted(this.#redis, queue)) return { listed: noteName(this.#redis, queue) }
    if (performance.now() - this.#counted.at >= countMaxAgeMs) await this.#count()
    if (this.#estimate >= this.#limit * nearShare) {
      if (await this.exists(queue)) return { listed: noteName(this.#redis, queue) }
      if (this.#estimate >= this.#limit) await this.#count(true)
      if (this.#estimate >= this.#limit) throw new errors.QUEUES_FULL()
    }
    this.#admitted++
    // Within this turn of the event loop, so that the next count has it.
    return { listed: noteName(this.#redis, queue) }
  }

  /** Whether there is a queue of that name; true while that cannot be known. */
  async exists (queue: string): Promise<boolean> {
    return await this.#redis.sismember(commonKey('queues'), queue).catch(() => 1) === 1
  }

  get #limit (): number { return storeOf(this.#redis).caps.queues ?? defaultLimit }

  get #estimate (): number {
    return this.#counted.count + this.#admitted - this.#counted.admitted
  }

  // Awaits the first count, and one that decides: far from the limit, an older count will do.
  async #count (decides = false): Promise<void> {
    const isFirst = this.#counted.at === -Infinity
    const [at, admitted] = [performance.now(), this.#admitted]
    this.#counted.at = at
    const asked = this.#redis.scard(commonKey('queues'))
      .then(count => { this.#counted = { count, at, admitted } }, () => {})
    if (isFirst || decides) await asked
  }
}
