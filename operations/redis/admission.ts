import { errors } from '../errors.ts'
import { loadRatio } from './load.ts'
import { storeOf, type RedisClient } from './store.ts'

/** Starts a request, or says why it may not start. */
export type Start = (refusal?: Error) => void

interface Held { start: Start, since: number }

// Of what may be under way, this much is for connections that send many requests one after another. The rest is for
// the others, so that they find room in a burst.
const forMany = 0.4

// A push is two commands: the name of its queue goes before it.
const commands = 2

// In ms: how often those that are held are looked at, and for how long one is held at most. How many are, in all.
const pause = 5
const longest = 500
const most = 1000

/**
 * Decides when a request may begin. Where too much is under way it is refused at once; one of many on a connection is
 * held for a moment, until those before it have been answered.
 */
export class Admission {
  readonly #redis: RedisClient
  readonly #held: Held[] = []
  // Those that have begun in this turn of the event loop, and have not asked Redis for anything yet.
  #begun = 0

  constructor (redis: RedisClient) {
    this.#redis = redis
  }

  /** Whether connections with many requests are to be read no further for now. */
  get isBusy (): boolean { return this.#held.length > 0 || this.#share('') > forMany }

  /** Whether a request may begin now. `many`: there are many of its connection under way. */
  admits (queue: string, many: boolean): boolean {
    // Requests of many connections on one queue share a call, so they count once that has left.
    if (loadRatio(this.#redis, queue) >= 1) return false
    if (many && (this.#share(queue) >= forMany || this.#held.length > 0)) return false
    this.#begun++
    return true
  }

  /** The turn of the event loop is over: what has begun in it has asked Redis by now. */
  endTurn (): void { this.#begun = 0 }

  /** For one that may not: starts it later, or refuses it. */
  defer (queue: string, many: boolean, start: Start): void {
    if (!many || this.#held.length >= most || loadRatio(this.#redis, queue) >= 1) return this.#refuse(start)
    if (this.#held.push({ start, since: performance.now() }) === 1) setTimeout(() => this.#next(), pause)
  }

  #share (queue: string): number {
    return loadRatio(this.#redis, queue, commands * this.#begun)
  }

  #refuse (start: Start): void {
    storeOf(this.#redis).load.refused++
    start(new errors.REDIS_BUSY())
  }

  #next (): void {
    setImmediate(() => this.endTurn())
    const waiting = this.#held.splice(0)
    const late = performance.now() - longest
    const left = waiting.filter(({ start, since }) => {
      if (since < late) this.#refuse(start)
      else if (this.admits('', true)) start()
      else return true
      return false
    })
    this.#held.push(...left)
    if (left.length > 0) setTimeout(() => this.#next(), pause)
  }
}
