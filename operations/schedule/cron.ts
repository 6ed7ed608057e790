import { Calendar } from './calendar.ts'
import { errors } from '../errors.ts'
import { Zone } from './zone.ts'

/** When a schedule fires: by the calendar of a place, or once in `every` ms, counted from 1970. */
export interface Timing {
  cron?: string | undefined
  tz?: string | undefined
  every?: number | undefined
}

// Within this time clocks change once at most, and by less.
const nearMs = 26 * 3_600_000

/** The first tick after a time, both in ms since 1970; null when there is none. */
export function tickAfter ({ cron, tz = 'UTC', every = 0 }: Timing, ms: number): number | null {
  if (cron === undefined) return (Math.floor(ms / every) + 1) * every
  const calendar = calendars.get(cron)
  if (tz === 'UTC') return calendar.after(ms)
  const zone = zones.get(tz)
  return calendar.everyHour ? tickOfHours(calendar, zone, ms) : tickOfDay(calendar, zone, ms)
}

// A time that the wall clock shows twice counts the first time; one that it skips, at the change.
function tickOfDay (calendar: Calendar, zone: Zone, ms: number): number | null {
  let wall = calendar.after(ms + zone.offset(ms))
  while (wall !== null) {
    const { at, shown, change } = zone.instant(wall)
    if (at > ms) return at
    // It was shown before: on to times that are shown once.
    const from = shown === 'twice' ? change + zone.offset(change - 1) - 1 : wall
    wall = calendar.after(from)
  }
  return null
}

// A time counts whenever the wall clock shows it.
function tickOfHours (calendar: Calendar, zone: Zone, ms: number): number | null {
  let from = ms
  let offset = zone.offset(from)
  let wall = calendar.after(from + offset)
  while (wall !== null) {
    const at = wall - offset
    const end = Math.min(at, from + nearMs)
    if (zone.offset(end) === offset) return end === at ? at : tickFarAhead(calendar, zone, wall)
    from = zone.change(from, end)
    offset = zone.offset(from)
    wall = calendar.after(from + offset - 1)
  }
  return null
}

function tickFarAhead (calendar: Calendar, zone: Zone, time: number): number | null {
  let wall: number | null = time
  while (wall !== null) {
    const { at, shown, change } = zone.instant(wall)
    if (shown !== 'never') return at
    wall = calendar.after(change + zone.offset(change) - 1)
  }
  return null
}

/** The last tick up to `now`; `tick` is one of them. By halves: a year of seconds is 35 steps. */
export function lastTick (timing: Timing, tick: number, now: number): number {
  let [last, high] = [tick, now]
  while (last < high) {
    const middle = Math.floor((last + high) / 2)
    const next = tickAfter(timing, middle)
    if (next !== null && next <= now) last = next
    else high = middle
  }
  return last
}

/** Throws TZ_INVALID or CRON_INVALID, with the reason. */
export function checkTiming (timing: Timing, now: number): void {
  const { cron, tz = 'UTC' } = timing
  if (!isZone(tz)) throw new errors.TZ_INVALID(tz.slice(0, 100))
  if (cron === undefined) return
  if (firstTick(timing, now) === null) throw new errors.CRON_INVALID('there is no such day')
}

function firstTick (timing: Timing, now: number): number | null {
  try {
    return tickAfter(timing, now)
  } catch (error) {
    const sentence = (error as Error).message.replace(/^\w+: /, '').replace(/\.$/, '')
    throw new errors.CRON_INVALID(sentence)
  }
}

function isZone (tz: string): boolean {
  try {
    return zones.get(tz) !== undefined && /^[A-Za-z]/.test(tz)
  } catch {
    return false
  }
}

const mostCached = 200

/** Keeps what it has made, up to a bound. */
class Cache<Made> {
  readonly #made = new Map<string, Made>()
  readonly #make: (name: string) => Made

  constructor (make: (name: string) => Made) {
    this.#make = make
  }

  get (name: string): Made {
    const known = this.#made.get(name)
    if (known !== undefined) return known
    if (this.#made.size >= mostCached) this.#made.clear()
    const made = this.#make(name)
    this.#made.set(name, made)
    return made
  }
}

// Process-wide: a schedule that is behind asks for one tick after another.
const calendars = new Cache(cron => new Calendar(cron))
const zones = new Cache(name => new Zone(name))
