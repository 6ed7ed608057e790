import { setImmediate as nextTurn } from 'node:timers/promises'
import { tickAfter } from './cron.ts'
import type { Schedule } from './schedule.ts'

/** A schedule, and when it will push jobs (epoch seconds). */
export type ScheduleAhead = Schedule & { ticks: number[] }

const fewestOfEach = 5
const mostOfEach = 100
// A tick of a pattern in a time zone takes some 20 us.
const mostOfAll = 10_000

// Requests have their turn of the event loop between.
const schedulesAtOnce = 10

/**
 * The schedules with the ticks that come within some hours of `now` (ms), and in any case the next
 * five. 100 of each at most; of more than 100 schedules 10 000 together.
 */
export async function lookAhead (
  schedules: Schedule[], hours: number, now: number
): Promise<ScheduleAhead[]> {
  const share = Math.floor(mostOfAll / Math.max(1, schedules.length))
  const most = Math.max(fewestOfEach, Math.min(mostOfEach, share))
  const found: ScheduleAhead[] = []
  for (const schedule of schedules) {
    found.push({ ...schedule, ticks: ticksOf(schedule, now, now + hours * 3_600_000, most) })
    if (found.length % schedulesAtOnce === 0) await nextTurn()
  }
  return found
}

function ticksOf ({ cron, tz, every = 0 }: Schedule, now: number, end: number, most: number) {
  const timing = { cron, tz, every: every * 1000 }
  const ticks: number[] = []
  let tick = tickAfter(timing, now)
  while (tick !== null && ticks.length < most && (tick <= end || ticks.length < fewestOfEach)) {
    ticks.push(tick / 1000)
    tick = tickAfter(timing, tick)
  }
  return ticks
}
