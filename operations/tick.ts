import { Cron } from 'croner'
import { errors } from './errors.ts'

/** When a schedule fires: by the calendar of a place, or every so many ms, counted from 1970 on. */
export interface Timing { cron?: string | undefined, tz?: string | undefined, every?: number | undefined }

/** The first tick after a time, both in ms since 1970; null when there is none. */
export function tickAfter ({ cron, tz = 'UTC', every = 0 }: Timing, ms: number): number | null {
  if (cron === undefined) return (Math.floor(ms / every) + 1) * every
  return parsed(cron, tz).nextRun(new Date(ms))?.getTime() ?? null
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
  // It would take a date for a tick that comes but once.
  if (/\dT\d/.test(cron)) throw new errors.CRON_INVALID('a date is none')
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
    return new Intl.DateTimeFormat('en', { timeZone: tz }) !== undefined && /^[A-Za-z]/.test(tz)
  } catch {
    return false
  }
}

function parsed (cron: string, tz: string): Cron {
  return new Cron(cron, { timezone: tz, mode: '5-or-6-parts' })
}
