/**
 * Every key of presque, by its short name, with its type and what it holds. The client puts PRESQUE_PREFIX and a colon
 * before each. Members of sorted sets of jobs are a letter for the number of digits, and the id (see lua/parts/record/member_of.lua).
 */
export const queueKeys = {
  ready: 'list: ids of the waiting jobs of priority 5, the next one first; a place may have lost its job',
  ranked: 'sorted set: the waiting jobs of other priorities, by priority * 10^13 + ms since when they wait',
  delayed: 'sorted set: jobs that are not due yet, by due time in ms',
  active: 'sorted set: jobs on lease, by its end in ms',
  failed: 'sorted set: jobs that have failed for good, by that time in ms',
  completed: 'sorted set: finished jobs that are kept, by the time in ms until which',
  blocked: 'sorted set: jobs that wait for others to complete, by since when in ms',
  dependents: 'sorted set: which of them waits for which, id:member, by the id of the job that it waits for',
  ended: 'sorted set: jobs that have ended, and how, of which not all have been told that wait for them; by that time in ms',
  expiring: 'sorted set: jobs with a ttl that nobody has taken, by its end in ms',
  jobs: 'hash: id -> record: from when it may run in ms (6 bytes, big-endian), then the payload as it came in',
  details: 'hash: id -> JSON of what is not default; plain jobs have none',
  reports: 'hash: e or p and an id -> its last error or its progress, the JSON that a worker sent: what may be large',
  results: 'hash: id -> result of a finished job, the JSON that came with the ack',
  holders: 'hash: id -> since when in ms, and which worker holds it, where a worker gave its id',
  unique: 'hash: unique key -> id of the job that holds it',
  policy: 'hash: settings of the queue that are not default; stopped, reopens_at; times in ms',
  stats: 'hash: last_id, seed, asked_at (ms), processed, failed, lost, expired, discarded; late_ms, late_1 to late_8: see lua/parts/due/count_lateness.lua',
  workers: 'hash: processed:ID, failed:ID and about:ID (JSON of what it told) of each worker ID',
  heard: 'sorted set: the 10 000 workers heard of last, by that time in ms',
  latest: 'hash: worker -> when in ms it took jobs last, whether for `good` or on `lease`, and the last of them',
  registered: 'sorted set: the workers of the queue, in the order of their ids',
  quiet: 'sorted set: workers that are to take no more, by when in ms that was said',
  given: 'list: when in ms the last jobs were given out, where the policy has a rate',
  idempotency: 'hash: idempotency key -> id of its job, and a digest of the payload',
  remembered: 'sorted set: idempotency keys, by the time in ms until which they are',
  waiters: 'sorted set: servers whose clients wait for a job; also the first part of the names of their channels',
  watchers: 'hash: id -> servers whose clients wait for the end of that job, or for what is kept of it',
  events: 'stream: what has been done, in turn what and to which jobs (see lua/parts/event/record_events.lua); there while somebody listens, and ten minutes longer',
  listeners: 'set: servers that have read all events and are to be told of the next',
  fired: 'hash: name of a schedule -> its last tick here in ms, what came of it, the id of its last job and the seed of then (see lua/schedule/fire_schedule.lua)',
  firings: 'sorted set: names of schedules, by the time in ms until which `fired` is to know them',
  restored: 'sorted set: tickets of what was put back, by that time in ms; for two minutes',
  history: 'list: how the queue stood in one minute of the last day after another, where that changed (see lua/queue/sample_queue.lua)'
} as const

export const commonKeys = {
  queues: 'set: the names of all queues',
  workers: 'hash: QUEUE/ID -> when that worker registered, in epoch seconds',
  roster: 'sorted set: each worker and queue, ID QUEUE, in the order of the ids',
  noted: 'sorted set: the same, by when in ms a server noted that it was heard of; to 30 s',
  layout: 'hash: version that servers write, migrated: what all queues have; while a server migrates: server, until (ms), queue and cursor',
  health: 'string: what /health/ready writes; for a minute',
  sampled: 'string: there while a server notes how all queues stand, so that no other does'
} as const

/** Those of the schedules, which have a slot of their own: no queue has a slash in its name. */
export const scheduleKeys = {
  schedules: 'hash: name of a schedule -> JSON of what it is; times in ms',
  templates: 'hash: name of a schedule -> the payload of its jobs, as it came in',
  turns: 'hash: name of a schedule -> JSON of its next tick (ms) and of what has come of those before',
  upcoming: 'sorted set: names of schedules, by when in ms a server is to look at them: at the next tick, or when the server that has taken it up is late'
} as const

export type QueueKey = keyof typeof queueKeys
export type CommonKey = keyof typeof commonKeys
export type ScheduleKey = keyof typeof scheduleKeys

/** The full name of a queue's key. The braces keep all keys of a queue in one slot of a Redis Cluster. */
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
