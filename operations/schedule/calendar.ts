import { CronDate, CronPattern } from 'croner'

const day = 86_400_000
// In years. Each other date falls on a given day of the week within 12 years, 29 February within 40.
const horizon = { date: 13, leapDay: 41 }

/** When a cron pattern matches by a calendar and a clock that nobody changes. Times are those of such a clock, in ms. */
export class Calendar {
  /** Whether it matches in each of the 24 hours, where it does on that day. */
  readonly everyHour: boolean
  readonly #days: CronPattern
  readonly #months: number[]
  readonly #hours: number[]
  readonly #minutes: number[]
  readonly #seconds: number[]

  /** Throws what croner finds wrong. */
  constructor (cron: string) {
    const pattern = new CronPattern(cron, undefined, { mode: '5-or-6-parts' })
    this.#months = pattern.month
    this.#hours = numbers(pattern.hour)
    this.#minutes = numbers(pattern.minute)
    this.#seconds = numbers(pattern.second)
    this.everyHour = this.#hours.length === 24
    for (const part of [pattern.hour, pattern.minute, pattern.second]) part.fill(1)
    this.#days = pattern
  }

  /** The first match after a time; null if there is none for 40 years. */
  after (time: number): number | null {
    const today = Math.floor(time / day) * day
    const rest = this.#matches(today) ? this.#timeFrom(Math.floor((time - today) / 1000) + 1) : null
    if (rest !== null) return today + rest * 1000
    const next = this.#dayAfter(today)
    return next === null ? null : next + this.#timeFrom(0)! * 1000
  }

  // Seconds since midnight, from those on.
  #timeFrom (least: number): number | null {
    for (const hour of this.#hours) {
      if (hour * 3600 + 3599 < least) continue
      for (const minute of this.#minutes) {
        const start = hour * 3600 + minute * 60
        const second = start + 59 < least ? undefined : this.#seconds.find(one => start + one >= least)
        if (second !== undefined) return start + second
      }
    }
    return null
  }

  #dayAfter (today: number): number | null {
    const last = today + horizon.date * 366 * day
    for (let next = today + day; next < last;) {
      if (this.#matches(next)) return next
      const date = new Date(next)
      next = this.#months[date.getUTCMonth()] ? next + day : Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
    }
    return this.#leapDayAfter(last)
  }

  #leapDayAfter (today: number): number | null {
    const year = new Date(today).getUTCFullYear()
    const years = Array.from({ length: horizon.leapDay - horizon.date }, (_, i) => year + i)
    const days = years.map(year => Date.UTC(year, 1, 29)).filter(time => time > today && new Date(time).getUTCDate() === 29)
    return days.find(time => this.#matches(time)) ?? null
  }

  #matches (midnight: number): boolean {
    const date = new Date(midnight)
    return Boolean(this.#months[date.getUTCMonth()]) && new CronDate(date, 0).match(this.#days, {})
  }
}

function numbers (set: number[]): number[] {
  return [...set.keys()].filter(number => set[number])
}
