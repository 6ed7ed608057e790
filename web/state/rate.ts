import { lastHour, type Moment, type Row } from './overview.ts'

/** Seconds for which the oldest waiting job has waited at `now` (ms); null when none waits. */
export function ageOf ({ oldest_age: age, at }: Moment, now: number): number | null {
  return age === null ? null : age + Math.max(0, now - at) / 1000
}

const spanMs = 10_000

/**
 * Jobs per second over the last ten seconds. A page that has watched for a shorter time takes the
 * rate of the last minute, which the server recorded.
 */
export function rateOf (row: Row, counter: 'pushed' | 'processed', now: number): number {
  const { trail } = row
  const first = trail[0]!
  const recorded = lastHour.value.rates[row.queue]
  if (now - first.at < spanMs && recorded !== undefined) return recorded[counter]
  const before = trail.findLast(({ at }) => at <= now - spanMs) ?? first
  const seconds = Math.min(spanMs, Math.max(now - first.at, 2000)) / 1000
  return Math.max(0, row[counter] - before[counter]) / seconds
}
