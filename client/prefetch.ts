// A job is to be begun within this time of its arrival, in ms.
const aheadMs = 50
// Of the moving mean: how much the last handler counts.
const share = 1 / 8

/**
 * Tells how many jobs a worker is to hold ready beside those that it works on: as many as it begins
 * within 50 ms. There are none where handlers take longer than that.
 */
export class Prefetch {
  readonly #most: number
  readonly #concurrency: number
  readonly #aheadMs: number
  #meanMs = Infinity
  #ended = 0
  #beganAt = 0

  /** `lease` in seconds: no job is to wait for longer than a quarter of it. */
  constructor (most: number, concurrency: number, lease: number) {
    this.#most = most
    this.#concurrency = concurrency
    this.#aheadMs = Math.min(aheadMs, lease * 1000 / 4)
  }

  /** A handler begins. */
  begin (now: number): void {
    this.#beganAt = now
  }

  /** A handler has ended. */
  end (ms: number): void {
    this.#ended++
    this.#meanMs = this.#meanMs === Infinity ? ms : this.#meanMs + (ms - this.#meanMs) * share
  }

  /** Jobs had to be released: the next ones are few again. */
  reset (): void {
    this.#ended = 0
  }

  /** `working`: how many handlers run. Where all are busy and none ends, more jobs would wait. */
  size (working: number): number {
    if (this.#most === 0 || this.#meanMs > this.#aheadMs) return 0
    const isBusy = working >= this.#concurrency
    if (isBusy && performance.now() - this.#beganAt > this.#aheadMs) return 0
    const within = Math.floor(this.#concurrency * this.#aheadMs / Math.max(0.01, this.#meanMs))
    // As few as have ended at first: one quick handler says little of those that follow.
    return Math.min(this.#most, this.#ended, within)
  }
}
