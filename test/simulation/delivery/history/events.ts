export interface Options {
  priority?: number
  delay?: number
  delayed?: number
  tries?: number
  ttl?: number
  keep?: number
  uniq?: string
  on_duplicate?: 'reject' | 'ignore' | 'replace'
  wait?: number
}

interface Event {
  actor: string
  sent: number
  answered: number
}

/** One payload that a producer pushed; `token` is written in it, and in no other. */
export interface Push extends Event {
  token: string
  queue: string
  payload: string
  options: Options
  outcome: 'sure' | 'unknown' | 'refused'
  job: Job
  /** What a push with `wait` was answered. */
  said?: { status: number; body: string }
}

/** `at` and `expires` are of Redis's clock; of a job taken for good they are unknown. */
export interface Delivery extends Event {
  token: string
  kind: 'lease' | 'good'
  at: number
  expires: number
  lease: number
  attempt: number
  receipt: string
}

/**
 * `done`: accepted. `lost`: 409. `gone`: 404. `unknown`: the answer was lost, and it may have had
 * its effect, or have it yet.
 */
export type Outcome = 'done' | 'lost' | 'gone' | 'unknown'
export type Verb = 'ack' | 'nack' | 'release' | 'touch' | 'cancel' | 'retry'

/**
 * `at`: of a nack when the job runs again, of a touch the new end of the lease; both of Redis's
 * clock.
 */
export interface Act extends Event {
  verb: Verb
  receipt: string
  outcome: Outcome
  state?: 'delayed' | 'failed'
  at?: number
  lease?: number
  delay?: number
  /** Of a release: the job is as if it had never been taken, and so has its ttl again. */
  front?: true
  /** Of an ack: what came with it. */
  result?: string
}

/**
 * Several pushes when later ones replaced it. The id of a job pushed in a batch is known from its
 * first delivery on.
 */
export interface Job {
  queue: string
  id: string | null
  pushes: Push[]
  deliveries: Delivery[]
  acts: Act[]
}

export interface Violation {
  rule: string
  queue: string
  detail: string
  job: Job | null
}

/** Takes whose answer was lost: as many jobs may have been delivered to no client. */
export interface LostTakes {
  lease: number
  good: number
}

/**
 * The changes of a queue as a whole, by one actor, one after the other. `seconds`: after which
 * a stopped one opens by itself.
 */
export interface Change extends Event {
  queue: string
  verb: 'stop' | 'start' | 'purge'
  outcome: 'done' | 'unknown'
  seconds?: number
}

/** A take that was answered: with jobs, with none, or because the queue is closed. */
export interface Asked {
  queues: string[]
  waits: boolean
  said: 'jobs' | 'none' | 'closed'
  sent: number
  answered: number
}
