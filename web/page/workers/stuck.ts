import type { Worker } from '../../api/worker.ts'

/** By queue, in how many seconds 95 of 100 of its jobs end; null where none is on record. */
export type RunTimes = Map<string, number | null>

export type Running = Worker['working_on'][number]

// In seconds. No job that has run for a shorter time is stuck.
export const patience = 30
// Where no job of the queue is on record.
const longest = 600
// A job is stuck that runs this many times as long as 95 of 100.
const factor = 3

/** How many times as long as usual a job runs; 0 where it is not stuck. */
export function stuckness ({ queue, since }: Running, times: RunTimes, now: number): number {
  const seconds = now / 1000 - since
  const usual = times.get(queue) ?? longest / factor
  const times95 = seconds / Math.max(usual, 0.001)
  return seconds > patience && times95 > factor ? times95 : 0
}

function worst ({ working_on: jobs }: Worker, times: RunTimes, now: number): number {
  return Math.max(0, ...jobs.map(job => stuckness(job, times, now)))
}

/** The workers with stuck jobs first, the worst at the top; then the others as they came. */
export function stuckFirst (workers: Worker[], times: RunTimes, now: number): Worker[] {
  const all = workers.map(worker => ({ worker, rank: worst(worker, times, now) }))
  return all.sort((one, other) => other.rank - one.rank).map(({ worker }) => worker)
}

/** How many of some workers have a stuck job. */
export function countStuck (workers: Worker[], times: RunTimes, now: number): number {
  return workers.filter(worker => worst(worker, times, now) > 0).length
}
