import type { Delivery } from './delivery.ts'

// The shapes of requests and answers. test/unit/client/schema.test.ts compares them with the
// schemas of the server.

/** Times are in seconds; `delayed` alone is in epoch seconds. */
export interface PushManyOptions {
  /** Seconds before the job may be given out. */
  delay?: number
  /** Epoch seconds before which the job is not given out. */
  delayed?: number
  /** 0 to 9, lower is sooner. */
  priority?: number
  /** Deliveries before the job has failed. */
  tries?: number
  /** Leases in a row that may expire before the job has failed: 3; null for no such bound. */
  maxLost?: number | null
  /** Seconds after which the job is dropped if no worker has taken it. */
  ttl?: number
  /** Seconds for which the completed job and its result are kept. */
  keep?: number
  /** Ids of jobs of this queue that must complete before. */
  depends?: Array<string | number>
  /** Words to find the job by, 10 at most. */
  tags?: string[]
  signal?: AbortSignal
}

export interface PushOptions extends PushManyOptions {
  /** At most one job with this key is in the queue. */
  uniq?: string
  /** If there is one: reject the push ('reject'), answer its id, or give it this payload. */
  onDuplicate?: 'reject' | 'ignore' | 'replace'
  /** Seconds to wait for the result. */
  wait?: number
  /** The same key on the same queue adds nothing for a day. If left out, each call has its own. */
  idempotencyKey?: string
}

export interface Pushed<Result = any> {
  id: string
  /** With `onDuplicate: 'ignore'`: nothing was added, and the id is that of the other job. */
  duplicate: boolean
  /** With `wait`: what the worker returned; missing if the time was over before. */
  result?: Result
}

export interface Take {
  /** Seconds; '' for as long as the policy of the queue says. */
  lease?: number | '' | undefined
  /** Seconds to wait for a job. */
  wait?: number | undefined
  worker?: string | undefined
  /** Called when presque tells this worker to take no more jobs. */
  onQuiet?: (() => void) | undefined
  signal?: AbortSignal | undefined
}

export interface Next extends Omit<Take, 'signal'> { lease: number | '' }

export interface TakeMany extends Next {
  /** How many at most: 10. */
  count?: number | undefined
  signal?: AbortSignal | undefined
}

export interface TouchMany extends Omit<Take, 'lease' | 'wait'> {
  /** Seconds, for each job; if left out, as long as the policy of the queue says. */
  lease?: number | undefined
}

/** A completed job, and its result if it has one. */
export interface Done { job: Delivery, result?: unknown }

export interface Failure {
  error?: { type?: string, message?: string, backtrace?: unknown, [more: string]: unknown }
  /** Seconds until it runs again; if left out, as the policy of the queue says. */
  delay?: number
  /** false: it has failed for good. */
  retry?: boolean
}

/** `duplicate`: it has failed because another job has its unique key meanwhile. */
export interface Verdict { state: 'delayed' | 'failed', run_at?: number, duplicate?: true }

export interface Keep { lease?: number, progress?: unknown }

export const states = ['waiting', 'delayed', 'blocked', 'active', 'failed', 'completed'] as const

export type State = typeof states[number]

/** A state, or those of the delayed jobs that wait for another try after a failure. */
export type ListedState = State | 'retrying'

/** A delivery that has ended; `lost`: its lease expired. Times are in epoch seconds. */
export interface Attempt {
  attempt: number
  worker_id: string | null
  started_at: number | null
  ended_at: number
  outcome: 'failed' | 'lost' | 'released' | 'completed'
  /** The beginning of its error. */
  error: { type?: string, message?: string } | null
}

export interface Job {
  id: string
  queue: string
  state: State
  priority: number
  attempt: number
  tries: number
  created_at: number
  run_at: number
  lease_expires_at: number | null
  started_at: number | null
  failed_at: number | null
  finished_at: number | null
  worker_id: string | null
  progress: any
  failures: number
  lost: number
  /** The last 25 that have ended, the oldest first. */
  attempts: Attempt[]
  depends: string[]
  tags: string[]
  traceparent: string | null
  tracestate: string | null
  last_error: any
  result: any
  payload: any
}

interface Limits {
  tries: number
  max_lost: number | null
  lease: number
  keep: number
  backoff: { base?: number, max?: number }
  rate: { limit: number, period: number } | null
  concurrency: number | null
  max_jobs: number | null
  max_keys: number | null
  keep_failed: number | null
  max_failed: number | null
}

export type Policy = { [Name in keyof Limits]?: Limits[Name] | null } & {
  status?: 'stop' | 'start'
  for?: number
}

/** Failures of one kind, counted together. Times are in epoch seconds. */
export interface ErrorGroup {
  queue: string
  fingerprint: string
  type: string | null
  message: string | null
  count: number
  first_seen: number
  last_seen: number
  /** In the last 60 seconds. */
  failures_per_minute: number
  retrying: number
  failed: number
  workers: string[]
}

/** A group with the minutes of the last day that had such failures, and the last three of them. */
export interface ErrorDocument extends ErrorGroup {
  rates: { times: number[], failures: number[] }
  samples: Array<{
    id: string
    at: number
    worker_id: string | null
    type: string | null
    message: string | null
  }>
}

/**
 * Which jobs of a state: those that match all that is given. Times in epoch seconds.
 * - `error`: the fingerprint of an error group, with failed or retrying
 * - `worker`: has the job on lease, or else had it; with * at its end, the beginning of ids
 * - `since`, `until`: when the job came into its state
 * - `text`: in the payload, as it was pushed
 */
export interface JobFilter {
  error?: string | undefined
  worker?: string | undefined
  since?: number | undefined
  until?: number | undefined
  minAttempt?: number | undefined
  tag?: string | undefined
  text?: string | undefined
}

/** `dry`: counts the jobs, and changes none. */
export interface BulkOptions extends JobFilter {
  limit?: number | undefined
  dry?: boolean | undefined
}

/** `order`: 'desc' for the last one first. `limit`: how many at most. */
export interface FindOptions extends JobFilter {
  order?: 'asc' | 'desc'
  limit?: number
  signal?: AbortSignal | undefined
}

/** What `retryAll` and `redrive` can let run. */
export type Retriable = 'failed' | 'delayed' | 'retrying'

/** How many jobs run now, and how many stay failed because another job has their unique key. */
export interface Redriven { count: number, duplicates: number }

export interface Status {
  queue: string
  size: number
  policy: Limits & { stopped: boolean, reopens_at: number | null }
  /** `retrying` jobs are among the delayed ones, too. */
  counts: Record<ListedState, number>
  oldest_age: number | null
  processed: number
  failed: number
  lost: number
  expired: number
  discarded: number
  workers: string[]
}

/** Why a job is not running: `detail` is a sentence. */
export interface Why { state: State, reason: string, detail: string, [more: string]: unknown }

/** The counters of a queue, and a page of its jobs in one state. */
export interface Jobs {
  queue_name: string
  job_count: number
  job_failed: number
  job_processed: number
  jobs: Job[]
  /** With `after` or a filter: where to go on, null at the end; how many jobs were looked at. */
  next?: string | null
  scanned?: number
  total?: number
}

/** Pushes a job at each tick: those of `cron` in the time zone `tz`, or `every` some seconds. */
export interface Schedule {
  queue: string
  /** Five fields, or six with seconds first. */
  cron?: string
  /** Such as Europe/Berlin; UTC if none is given. */
  tz?: string
  /** Instead of `cron`: seconds between ticks. */
  every?: number
  /** 'skip': a tick adds no job while the last job of the schedule has not ended. Else 'allow'. */
  overlap?: 'skip' | 'allow'
  /** What missed ticks add: no job ('none'), or one job for all of them ('one'). */
  catchup?: 'none' | 'one'
  priority?: number
  tries?: number
  max_lost?: number | null
  ttl?: number
  keep?: number
  payload: object
}

/** A schedule, and its counters. */
export interface Scheduled extends Omit<Schedule, 'payload'> {
  name: string
  tz: string
  overlap: 'skip' | 'allow'
  catchup: 'none' | 'one'
  /** The next tick, in epoch seconds. */
  next_at: number | null
  /** The last tick that pushed a job, and the id of that job. */
  last_at: number | null
  last_job: string | null
  fired: number
  skipped: number
  /** Why the last tick pushed no job. */
  last_error: string | null
  /** The next ticks, in epoch seconds, where `ahead` asked for them. */
  ticks?: number[]
  payload: any
}
