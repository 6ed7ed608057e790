// Process-wide: what was parsed last. A schedule that is behind asks for one tick after another.
import { Calendar } from './calendar.ts'
import { errors } from '../errors.ts'
import { Zone } from './zone.ts'

/** When a schedule fires: by the calendar of a place, or every so many ms, counted from 1970 on. */
export interface Timing { cron?: string | undefined, tz?: string | undefined, every?: number | undefined }

// In ms: within this of a time, clocks change once at most, and by less.
const near = 26 * 3_600_000

/** The first tick after a time, both in ms since 1970; null when there is none. */
export function tickAfter ({ cron, tz = 'UTC', every = 0 }: Timing, ms: number): number | null {
  if (cron === undefined) return (Math.floor(ms / every) + 1) * every
  const calendar = calendars.get(cron)
  if (tz === 'UTC') return calendar.after(ms)
  return calendar.everyHour ? evenly(calendar, zones.get(tz), ms) : byTheDay(calendar, zones.get(tz), ms)
}

// A time that the wall shows twice counts the first time; one that it never shows, at the change.
function byTheDay (calendar: Calendar, zone: Zone, ms: number): number | null {
  for (let wall = calendar.after(ms + zone.offset(ms)); wall !== null;) {
    const { at, shown, change } = zone.instant(wall)
    if (at > ms) return at
    // It has been shown before: on to what is shown but once.
    wall = calendar.after(shown === 'twice' ? change + zone.offset(change - 1) - 1 : wall)
  }
  return null
}

// Whatever the wall shows counts whenever it shows it.
function evenly (calendar: Calendar, zone: Zone, ms: number): number | null {
  let from = ms
  let offset = zone.offset(from)
  let wall = calendar.after(from + offset)
  while (wall !== null) {
    const at = wall - offset
    const end = Math.min(at, from + near)
    if (zone.offset(end) === offset) return end === at ? at : far(calendar, zone, wall)
    from = zone.change(from, end)
    offset = zone.offset(from)
    wall = calendar.after(from + offset - 1)
  }
  return null
}

function far (calendar: Calendar, zone: Zone, time: number): number | null {
  for (let wall: number | null = time; wall !== null;) {
    const { at, shown, change } = zone.instant(wall)
    if (shown !== 'never') return at
    wall = calendar.after(change + zone.offset(change) - 1)
  }
  return null
}

/** The last tick not after `now`, where `tick` is one of those. By halves: a year of seconds takes 35 steps. */
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

/** Throws TZ_INVALID or CRON_INVALID, and says what is wrong. */
export function checkTiming (timing: Timing, now: number): void {
  const { cron, tz = 'UTC' } = timing
  if (!isZone(tz)) throw new errors.TZ_INVALID(tz.slice(0, 100))
  if (cron === undefined) return
  if (next(timing, now) === null) throw new errors.CRON_INVALID('there is no such day')
}

function next (timing: Timing, now: number): number | null {
  try {
    return tickAfter(timing, now)
  } catch (error) {
    throw new errors.CRON_INVALID((error as Error).message.replace(/^\w+: /, '').replace(/\.$/, ''))
  }
}

function isZone (tz: string): boolean {
  try {
    return zones.get(tz) !== undefined && /^[A-Za-z]/.test(tz)
  } catch {
    return false
  }
}

/** Keeps what it has made, some hundred of it. */
class Kept<Made> {
  readonly #made = new Map<string, Made>()
  readonly #make: (name: string) => Made

  constructor (make: (name: string) => Made) {
    this.#make = make
  }

  get (name: string): Made {
    const known = this.#made.get(name)
    if (known !== undefined) return known
    if (this.#made.size >= 200) this.#made.clear()
    const made = this.#make(name)
    this.#made.set(name, made)
    return made
  }
}

const calendars = new Kept(cron => new Calendar(cron))
const zones = new Kept(name => new Zone(name))
