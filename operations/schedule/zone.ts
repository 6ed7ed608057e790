const hourMs = 3_600_000
const dayMs = 24 * hourMs

type Parts = [
  year: number, month: number, day: number, hour: number, minute: number, second: number
]

const names = ['year', 'month', 'day', 'hour', 'minute', 'second']

/**
 * The wall clock of a place. An instant is ms since 1970; a wall time is written as if it were UTC.
 */
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

  /** By how many ms the wall clock is ahead of UTC. */
  offset (instant: number): number {
    const parts = this.#format.formatToParts(instant)
    const valueOf = (name: string) => Number(parts.find(({ type }) => type === name)!.value)
    const [year, month, day, hour, minute, second] = names.map(valueOf) as Parts
    const wall = Date.UTC(year, month - 1, day, hour, minute, second)
    return wall - Math.floor(instant / 1000) * 1000
  }

  /** The first instant after `before`, up to `after`, whose offset is not that of `before`. */
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
   * When the wall clock shows a time. Returns
   * - `at`: the first instant that it does; for `never`, the instant of the change
   * - `shown`: `once`; `twice` where clocks are put back over it, `never` where they go forward
   * - `change`: the instant of the change, 0 where there is none near
   */
  instant (wall: number): { at: number, shown: 'once' | 'twice' | 'never', change: number } {
    const [before, after] = [wall - 1.5 * dayMs, wall + 1.5 * dayMs]
    const [early, late] = [this.offset(before), this.offset(after)]
    if (early === late) return { at: wall - early, shown: 'once', change: 0 }
    const change = this.change(before, after)
    const [first, second] = [wall - early < change, wall - late >= change]
    if (first && second) return { at: wall - early, shown: 'twice', change }
    if (first || second) return { at: first ? wall - early : wall - late, shown: 'once', change }
    return { at: change, shown: 'never', change }
  }
}
