const longestTimer = 2 ** 31 - 1

/** Those of one server who wait on one queue, and when to look there next. */
export class WaitingList {
  /** Resolves when messages about the queue are heard. */
  readonly subscribed: Promise<void>
  // The first to come first; each is told by calling it.
  readonly #parked = new Map<symbol, () => void>()
  readonly #due: () => void
  #looking = 0
  #missed = false
  #timer: NodeJS.Timeout | undefined
  #timerAt = Infinity
  #usedAt = performance.now()

  /** `due` is called when the time has come that `remind` named. */
  constructor (subscribed: Promise<void>, due: () => void) {
    this.subscribed = subscribed
    this.#due = due
  }

  get parked (): number { return this.#parked.size }

  /** Ms since somebody was here; 0 while somebody is. */
  get idle (): number {
    return this.#parked.size + this.#looking > 0 ? 0 : performance.now() - this.#usedAt
  }

  /** Runs a look, so that news which comes meanwhile finds nobody parked, but is not lost. */
  async looking<Found> (look: () => Promise<Found>): Promise<Found> {
    this.#looking++
    try {
      return await look()
    } finally {
      this.#looking--
      this.#usedAt = performance.now()
    }
  }

  /** Whether news came while its only hearers were looking; asking takes it away. */
  takeMissed (): boolean {
    const missed = this.#missed
    this.#missed = false
    return missed
  }

  park (key: symbol, wake: () => void): void { this.#parked.set(key, wake) }

  leave (key: symbol): void { this.#parked.delete(key) }

  /** Lets `count` of those who wait look. */
  wake (count: number): void {
    const waiting = this.#parked.values()
    for (let i = 0; i < count; i++) {
      const { value: wake, done } = waiting.next()
      if (done) return
      wake()
    }
  }

  /** There may be something: one of those who wait looks. false when there is nobody. */
  news (): boolean {
    if (this.#parked.size > 0) this.wake(1)
    else if (this.#looking > 0) this.#missed = true
    else return false
    return true
  }

  /** There may be something in so many ms. Of several times the soonest counts. */
  remind (ms: number): void {
    const at = performance.now() + ms
    if (this.#timerAt <= at) return
    this.close()
    this.#timerAt = at
    this.#timer = setTimeout(() => {
      this.#timerAt = Infinity
      this.#due()
    }, Math.min(ms, longestTimer)).unref()
  }

  close (): void { clearTimeout(this.#timer) }
}
