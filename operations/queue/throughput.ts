import type { Minute } from './history.ts'

/** From the quickest to the slowest that is likely, in seconds; null: perhaps never. */
export interface Span { from: number, to: number | null }

// In minutes. Lately may differ from the last hour, and the truth is likely between them.
const windows = [5, 15, 60]

// Counts differ by chance: a rate is known to two standard errors of a Poisson count.
const errors = 2

// The hour to come may differ from all of the last one.
const margin = 1.1

interface Rate { low: number, high: number }

/**
 * In how many seconds that number of jobs is likely to be taken, at the pace of the last hour; null
 * where none was taken in the last five minutes.
 */
export function spanUntilTaken (jobs: number, minutes: Minute[]): Span | null {
  const rates = ratesOf(minutes, (from, to) => [to.processed - from.processed, 0])
  if (rates === null || (rates[0]!.high + rates[0]!.low) <= 0) return null
  return spanAt(jobs, rates)
}

/**
 * In how many seconds a queue is likely to be empty, with the jobs that are pushed meanwhile; null
 * where it grows.
 */
export function spanUntilEmpty (waiting: number, minutes: Minute[]): Span | null {
  const rates = ratesOf(minutes, (from, to) => {
    return [to.processed - from.processed, to.pushed - from.pushed]
  })
  return rates === null || rates[0]!.high <= 0 ? null : spanAt(waiting, rates)
}

function spanAt (jobs: number, rates: Rate[]): Span | null {
  const chance = errors * Math.sqrt(jobs)
  const high = Math.max(...rates.map(rate => rate.high))
  const low = Math.min(...rates.map(rate => rate.low))
  if (high <= 0) return null
  const to = low > 0 ? Math.ceil((jobs + chance + 1) / low * margin) : null
  return { from: Math.floor(Math.max(0, jobs - chance) / high / margin), to }
}

type Count = (from: Minute, to: Minute) => [jobs: number, against: number]

// Jobs a second, by window; null where no minute is known, or nothing happened of late.
function ratesOf (minutes: Minute[], count: Count): Rate[] | null {
  const last = minutes.at(-1)
  if (last === undefined || minutes.length < 2) return null
  const known = windows.filter((window, i) => i === 0 || window < minutes.length)
  const rates = known.map(window => {
    const first = minutes.at(-1 - window) ?? minutes[0]!
    const [jobs, against] = count(first, last).map(some => Math.max(0, some)) as [number, number]
    const seconds = last.at - first.at
    const error = errors * Math.sqrt(jobs + against)
    const net = jobs - against
    return { jobs, low: (net - error) / seconds, high: (net + error) / seconds }
  })
  return rates[0]!.jobs === 0 ? null : rates
}
