const hour = 3_600_000
const day = 24 * hour

/** The clock on the wall at a place. An instant is ms since 1970; what the wall shows then is as if it were UTC. */
export class Zone {
  readonly #format: Intl.DateTimeFormat

  /** Throws a RangeError if there is no such place. */
  constructor (name: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric'
    })
  }

  /** By how many ms the wall is ahead of UTC. */
  offset (instant: number): number {
    const parts = this.#format.formatToParts(instant)
    const [year, month, date, hours, minutes, seconds] = ['year', 'month', 'day', 'hour', 'minute', 'second']
      .map(type => Number(parts.find(part => part.type === type)!.value)) as [number, number, number, number, number, number]
    return Date.UTC(year, month - 1, date, hours, minutes, seconds) - Math.floor(instant / 1000) * 1000
  }

  /** The instant, after the first and not after the second, from which on the offset is no longer that of the first. */
  change (before: number, after: number): number {
    const offset = this.offset(before)
    let [low, high] = [before, after]
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (this.offset(middle) === offset) low = middle
      else high = middle
    }
    return high
  }

  /**
   * When the wall shows a time: the first instant that it does, and what that is.
   * - `once`, or `twice` where clocks are put back over it
   * - `never` where they are put forward over it: the instant at which they are
   */
  instant (wall: number): { at: number, shown: 'once' | 'twice' | 'never', change: number } {
    const [before, after] = [wall - 1.5 * day, wall + 1.5 * day]
    const [early, late] = [this.offset(before), this.offset(after)]
    if (early === late) return { at: wall - early, shown: 'once', change: 0 }
    const change = this.change(before, after)
    const [first, second] = [wall - early < change, wall - late >= change]
    if (first && second) return { at: wall - early, shown: 'twice', change }
    if (first || second) return { at: first ? wall - early : wall - late, shown: 'once', change }
    return { at: change, shown: 'never', change }
  }
}
