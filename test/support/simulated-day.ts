import type { Minute } from '../../operations/queue/history.ts'

/** Numbers from 0 to 1 that are the same in every run (xorshift32). */
export function dice (seed: number): () => number {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

// How many of many rare events happen in a minute (Knuth's method, for small means in parts).
function poisson (mean: number, next: () => number): number {
  let count = 0
  for (let left = mean; left > 0; left -= 20) {
    const end = Math.exp(-Math.min(left, 20))
    for (let product = next(); product > end; product *= next()) count++
  }
  return count
}

/**
 * A queue by the hour, the first one 0.
 * - `pace`, `arrivals`: jobs a minute that workers can take, and that are pushed
 * - `due`: delayed jobs that fall due in that minute, pushed `pushedBefore` minutes earlier
 */
export interface Day {
  pace: (hour: number) => number
  arrivals: (hour: number) => number
  due?: (minute: number) => number
  pushedBefore?: number
}

/** Some days, minute by minute, of a queue in which jobs wait at first. */
export function simulate (day: Day, next: () => number, waitingAtFirst = 5000, days = 2): Minute[] {
  const { pace, arrivals, due = () => 0, pushedBefore = 0 } = day
  let [waiting, pushed, processed] = [waitingAtFirst, waitingAtFirst, 0]
  return Array.from({ length: 1440 * days }, (_, n) => {
    const [come, gone] = [poisson(arrivals(n / 60), next), poisson(pace(n / 60), next)]
    waiting += come + due(n)
    const taken = Math.min(gone, waiting)
    pushed += come + due(n + pushedBefore)
    processed += taken
    waiting -= taken
    return { at: n * 60, waiting, pushed, processed, failures: 0, lost: 0 }
  })
}
