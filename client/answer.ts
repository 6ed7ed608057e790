// What goes to the server and what comes back: test/client/schema.test.ts holds it against the server's own schemas.

/** Seconds, wherever there is a time; `delayed` alone is epoch seconds. */
export interface PushManyOptions {
  delay?: number
  delayed?: number
  /** 0 to 9, lower is sooner. */
  priority?: number
  /** Deliveries before the job has failed. */
  tries?: number
  /** After which the job is dropped if nobody has taken it. */
  ttl?: number
  /** To keep the finished job and its result. */
  keep?: number
  /** Ids of jobs of the queue, with commas between them, that must have completed before. */
  depends?: string
  signal?: AbortSignal
}

export interface PushOptions extends PushManyOptions {
  /** At most one job with this key is in the queue. */
  uniq?: string
  on_duplicate?: 'reject' | 'ignore' | 'replace'
  /** To wait for the result. */
  wait?: number
  /** The same key on the same queue adds nothing for a day. One of its own is made for each call otherwise. */
  idempotencyKey?: string
}

export interface Pushed<Result = any> { id: string, duplicate: boolean, result?: Result }

export interface Take {
  /** '' is as long as the policy of the queue says. */
  lease?: number | '' | undefined
  /** To wait for a job. */
  wait?: number | undefined
  worker?: string | undefined
  signal?: AbortSignal | undefined
}

export interface Next { lease: number | '', wait?: number | undefined, worker?: string | undefined }

export interface TakeMany extends Next { count?: number, signal?: AbortSignal }

export interface Failure {
  error?: { type?: string, message?: string, backtrace?: unknown, [more: string]: unknown }
  /** Until it runs again; as the policy of the queue says otherwise. */
  delay?: number
  /** false: it has failed for good. */
  retry?: boolean
}

export interface Verdict { state: 'delayed' | 'failed', run_at?: number }

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
  last_error: any
  result: any
  payload: any
}

interface Limits {
  tries: number
  lease: number
  keep: number
  backoff: { base?: number, max?: number }
  rate: { limit: number, period: number } | null
  concurrency: number | null
  max_jobs: number | null
}

export type Policy = { [Name in keyof Limits]?: Limits[Name] | null } & { status?: 'stop' | 'start', for?: number }

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
  workers: string[]
}
