import type { Delivery } from './delivery.ts'

// What goes to the server and what comes back: test/client/schema.test.ts holds it against the server's own schemas.

/** Seconds, wherever there is a time; `delayed` alone is epoch seconds. */
export interface PushManyOptions {
  /** From now on. */
  delay?: number
  /** Epoch seconds. */
  delayed?: number
  /** 0 to 9, lower is sooner. */
  priority?: number
  /** Deliveries before the job has failed. */
  tries?: number
  /** Leases in a row that may run out before the job has failed: 3; null for no such bound. */
  maxLost?: number | null
  /** After which the job is dropped if nobody has taken it. */
  ttl?: number
  /** To keep the finished job and its result. */
  keep?: number
  /** Ids of jobs of this queue that must have completed before. */
  depends?: Array<string | number>
  signal?: AbortSignal
}

export interface PushOptions extends PushManyOptions {
  /** At most one job with this key is in the queue. */
  uniq?: string
  /** If there is one: to be refused ('reject'), to get its id, or to give it this payload. */
  onDuplicate?: 'reject' | 'ignore' | 'replace'
  /** To wait for the result. */
  wait?: number
  /** The same key on the same queue adds nothing for a day. One of its own is made for each call otherwise. */
  idempotencyKey?: string
}

export interface Pushed<Result = any> {
  id: string
  /** With `onDuplicate: 'ignore'`: nothing was added, and the id is that of the one that is there. */
  duplicate: boolean
  /** With `wait`: what the worker returned; missing if time was up. */
  result?: Result
}

export interface Take {
  /** '' is as long as the policy of the queue says. */
  lease?: number | '' | undefined
  /** To wait for a job. */
  wait?: number | undefined
  worker?: string | undefined
  /** Called when presque wants this worker to take no more jobs. */
  onQuiet?: (() => void) | undefined
  signal?: AbortSignal | undefined
}

export interface Next extends Omit<Take, 'signal'> { lease: number | '' }

export interface TakeMany extends Next {
  /** At most: 10. */
  count?: number | undefined
  signal?: AbortSignal | undefined
}

export interface TouchMany extends Omit<Take, 'lease' | 'wait'> {
  /** Of each: as long as the policy of the queue says otherwise. */
  lease?: number | undefined
}

/** A job that is done, and its result if it has one. */
export interface Done { job: Delivery, result?: unknown }

export interface Failure {
  error?: { type?: string, message?: string, backtrace?: unknown, [more: string]: unknown }
  /** Until it runs again; as the policy of the queue says otherwise. */
  delay?: number
  /** false: it has failed for good. */
  retry?: boolean
}

/** `duplicate`: it has failed, for another job has its unique key by now. */
export interface Verdict { state: 'delayed' | 'failed', run_at?: number, duplicate?: true }

export interface Keep { lease?: number, progress?: unknown }

export type State = 'waiting' | 'delayed' | 'blocked' | 'active' | 'failed' | 'completed'

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
  worker_id: string | null
  progress: any
  failures: number
  lost: number
  depends: string[]
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

export type Policy = { [Name in keyof Limits]?: Limits[Name] | null } & { status?: 'stop' | 'start', for?: number }

/** How many jobs run now, and how many stay failed, since another job has their unique key. */
export interface Redriven { count: number, duplicates: number }

export interface Status {
  queue: string
  size: number
  policy: Limits & { stopped: boolean, reopens_at: number | null }
  counts: Record<State, number>
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

/** The counters of a queue, and its jobs of the state asked for. */
export interface Jobs { queue_name: string, job_count: number, job_failed: number, job_processed: number, jobs: Job[] }

/** Puts a job in again and again: by `cron` in the time zone `tz`, or `every` so many seconds. */
export interface Schedule {
  queue: string
  /** Five fields, or six with seconds first. */
  cron?: string
  /** Such as Europe/Berlin; UTC if none is given. */
  tz?: string
  /** Instead of `cron`: seconds between ticks. */
  every?: number
  /** Whether a tick adds no job while the last one of the schedule has not ended ('skip'): 'allow'. */
  overlap?: 'skip' | 'allow'
  /** What comes of ticks that were missed: nothing ('none'), or one job for all ('one'). */
  catchup?: 'none' | 'one'
  priority?: number
  tries?: number
  max_lost?: number | null
  ttl?: number
  keep?: number
  payload: object
}

/** A schedule, and what has come of it. */
export interface Scheduled extends Omit<Schedule, 'payload'> {
  name: string
  tz: string
  overlap: 'skip' | 'allow'
  catchup: 'none' | 'one'
  /** The next tick, in epoch seconds. */
  next_at: number | null
  /** The last tick that put a job in, and the id of that. */
  last_at: number | null
  last_job: string | null
  fired: number
  skipped: number
  /** Why the last tick put no job in. */
  last_error: string | null
  payload: any
}
