import type { History as QueueHistory } from '../../../schemas/history.ts'
import type { Moment, Row } from '../../state/overview.ts'
import { ageOf } from '../../state/rate.ts'
import { json, path } from '../server.ts'

/** GET /history/:queue; the lists are in parallel. */
export type History = Omit<QueueHistory, 'queue'>

type Series = Exclude<keyof History, 'times'>

const empty: History = {
  times: [],
  waiting: [],
  active: [],
  failed: [],
  retrying: [],
  oldest_age: [],
  pushed: [],
  processed: [],
  failures: [],
  lost: []
}

const series = Object.keys(empty).filter(name => name !== 'times') as Series[]

/** The recorded history of a queue; an empty one if the server has none. */
export async function getHistory (queue: string): Promise<History> {
  return await json<History>(path('history', queue)).catch(() => empty)
}

/** The history since `from` (epoch seconds), continued with what this page saw until `now` (ms). */
export function continued (history: History, row: Row, from: number, now: number): History {
  const recordedUntil = history.times.at(-1) ?? 0
  const seen = distinct([...row.trail, row]).filter(({ at }) => at / 1000 > recordedUntil)
  // The row has not changed since: it is true of this moment as well.
  const moments = [...seen.map(moment => ({ moment, at: moment.at })), { moment: row, at: now }]
  const times = [...history.times, ...moments.map(({ at }) => at / 1000)]
  const first = Math.max(0, times.findIndex(time => time >= from))
  const valuesOf = (name: Series): number[] => {
    const values = [...history[name], ...moments.map(({ moment, at }) => valueOf(moment, name, at))]
    return values.slice(first)
  }
  const lists = Object.fromEntries(series.map(name => [name, valuesOf(name)]))
  return { ...lists as Record<Series, number[]>, times: times.slice(first) }
}

// The last one of each time.
function distinct (moments: Moment[]): Moment[] {
  return moments.filter(({ at }, i) => at !== moments[i + 1]?.at)
}

function valueOf (moment: Moment, name: Series, at: number): number {
  if (name === 'oldest_age') return ageOf(moment, at) ?? 0
  if (name === 'failures') return moment.failed
  const isCounter = name === 'pushed' || name === 'processed' || name === 'lost'
  return isCounter ? moment[name] : moment.counts[name]
}

// In seconds: the rate over a shorter span shows chance rather than the queue.
const shortestSpan = 8

/** Jobs per second at each time, from a counter; 0 where the counter began anew. */
export function ratesOf (times: number[], counter: number[]): number[] {
  let from = 0
  return counter.map((count, i) => {
    while (from < i - 1 && times[i]! - times[from + 1]! >= shortestSpan) from++
    const seconds = times[i]! - times[from]!
    return seconds <= 0 ? 0 : Math.max(0, count - counter[from]!) / Math.max(seconds, 2)
  })
}
