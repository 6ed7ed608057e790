const longestTimerMs = 2 ** 31 - 1

/** The waiters of one server on one queue, and when to look there next. */
export class WaitingList {
  /** Resolves when messages about the queue arrive. */
  readonly subscribed: Promise<void>
  // In the order of their arrival; a call wakes one.
  readonly #parked = new Map<symbol, () => void>()
  readonly #onTimer: () => void
  #looking = 0
  #missed = false
  #timer: NodeJS.Timeout | undefined
  #timerAt = Infinity
  #usedAt = performance.now()

  /** `onTimer` is called at the time that `wakeAfter` set. */
  constructor (subscribed: Promise<void>, onTimer: () => void) {
    this.subscribed = subscribed
    this.#onTimer = onTimer
  }

  /** How many waiters are parked. */
  get parked (): number { return this.#parked.size }

  /** For how long there has been no waiter, in ms. */
  get idleMs (): number {
    return this.#parked.size + this.#looking > 0 ? 0 : performance.now() - this.#usedAt
  }

  /** Runs a look. A message that arrives meanwhile finds no parked waiter, but is not lost. */
  async during<Found> (look: () => Promise<Found>): Promise<Found> {
    this.#looking++
    try {
      return await look()
    } finally {
      this.#looking--
      this.#usedAt = performance.now()
    }
  }

  /** Whether a message arrived while all waiters were looking; forgets that. */
  takeMissed (): boolean {
    const missed = this.#missed
    this.#missed = false
    return missed
  }

  park (key: symbol, wake: () => void): void { this.#parked.set(key, wake) }

  leave (key: symbol): void { this.#parked.delete(key) }

  /** Lets `count` waiters look. */
  wake (count: number): void {
    const waiting = this.#parked.values()
    for (let i = 0; i < count; i++) {
      const { value: wake, done } = waiting.next()
      if (done) return
      wake()
    }
  }

  /** Lets one waiter look, now or when its look is over. Returns false where there is none. */
  wakeOne (): boolean {
    if (this.#parked.size > 0) this.wake(1)
    else if (this.#looking > 0) this.#missed = true
    else return false
    return true
  }

  /** There may be a job in `ms`. Of several times the soonest counts. */
  wakeAfter (ms: number): void {
    const at = performance.now() + ms
    if (this.#timerAt <= at) return
    this.close()
    this.#timerAt = at
    this.#timer = setTimeout(() => {
      this.#timerAt = Infinity
      this.#onTimer()
    }, Math.min(ms, longestTimerMs)).unref()
  }

  close (): void { clearTimeout(this.#timer) }
}
