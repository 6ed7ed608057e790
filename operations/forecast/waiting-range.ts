import type { Minute } from '../queue/history.ts'

/** The least and the most that is likely; null: there is no telling how much. */
export interface Range { from: number, to: number | null }

/** A period of a forecast. `at`, `end`: epoch seconds. `known`: jobs that will fall due in it. */
export interface Period { at: number, end: number, known: number }

/** How many jobs can be taken in a period, and how many are likely to wait at its end. */
export interface Outlook { capacity: Range, waiting: Range }

// Jobs a second.
interface Rate { low: number, high: number }

/**
 * What happened between two minutes on record.
 * - `ready`: jobs that became ready: pushed, due, or back from a failure
 * - `busy`: some jobs waited all the time
 */
interface Span { at: number, ready: number, taken: number, busy: boolean }

// In minutes. Lately may differ from the last hour, and the truth is likely between them.
const windows = [5, 15, 60]

const fewestBusy = 5

// Counts differ by chance: a rate is known to two standard errors of a Poisson count.
const errors = 2

// The hours to come may differ from all that are on record.
const margin = 1.1

const hour = 3600
const near = 2 * hour
const day = 86_400

/**
 * The likely course of a queue over periods that follow one another. `waiting`: jobs now;
 * `minutes`: its last day, the oldest first. null where nothing tells: no job was taken in the last
 * five minutes although some waited, or none at all on record.
 */
export function outlooks (waiting: number, periods: Period[], minutes: Minute[]): Outlook[] | null {
  const spans = minutes.slice(1).map((to, i) => spanOf(minutes[i]!, to))
  if (isIdle(spans, waiting)) return null
  const now = minutes.at(-1)!.at
  const known = recordOf(spans)
  let [low, high] = [waiting, waiting]
  return periods.map(period => {
    const seconds = period.end - Math.max(period.at, now)
    const [arrived, service] = [arrivals(known, period, seconds), serviceRate(known, period)]
    const taken = { low: service.low * seconds, high: service.high * seconds }
    low = Math.max(0, low + arrived.low - taken.high)
    high = Math.max(0, high + arrived.high - taken.low)
    const chance = errors * Math.sqrt(arrived.high)
    return { capacity: range(taken.low, taken.high), waiting: range(low - chance, high + chance) }
  })
}

function range (low: number, high: number): Range {
  return {
    from: Math.max(0, Math.floor(low)),
    to: Number.isFinite(high) ? Math.ceil(high) : null
  }
}

function spanOf (from: Minute, to: Minute): Span {
  const grown = (name: keyof Minute) => Math.max(0, to[name] - from[name])
  const taken = grown('processed') + grown('failures') + grown('lost')
  return {
    at: to.at,
    ready: Math.max(0, to.waiting - from.waiting + taken),
    taken,
    busy: from.waiting > 0 && to.waiting > 0
  }
}

function isIdle (spans: Span[], waiting: number): boolean {
  const some = waiting > 0 ? spans.slice(-windows[0]!) : spans
  return some.every(({ taken }) => taken === 0)
}

/**
 * A day on record, read once for all periods.
 * - `lately`, `mean`, `hours`: the rate of jobs that became ready: lately, over all, in any hour
 * - `busy`: spans of lately in which some jobs waited all the time
 * - `peak`: the most jobs a second that were taken in five minutes
 */
interface DayOnRecord {
  spans: Span[]
  lately: Rate
  mean: Rate
  hours: Rate
  busy: Span[][]
  peak: number
}

function recordOf (spans: Span[]): DayOnRecord {
  const recent = windows.filter((window, i) => i === 0 || window <= spans.length)
    .map(window => spans.slice(-window))
  return {
    spans,
    lately: readyRate(recent),
    mean: readyRate([spans]),
    hours: readyRate(hoursOf(spans)),
    busy: recent.map(busyIn).filter(some => some.length > 0),
    peak: peakOf(spans)
  }
}

function readyRate (all: Span[][]): Rate {
  return envelope(all.map(some => rateOf(some, 'ready')))
}

// Jobs that become ready in a period: those that are known to fall due, and others. As many as
// lately for the next two hours, and as many as at that time of the day before. The known ones are
// among the latter: what falls due each night did so then.
function arrivals (
  { spans, lately, mean, hours }: DayOnRecord, { at, end, known }: Period, seconds: number
): Rate {
  const before = dayBefore(spans, at, end)
  const now = at < spans.at(-1)!.at + near ? lately : mean
  const then = before.length > 0 ? readyRate([before]) : hours
  const rest = Math.max(0, then.high * seconds - known)
  return {
    low: Math.max(known, Math.min(now.low, then.low) * seconds),
    high: known + Math.max(now.high * seconds, rest)
  }
}

// Only where jobs waited all the time does the number of those that were taken say how many can be.
// Else it is at least the most that were ever taken, and there is no telling how many more.
function serviceRate ({ spans, busy, peak }: DayOnRecord, { at, end }: Period): Rate {
  const before = dayBefore(spans, at, end)
  const busyThen = busyIn(before)
  const known = [...busy, busyThen].filter(some => some.length > 0)
  if (known.length === 0) return { low: peak / margin, high: Infinity }
  const { low, high } = envelope(known.map(some => rateOf(some, 'taken')))
  const wasIdleThen = before.length > 0 && busyThen.length === 0
  return { low, high: wasIdleThen ? Infinity : high }
}

function busyIn (spans: Span[]): Span[] {
  const busy = spans.filter(span => span.busy)
  return busy.length < fewestBusy ? [] : busy
}

// The same time of the day before, an hour at least.
function dayBefore (spans: Span[], at: number, end: number): Span[] {
  const days = Math.ceil((end - spans.at(-1)!.at) / day) * day
  const more = Math.max(0, (hour - (end - at)) / 2)
  const [from, to] = [at - days - more, end - days + more]
  const first = spans[0]!.at
  const placeAfter = (time: number) => Math.max(0, Math.floor((time - first) / 60) + 1)
  const found = spans.slice(placeAfter(from), placeAfter(to))
  return found.length * 60 >= (to - from) / 2 ? found : []
}

function hoursOf (spans: Span[]): Span[][] {
  return Array.from({ length: Math.ceil(spans.length / 60) }, (_, i) => {
    return spans.slice(60 * i, 60 * i + 60)
  })
}

function rateOf (spans: Span[], what: 'ready' | 'taken'): Rate {
  const count = spans.reduce((sum, span) => sum + span[what], 0)
  const error = errors * Math.sqrt(count + 1)
  const seconds = 60 * spans.length
  return { low: Math.max(0, count - error) / seconds, high: (count + error) / seconds }
}

function envelope (rates: Rate[]): Rate {
  return {
    low: Math.min(...rates.map(({ low }) => low)) / margin,
    high: Math.max(...rates.map(({ high }) => high)) * margin
  }
}

// The most jobs a second that were taken in five minutes.
function peakOf (spans: Span[]): number {
  const sums = spans.map((_, i) => {
    return spans.slice(i, i + windows[0]!).reduce((sum, { taken }) => sum + taken, 0)
  })
  return Math.max(...sums) / (60 * windows[0]!)
}
