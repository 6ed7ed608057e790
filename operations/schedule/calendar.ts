import { CronDate, CronPattern } from 'croner'

const dayMs = 86_400_000

// In years. Each date but 29 February falls on a given day of the week within 12 years, and that
// one within 40.
const horizon = { date: 13, leapDay: 41 }

/** When a cron pattern matches, by a clock that never changes. Times are in ms of that clock. */
export class Calendar {
  /** Whether it matches in each of the 24 hours of its days. */
  readonly everyHour: boolean
  readonly #days: CronPattern
  readonly #months: number[]
  readonly #hours: number[]
  readonly #minutes: number[]
  readonly #seconds: number[]

  /** Throws the errors of croner. */
  constructor (cron: string) {
    const pattern = new CronPattern(cron, undefined, { mode: '5-or-6-parts' })
    this.#months = pattern.month
    this.#hours = setNumbers(pattern.hour)
    this.#minutes = setNumbers(pattern.minute)
    this.#seconds = setNumbers(pattern.second)
    this.everyHour = this.#hours.length === 24
    for (const part of [pattern.hour, pattern.minute, pattern.second]) part.fill(1)
    this.#days = pattern
  }

  /** The first match after a time; null if there is none for 40 years. */
  after (time: number): number | null {
    const today = Math.floor(time / dayMs) * dayMs
    const second = Math.floor((time - today) / 1000) + 1
    const rest = this.#matches(today) ? this.#secondFrom(second) : null
    if (rest !== null) return today + rest * 1000
    const next = this.#dayAfter(today)
    return next === null ? null : next + this.#secondFrom(0)! * 1000
  }

  // The first second of a day that matches, from `least` on.
  #secondFrom (least: number): number | null {
    for (const hour of this.#hours) {
      if (hour * 3600 + 3599 < least) continue
      for (const minute of this.#minutes) {
        const start = hour * 3600 + minute * 60
        if (start + 59 < least) continue
        const second = this.#seconds.find(one => start + one >= least)
        if (second !== undefined) return start + second
      }
    }
    return null
  }

  #dayAfter (today: number): number | null {
    const last = today + horizon.date * 366 * dayMs
    let next = today + dayMs
    while (next < last) {
      if (this.#matches(next)) return next
      const date = new Date(next)
      const month = date.getUTCMonth()
      next = this.#months[month] ? next + dayMs : Date.UTC(date.getUTCFullYear(), month + 1, 1)
    }
    return this.#leapDayAfter(last)
  }

  #leapDayAfter (today: number): number | null {
    const year = new Date(today).getUTCFullYear()
    const length = horizon.leapDay - horizon.date
    const days = Array.from({ length }, (_, i) => Date.UTC(year + i, 1, 29))
    const isLeapDay = (time: number): boolean => new Date(time).getUTCDate() === 29
    return days.find(time => time > today && isLeapDay(time) && this.#matches(time)) ?? null
  }

  #matches (midnight: number): boolean {
    const date = new Date(midnight)
    return Boolean(this.#months[date.getUTCMonth()]) && new CronDate(date, 0).match(this.#days, {})
  }
}

function setNumbers (set: number[]): number[] {
  return [...set.keys()].filter(number => set[number])
}
