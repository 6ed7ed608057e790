import type { State } from '../../schemas/job.ts'
import { fingerprintOf } from '../failure/fingerprint.ts'
import type { Minute } from '../queue/history.ts'
import { spanUntilTaken } from '../queue/throughput.ts'
import { scriptLimits } from '../redis/script-limits.ts'
import type { Job, Obstacles } from './job.ts'

/**
 * Why a job is not running.
 * - `reason`: a word for programs
 * - `detail`: a sentence for people
 * - the facts behind both; `last_error` is JSON text
 */
export interface Reason {
  state: State
  reason: string
  detail: string
  last_error?: string | null
  [fact: string]: unknown
}

/** The first thing that keeps a job from running. `minutes`: the last hour of its queue. */
export function explain (job: Job, obstacles: Obstacles, minutes: Minute[] = []): Reason {
  const { state } = job
  if (state === 'active') return leased(job)
  if (state === 'blocked') return blocked(job)
  if (state === 'failed') return failed(job)
  if (state === 'completed') {
    return { state, reason: 'completed', detail: 'it has finished, and is only kept' }
  }
  if (obstacles.stopped) return stopped(state, obstacles)
  if (state === 'delayed') return delayed(job, obstacles)
  return waiting(obstacles, minutes)
}

function failed (job: Job): Reason {
  const { state, depends, attempt, tries, last_error: error } = job
  const detail = depends.length > 0
    ? 'it has failed for good: a job on which it depends did not complete'
    : `it has failed for good after ${attempt} of ${tries} deliveries`
  return { state, reason: 'failed', detail, last_error: error, ...groupOf(job) }
}

function blocked ({ state, depends }: Job): Reason {
  const jobs = `${depends.length === 1 ? 'job' : 'jobs'} ${depends.slice(0, 10).join(', ')}`
  const more = depends.length > 10 ? ` and ${depends.length - 10} more` : ''
  return { state, reason: 'blocked', detail: `it waits for ${jobs}${more} to complete`, depends }
}

function leased ({ state, worker_id: worker, lease_expires_at: until }: Job): Reason {
  const detail = `on lease to ${worker ?? 'a worker without a name'} until ${iso(until!)}`
  return { state, reason: 'on_lease', detail, worker_id: worker, until }
}

function stopped (state: State, { reopensAt }: Obstacles): Reason {
  const end = reopensAt === null ? '' : `; it opens again at ${iso(reopensAt)}`
  return { state, reason: 'stopped', detail: `the queue is stopped${end}`, until: reopensAt }
}

function delayed (job: Job, { now }: Obstacles): Reason {
  const { state, run_at: runAt } = job
  const seconds = Math.max(0, Math.round((runAt - now) * 1000) / 1000)
  const detail = `it is due in ${seconds} s`
  return { state, reason: 'not_due', detail, until: runAt, ...groupOf(job) }
}

/** The error group of the failure after which a job waits for another try, or has failed. */
function groupOf ({ attempts, last_error: error }: Job): { fingerprint?: string } {
  const outcome = attempts.at(-1)?.outcome
  if (outcome === 'lost') return { fingerprint: scriptLimits.lost_error }
  return outcome === 'failed' ? { fingerprint: fingerprintOf(error ?? undefined) } : {}
}

// After this many seconds without a take, no worker seems to ask.
const silentAfter = 60

function waiting (obstacles: Obstacles, minutes: Minute[]): Reason {
  const { now, ahead, askedAt, limited, limitedUntil } = obstacles
  const state = 'waiting' as const
  const eta = etaOf(ahead, minutes)
  if (limited) {
    const detail = 'the rate or concurrency of the queue is used up'
    return { state, reason: 'limit_reached', detail, until: limitedUntil, ...eta }
  }
  const silent = askedAt === null ? null : Math.round(now - askedAt)
  if (silent === null || silent > silentAfter) {
    const since = silent === null ? 'yet' : `for ${silent} s`
    const detail = `no worker has asked this queue for a job ${since}`
    return { state, reason: 'nobody_asks', detail, ahead, silent }
  }
  if (ahead === 0) return { state, reason: 'next', detail: 'it is the next one', ...eta }
  return { state, reason: 'jobs_ahead', detail: `${countOf(ahead)} ahead of it`, ahead, ...eta }
}

// Of a job that is further back, the number of jobs ahead is not known.
const mostAhead = 1000

function etaOf (ahead: number, minutes: Minute[]): { eta?: object } {
  const eta = ahead < mostAhead ? spanUntilTaken(ahead + 1, minutes) : null
  return eta === null ? {} : { eta }
}

function countOf (ahead: number): string {
  if (ahead === mostAhead) return '1000 jobs or more are'
  return ahead === 1 ? '1 job is' : `${ahead} jobs are`
}

function iso (seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}
