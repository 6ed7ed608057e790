import type { Job, Obstacles, State } from './job.ts'

/** Why a job is not running: a word for programs, a sentence for people, and what is behind both. `last_error` is JSON text. */
export interface Reason { state: State, reason: string, detail: string, last_error?: string | null, [fact: string]: unknown }

/** The first thing that keeps a job from running. */
export function explain (job: Job, obstacles: Obstacles): Reason {
  const { state } = job
  if (state === 'active') return leased(job)
  if (state === 'blocked') return blocked(job)
  if (state === 'failed' && job.depends.length > 0) return { state, reason: 'failed', detail: 'it has failed for good: a job on which it depends did not complete', last_error: job.last_error }
  if (state === 'failed') return { state, reason: 'failed', detail: `it has failed for good after ${job.attempt} of ${job.tries} deliveries`, last_error: job.last_error }
  if (state === 'completed') return { state, reason: 'completed', detail: 'it has finished, and is only kept' }
  if (obstacles.stopped) return stopped(state, obstacles)
  if (state === 'delayed') return due(job, obstacles)
  return waiting(obstacles)
}

function blocked ({ state, depends }: Job): Reason {
  const more = depends.length > 10 ? ` and ${depends.length - 10} more` : ''
  return { state, reason: 'blocked', detail: `it waits for ${depends.length === 1 ? 'job' : 'jobs'} ${depends.slice(0, 10).join(', ')}${more} to complete`, depends }
}

function leased ({ state, worker_id: worker, lease_expires_at: until }: Job): Reason {
  return { state, reason: 'on_lease', detail: `on lease to ${worker ?? 'a worker without a name'} until ${iso(until!)}`, worker_id: worker, until }
}

function stopped (state: State, { reopensAt }: Obstacles): Reason {
  const end = reopensAt === null ? '' : `; it opens again at ${iso(reopensAt)}`
  return { state, reason: 'stopped', detail: `the queue is stopped${end}`, until: reopensAt }
}

function due ({ state, run_at: runAt }: Job, { now }: Obstacles): Reason {
  const seconds = Math.max(0, Math.round((runAt - now) * 1000) / 1000)
  return { state, reason: 'not_due', detail: `it is due in ${seconds} s`, until: runAt }
}

function waiting ({ now, ahead, askedAt, limited, limitedUntil }: Obstacles): Reason {
  const state = 'waiting' as const
  if (limited) {
    return { state, reason: 'limit_reached', detail: 'the rate or concurrency of the queue is used up', until: limitedUntil }
  }
  const silent = askedAt === null ? null : Math.round(now - askedAt)
  if (silent === null || silent > 60) {
    const since = silent === null ? 'yet' : `for ${silent} s`
    return { state, reason: 'nobody_asks', detail: `no worker has asked this queue for a job ${since}`, ahead, silent }
  }
  if (ahead === 0) return { state, reason: 'next', detail: 'it is the next one' }
  const many = ahead === 1000 ? '1000 jobs or more are' : ahead === 1 ? '1 job is' : `${ahead} jobs are`
  return { state, reason: 'jobs_ahead', detail: `${many} ahead of it`, ahead }
}

function iso (seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}
