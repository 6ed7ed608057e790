import type { Forecast } from '../../schemas/forecast.ts'
import { errors } from '../errors.ts'
import { lastMinutes } from '../queue/history.ts'
import { queueStatus } from '../queue/queue.ts'
import { obstaclesOf, silence } from '../queue/why.ts'
import { script } from '../redis/script.ts'
import type { RedisClient } from '../redis/store.ts'
import type { Timings } from '../schedule/schedule.ts'
import { milliseconds } from '../time.ts'
import { outlooks, type Period } from './waiting-range.ts'
import { countTicks } from './ticks.ts'

/** How far to look ahead, and the seconds of a period. `schedules`: the timings of each queue. */
export interface Ahead { hours: number, step: number, schedules: Timings, now?: number | undefined }

const mostPeriods = 200
const minutesOfDay = 1440

const counting = script<number[]>('count_due')

/** How many periods there are. Throws FORECAST_TOO_LONG. */
export function periodCount ({ hours, step }: { hours: number, step: number }): number {
  const count = Math.ceil(hours * 3600 / step) + 1
  if (count > mostPeriods + 1) throw new errors.FORECAST_TOO_LONG(mostPeriods)
  return count
}

/** A period, with the jobs that are known to fall due in it. */
interface Known extends Period { delayed: number, retrying: number, scheduled: number }

/** Looks ahead in a queue. That costs Redis the same for any number of jobs. */
export async function forecast (
  redis: RedisClient, queue: string, ahead: Ahead
): Promise<Omit<Forecast, 'queue'>> {
  const options = ahead.now === undefined ? {} : { now: ahead.now }
  const [{ now, periods }, { counts: { waiting }, policy }, obstacles] = await Promise.all([
    knownOf(redis, queue, ahead),
    queueStatus(redis, queue, options),
    obstaclesOf(redis, queue, options)
  ])
  const minutes = await lastMinutes(redis, queue, minutesOfDay + 1, { now })
  const isUnasked = silence(obstacles) !== null
  const reason = policy.stopped ? 'stopped' : isUnasked ? 'nobody_asks' : null
  const found = reason === null ? outlooks(waiting, periods, minutes) : null
  return {
    time: now,
    step: ahead.step,
    waiting,
    unknown: reason ?? (found === null ? 'nothing_taken' : null),
    periods: periods.map(({ at, delayed, retrying, scheduled }, i) => {
      const { capacity = null, waiting = null } = found?.[i] ?? {}
      return { at, delayed, retrying, scheduled, capacity, waiting }
    })
  }
}

async function knownOf (
  redis: RedisClient, queue: string, ahead: Ahead
): Promise<{ now: number, periods: Known[] }> {
  const { step, schedules, now } = ahead
  const [stepMs, count] = [1000 * step, periodCount(ahead)]
  const args = { step_ms: stepMs, count, now: milliseconds(now) }
  const [nowMs, ...due] = await counting(redis, queue, args) as [number, ...number[]]
  const start = nowMs - nowMs % stepMs
  const timings = schedules.get(queue) ?? []
  const ticks = await countTicks(timings, { from: nowMs, start, stepMs, count })
  const periods = ticks.map((scheduled, i) => {
    const [delayed, retrying] = due.slice(2 * i) as [number, number]
    const at = start / 1000 + i * step
    return { at, end: at + step, delayed, retrying, scheduled, known: delayed + scheduled }
  })
  return { now: nowMs / 1000, periods }
}
