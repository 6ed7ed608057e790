import { serverNow } from '../state/clock.ts'
import { json, path } from './server.ts'
import { ageOf, type Row } from './live.ts'

/** As GET /history/:queue tells it. */
export interface History { times: number[], waiting: number[], active: number[], failed: number[], oldest_age: number[], pushed: number[], processed: number[] }

const nothing: History = { times: [], waiting: [], active: [], failed: [], oldest_age: [], pushed: [], processed: [] }

export async function learn (queue: string): Promise<History> {
  return await json<History>(path('history', queue)).catch(() => nothing)
}

const names = ['waiting', 'active', 'failed', 'oldest_age', 'pushed', 'processed'] as const

/** The history from a time on (epoch seconds), with what this page has seen since, and now. */
export function joined (history: History, row: Row, from: number): History {
  const known = history.times.at(-1) ?? 0
  const seen = [...row.trail, row].filter(({ at }, i, all) => at / 1000 > known && (i === all.length - 1 || at !== all[i + 1]!.at))
  const now = serverNow()
  const moments = [...seen.map(moment => ({ time: moment.at / 1000, moment, at: moment.at })), { time: now / 1000, moment: row, at: now }]
  const all: History = { ...nothing, times: [...history.times, ...moments.map(({ time }) => time)] }
  for (const name of names) all[name] = [...history[name], ...moments.map(({ moment, at }) => value(moment, name, at))]
  const first = Math.max(0, all.times.findIndex(time => time >= from))
  return Object.fromEntries(Object.entries(all).map(([name, values]) => [name, values.slice(first)])) as unknown as History
}

function value (moment: Omit<Row, 'trail'>, name: typeof names[number], at: number): number {
  if (name === 'oldest_age') return ageOf(moment, at) ?? 0
  return name === 'pushed' || name === 'processed' ? moment[name] : moment.counts[name]
}

// In seconds: shorter spans than this say more about chance than about the queue.
const shortest = 8

/** How many a second, from what was counted; 0 where counting began anew. */
export function speed (times: number[], counted: number[]): number[] {
  let from = 0
  return counted.map((count, i) => {
    while (from < i - 1 && times[i]! - times[from + 1]! >= shortest) from++
    const seconds = times[i]! - times[from]!
    return seconds <= 0 ? 0 : Math.max(0, count - counted[from]!) / Math.max(seconds, 2)
  })
}
