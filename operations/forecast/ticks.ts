import { setImmediate as nextTurn } from 'node:timers/promises'
import { tickAfter, type Timing } from '../schedule/cron.ts'

/** Equal periods, one after another. Times in ms; `from`: the first one counts from then on. */
export interface Periods { from: number, start: number, stepMs: number, count: number }

// A tick of a pattern in a time zone takes 20 us.
const mostTicks = 10_000
const fewestOfEach = 50
const mostOfEach = 1500

/** How many ticks some schedules have in each period. `every` in ms. */
export async function countTicks (timings: Timing[], periods: Periods): Promise<number[]> {
  const alike = new Map<string, { timing: Timing, count: number }>()
  for (const timing of timings) {
    const key = `${timing.cron} ${timing.tz} ${timing.every}`
    alike.set(key, { timing, count: (alike.get(key)?.count ?? 0) + 1 })
  }
  const share = Math.floor(mostTicks / Math.max(1, alike.size))
  const most = Math.min(mostOfEach, Math.max(fewestOfEach, share))
  const sums = Array<number>(periods.count).fill(0)
  for (const { timing, count } of alike.values()) {
    ticksOf(timing, periods, most).forEach((ticks, n) => {
      sums[n]! += count * ticks
    })
    // Requests have their turn of the event loop between.
    await nextTurn()
  }
  return sums.map(Math.round)
}

function ticksOf (timing: Timing, periods: Periods, most: number): number[] {
  if (timing.cron !== undefined) return ticksOfCron(timing, periods, most)
  const ends = endsOf(periods)
  const until = (time: number) => Math.floor(time / timing.every!)
  return ends.map((end, i) => until(end) - until(ends[i - 1] ?? periods.from))
}

function endsOf ({ start, stepMs, count }: Periods): number[] {
  return Array.from({ length: count }, (_, i) => start + (i + 1) * stepMs)
}

// After `most` ticks the others are taken to come as often as those.
function ticksOfCron (timing: Timing, periods: Periods, most: number): number[] {
  const { from, start, stepMs, count } = periods
  const counts = Array<number>(count).fill(0)
  const end = start + count * stepMs
  const first = tickAfter(timing, from)
  let tick = first
  for (let n = 1; tick !== null && tick <= end; n++) {
    counts[periodOf(tick, periods)]!++
    if (n === most) return extended(counts, periods, (n - 1) / (tick - first!), tick)
    tick = tickAfter(timing, tick)
  }
  return counts
}

// A tick at the very end of a period belongs to it, as a job that falls due then.
function periodOf (time: number, { start, stepMs }: Periods): number {
  return Math.max(0, Math.ceil((time - start) / stepMs) - 1)
}

function extended (counts: number[], periods: Periods, perMs: number, tick: number): number[] {
  return endsOf(periods).map((end, i) => {
    const rest = Math.max(0, end - Math.max(tick, end - periods.stepMs))
    return counts[i]! + rest * perMs
  })
}
