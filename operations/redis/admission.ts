import { errors } from '../errors.ts'
import { loadRatio } from './load.ts'
import { storeOf, type RedisClient } from './store.ts'

/** Starts a request; with an error, answers it so. */
export type Start = (error?: Error) => void

interface Held { start: Start, since: number }

// The share of the load that is for connections with many requests one after another. The rest is
// for the others, so that they find room in a burst.
const shareForMany = 0.4

// A push is two commands: the name of its queue goes before it.
const commandsPerRequest = 2

const recheckMs = 5
const maxHoldMs = 500
const maxHeld = 1000

/**
 * Decides when a request may begin. Where too much is under way it is refused at once; one of many
 * on a connection is held for a moment, until those before it have been answered.
 */
export class Admission {
  readonly #redis: RedisClient
  readonly #held: Held[] = []
  // Requests of this turn of the event loop, whose commands have not been sent yet.
  #begun = 0

  constructor (redis: RedisClient) {
    this.#redis = redis
  }

  /** Whether connections with many requests must not be read further for now. */
  get isBusy (): boolean { return this.#held.length > 0 || this.#share('') > shareForMany }

  /** Whether a request may begin now. `many`: its connection has many under way. */
  admits (queue: string, many: boolean): boolean {
    // Requests on one queue share a call: they count once that has left.
    if (loadRatio(this.#redis, queue) >= 1) return false
    if (many && (this.#share(queue) >= shareForMany || this.#held.length > 0)) return false
    this.#begun++
    return true
  }

  /** The turn of the event loop is over: the requests of it have sent their commands. */
  endTurn (): void { this.#begun = 0 }

  /** Starts a request that was not admitted later, or refuses it. */
  defer (queue: string, many: boolean, start: Start): void {
    const isFull = this.#held.length >= maxHeld || loadRatio(this.#redis, queue) >= 1
    if (!many || isFull) return this.#refuse(start)
    const count = this.#held.push({ start, since: performance.now() })
    if (count === 1) setTimeout(() => this.#next(), recheckMs)
  }

  #share (queue: string): number {
    return loadRatio(this.#redis, queue, commandsPerRequest * this.#begun)
  }

  #refuse (start: Start): void {
    storeOf(this.#redis).load.refused++
    start(new errors.REDIS_BUSY())
  }

  #next (): void {
    setImmediate(() => this.endTurn())
    const waiting = this.#held.splice(0)
    const late = performance.now() - maxHoldMs
    const left = waiting.filter(({ start, since }) => {
      if (since < late) this.#refuse(start)
      else if (this.admits('', true)) start()
      else return true
      return false
    })
    this.#held.push(...left)
    if (left.length > 0) setTimeout(() => this.#next(), recheckMs)
  }
}
