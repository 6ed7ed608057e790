/**
 * Every key of presque, by its short name, with its type and its content. The Redis client puts
 * PRESQUE_PREFIX and a colon before each. A member of a sorted set of jobs is a letter for the
 * number of digits, and the id (see lua/parts/record/member_of.lua).
 */
export const queueKeys = {
  plain:
    'list: plain jobs that wait, by id, the next one first: the id (6 bytes, big-endian), ' +
    'then the record (see jobs); an id alone is the tombstone of a deleted job',
  tombstones: 'sorted set: ids of the tombstones in `plain`; score: the id',
  references:
    'list: other waiting jobs of priority 5, the next one first: 42:100 is job 42, ' +
    'behind the plain jobs with ids up to 100; an entry may be stale',
  ready:
    'list: ids of waiting jobs of priority 5 that are before all those: ' +
    'jobs that were put back, and those of layout 2; an entry may be stale',
  ranked:
    'sorted set: waiting jobs of other priorities; ' +
    'score: priority * 10^13 + the time in ms at which the job became ready; ' +
    'from 4.5 * 10^13 on jobs of priority 5 that were put back and have stale entries',
  delayed: 'sorted set: jobs that are not due yet; score: due time in ms',
  retrying:
    'sorted set: those of `delayed` that wait for another try after a failure; ' +
    'score: due time in ms',
  grouped:
    'sorted set: retrying and failed jobs; score: twice the fingerprint of their error as a ' +
    'number, and 1 more for failed ones',
  errors:
    'hash: fingerprint of an error group -> JSON: count, first and last time in ms, the first ' +
    'error, failures of the minute, workers, samples (see lua/parts/error/save_errors.lua); ' +
    'r and the fingerprint -> MINUTE:FAILURES of each other minute of the last day that had some',
  errors_seen: 'sorted set: fingerprints of the error groups; score: last failure in ms',
  active: 'sorted set: jobs on lease; score: end of the lease in ms',
  failed: 'sorted set: jobs that have failed for good; score: time of the failure in ms',
  completed: 'sorted set: completed jobs that are kept; score: deletion time in ms',
  blocked:
    'sorted set: jobs that wait for dependencies; ' +
    'score: time in ms at which the job became blocked',
  dependents:
    'sorted set: DEPENDENCY:MEMBER of each blocked job and each of its dependencies; ' +
    'score: id of the dependency',
  ended:
    'sorted set: ended jobs whose dependents have not all been told, and how they ended; ' +
    'score: that time in ms',
  expiring: 'sorted set: jobs with a ttl that no worker has taken; score: end of the ttl in ms',
  jobs:
    'hash: id -> record, but for jobs in `plain`: ' +
    'the time in ms from which the job may run (6 bytes, big-endian), ' +
    'then the payload, byte for byte',
  details: 'hash: id -> JSON of all members that are not default; plain jobs have none',
  reports:
    'hash: e or p and an id -> its last error or its progress, the JSON of the worker; ' +
    'a and an id -> its story, a line for each of its last 25 deliveries that have ended ' +
    '(see lua/parts/failure/record_attempt.lua); apart from the details, since it may be large',
  results: 'hash: id -> result of a completed job, the JSON of the ack',
  holders:
    'hash: id -> the time in ms of its delivery, ' +
    'and the worker that has it, if that gave its id',
  unique: 'hash: unique key -> id of the job that holds it',
  policy: 'hash: fields of the policy that are not default; stopped, reopens_at; times in ms',
  stats:
    'hash: last_id, seed (of the generation), asked_at (ms), ' +
    'processed, failed, lost, expired, discarded; ' +
    'failed_minute, failed_now, failed_before (see lua/parts/failure/count_failures.lua); ' +
    'late_ms, late_1 to late_8 (see lua/parts/due/count_lateness.lua)',
  workers:
    'hash: processed:ID, failed:ID and about:ID (JSON that the worker told) of each worker ID',
  heard: 'sorted set: the 10 000 workers that were seen last; score: that time in ms',
  latest:
    'hash: worker -> the time in ms of its last take, whether for `good` or on `lease`, ' +
    'and the last of its jobs',
  registered: 'sorted set: the workers of the queue, in the order of their ids',
  quiet: 'sorted set: workers that must take no more jobs; score: time of that order in ms',
  given: 'list: times in ms of the last deliveries, if the policy has a rate',
  idempotency: 'hash: idempotency key -> id of its job, and a digest of the payload',
  remembered: 'sorted set: idempotency keys; score: time in ms until which the key is known',
  waiters:
    'sorted set: servers whose clients wait for a job; ' +
    'also the first part of the names of their channels',
  watchers: 'hash: id -> servers whose clients wait for the end of that job, or for its result',
  events:
    'stream: the event log, in turn what happened and to which jobs ' +
    '(see lua/parts/event/record_events.lua); ' +
    'kept while there is a subscription, and ten minutes longer',
  listeners: 'set: servers that have read all events and must be told of the next one',
  fired:
    'hash: name of a schedule -> its last tick here in ms, the outcome, ' +
    'the id of its last job and the seed of then (see lua/schedule/fire_schedule.lua)',
  firings: 'sorted set: names of schedules; score: time in ms until which `fired` must know them',
  operations:
    'hash: id of an operation -> JSON of its settings, its state and its counts; ' +
    'p and the id -> JSON of the jobs that it showed at first; ' +
    'kept for a week after the last change',
  bin:
    'hash: OPERATION:JOB, the ids of both -> all that was stored of a job ' +
    'that the operation has deleted, as MessagePack (see lua/parts/bin/pack_job.lua); ' +
    'for 15 minutes',
  binned: 'sorted set: the fields of `bin`; score: time in ms until which the job can come back',
  moving:
    'hash: OPERATION:JOB of each job that is on its way to another queue -> the same as in `bin`',
  received:
    'hash: id of an operation of another queue -> the number of the last batch that it has moved ' +
    'here, and what came of each of its jobs; for a week',
  restored: 'sorted set: tickets of put-backs, kept for two minutes; score: that time in ms',
  history:
    'list: how the queue stood in the minutes of the last day, ' +
    'an element for each minute with a change (see lua/queue/sample_queue.lua)',
  history_hours: 'list: the last of these elements of each hour with a change, for 90 days',
  latency:
    'list: the waits and runs of jobs in the minutes of the last day, ' +
    'an element for each minute with some (see lua/parts/history/add_latencies.lua)',
  latency_hours: 'list: the same for the hours of the last 90 days'
} as const

export const commonKeys = {
  queues: 'set: the names of all queues',
  workers: 'hash: QUEUE/ID -> the time at which that worker registered, in epoch seconds',
  roster: 'sorted set: ID QUEUE of each worker and queue, in the order of the ids',
  noted:
    'sorted set: the same; ' +
    'score: time in ms at which a server last noted the worker, exact to 30 s',
  audit:
    'stream: the last 10 000 calls that need the role manage, each as JSON; a new one at the end',
  layout:
    'hash: version: the layout that servers write; migrated: the layout that all queues have; ' +
    'during a migration server, until (ms), queue and cursor',
  health: 'string: the last write of /health/ready; for a minute',
  sampled: 'string: exists while a server samples all queues, so that no other does'
} as const

/**
 * Those of the schedules and of the list of operations, which have a slot of their own: no queue
 * has a slash in its name.
 */
export const scheduleKeys = {
  schedules: 'hash: name of a schedule -> its settings as JSON; times in ms',
  templates: 'hash: name of a schedule -> the payload of its jobs, byte for byte',
  turns:
    'hash: name of a schedule -> JSON of its next tick (ms) and of the outcomes of earlier ones',
  upcoming:
    'sorted set: names of schedules; ' +
    'score: time in ms at which a server must look at them, which is the next tick, ' +
    'or the moment when the server that has claimed it is late',
  known_operations: 'sorted set: ID QUEUE of the last 1000 operations; score: the id',
  operations_due:
    'sorted set: ID QUEUE of the operations under way; ' +
    'score: time in ms until which a server has claimed the operation'
} as const

export type QueueKey = keyof typeof queueKeys
export type CommonKey = keyof typeof commonKeys
export type ScheduleKey = keyof typeof scheduleKeys

/**
 * The full name of a queue's key. The braces keep all keys of a queue in one slot of a Redis
 * Cluster.
 */
export function queueKey (queue: string, name: QueueKey): string {
  return `{${queue}}:${name}`
}

/** The full name of a key that belongs to no queue. */
export function commonKey (name: CommonKey): string {
  return name
}

/** The full name of a key of the schedules. */
export function scheduleKey (name: ScheduleKey): string {
  return `{schedules/}:${name}`
}

/** The full name of a key that a script uses, or undefined if there is no such key. */
export function scriptKey (queue: string, name: string): string | undefined {
  if (Object.hasOwn(queueKeys, name)) return queueKey(queue, name as QueueKey)
  if (Object.hasOwn(scheduleKeys, name)) return scheduleKey(name as ScheduleKey)
  return Object.hasOwn(commonKeys, name) ? commonKey(name as CommonKey) : undefined
}
