import { createHash } from 'node:crypto'
import { errors } from '../errors.ts'
import { isNameNoted, noteName } from '../queue/name.ts'
import { QueueLimit } from '../queue/queue-limit.ts'
import { batchCalls } from '../redis/batcher.ts'
import { commonKey } from '../redis/keys.ts'
import { replicated } from '../redis/replication.ts'
import { script } from '../redis/script.ts'
import { storeOf, type RedisClient } from '../redis/store.ts'
import { milliseconds } from '../time.ts'
import type { Trace } from '../trace.ts'
import { noteWorker } from '../worker/worker.ts'
import { randomLetters } from '../seed.ts'

export interface NewJob {
  /** A JSON object, as text. It is stored byte for byte. */
  payload: string
  /** Epoch seconds before which the job is not given out. */
  delayed?: number | undefined
  /** The same, in seconds from now. */
  delay?: number | undefined
  /** At most one job with this key is in the queue. */
  uniq?: string | undefined
  on_duplicate?: 'reject' | 'ignore' | 'replace' | undefined
  /** 0 to 9, lower is sooner. */
  priority?: number | undefined
  /** Deliveries before the job fails for good. */
  tries?: number | undefined
  /** Leases in a row that may expire before the job fails for good; null for no such bound. */
  max_lost?: number | 'null' | null | undefined
  /** Seconds after which the job is dropped if it has not been taken. */
  ttl?: number | undefined
  /** Seconds for which the completed job and its result are kept. */
  keep?: number | undefined
  /** Ids of jobs that must have completed before, with commas between them. */
  depends?: string | undefined
  /** Words to find the job by, with commas between them. */
  tags?: string | undefined
  /** For a day, another push under the same key adds nothing. */
  idempotencyKey?: string | undefined
  /** A client waits for the result: it is kept until that client can have it. */
  awaited?: boolean | Watcher | undefined
  /** Goes out with each delivery. */
  trace?: Trace | undefined
}

/** The server whose client waits; `mark`: letters that tell its job from any other of that id. */
export interface Watcher { server: string, mark: string }

/**
 * - `duplicate`: nothing was added, since a job with that unique key is there
 * - `isNew`: the job is of this push, and has its mark
 */
export interface Pushed { id: string, duplicate: boolean, isNew?: boolean }

interface Now { now?: number }

/** Pushes jobs, all or none. Rejects with the error of the first that is refused. */
export async function push (
  redis: RedisClient, queue: string, jobs: NewJob[], { now }: Now = {}
): Promise<Pushed[]> {
  const more = { together: jobs.length, now: milliseconds(now) }
  const pushed = await pushEntries(redis, queue, jobs.map(entryOf), more)
  return pushed.map(unlessRefused)
}

/**
 * Pushes a job, in a script call that it shares with others of the same turn.
 * Rejects with JOB_EXISTS, IDEMPOTENCY_CONFLICT, DEPENDS_UNKNOWN, KEYS_FULL or QUEUE_FULL.
 */
export function pushOne (redis: RedisClient, queue: string, job: NewJob): Promise<Pushed> {
  const dependencies = job.depends?.split(',').length ?? 0
  return pushBatched(redis, queue, { entry: entryOf(job), dependencies })
}

// Each job on which another depends is work for the script, too.
const pushBatched = batchCalls<{ entry: Entry, dependencies: number }, Pushed>(
  (redis, queue, pushes) => pushEntries(redis, queue, pushes.map(({ entry }) => entry)),
  ({ entry, dependencies }) => ({
    jobs: 1 + dependencies,
    bytes: entry.reduce((sum, { length }) => sum + length, 0)
  })
)

/**
 * Pushes a job again that failed, and counts the failure, of the worker too if one is named.
 * A refused push counts nothing.
 */
export async function pushFailed (
  redis: RedisClient, queue: string, job: NewJob,
  { worker, now }: Now & { worker?: string | undefined } = {}
): Promise<Pushed> {
  noteWorker(redis, queue, worker)
  const more = { worker, failures: 1, now: milliseconds(now) }
  const [outcome] = await pushEntries(redis, queue, [entryOf(job)], more)
  return unlessRefused(outcome!)
}

interface PushOptions {
  worker?: string | undefined
  failures?: number
  together?: number
  now?: number | undefined
}

/** A job as lua/job/push.lua takes it. */
type Entry = [payload: string] | [about: string, payload: string]

function entryOf (job: NewJob): Entry {
  const when = due(job)
  const more = options(job)
  if (when === '' && more === null) return [job.payload]
  return [`#${when} ${JSON.stringify(more ?? {})}`, job.payload]
}

async function pushEntries (
  redis: RedisClient, queue: string, entries: Entry[], more: PushOptions = {}
): Promise<Array<Pushed | Error>> {
  // In a Cluster the names of queues are on one node, which may be away: a push does not fail then.
  const { listed } = isNameNoted(redis, queue)
    ? { listed: noteName(redis, queue) }
    : await storeOf(redis).part(QueueLimit).admit(queue)
  const fields = entries.flat()
  const plain = fields.length === entries.length ? 1 : ''
  const args = { ...more, seed: randomLetters(), plain, fields }
  const reply = await replicated(redis, queue, async client => await pushing(client, queue, args))
  storeOf(redis).meter?.pushed(queue, countNew(reply))
  // With the first id of all, the queue is new or has just been purged, perhaps with its name.
  await (reply.startsWith('1 ') ? redis.sadd(commonKey('queues'), queue) : listed)
  return outcomes(reply.split(' '))
}

const pushing = script<string>('push')

// The reply has two words a job: its id and an outcome, or the first id and how many jobs follow.
function countNew (reply: string): number {
  let sum = 0
  for (const [, outcome] of reply.matchAll(/\d+ (\w+)/g)) {
    sum += outcome === 'new' ? 1 : Number(outcome) || 0
  }
  return sum
}

function outcomes (words: string[]): Array<Pushed | Error> {
  const all: Array<Pushed | Error> = []
  for (let i = 0; i < words.length; i += 2) {
    const [id, outcome] = [words[i]!, words[i + 1]!]
    const count = Number(outcome)
    if (Number.isNaN(count)) all.push(outcomeOf(id, outcome))
    else for (let n = 0; n < count; n++) all.push({ id: String(Number(id) + n), duplicate: false })
  }
  return all
}

function outcomeOf (id: string, outcome: string): Pushed | Error {
  if (outcome === 'exists') return new errors.JOB_EXISTS()
  if (outcome === 'conflict') return new errors.IDEMPOTENCY_CONFLICT()
  if (outcome === 'unknown') return new errors.DEPENDS_UNKNOWN(id)
  if (outcome === 'unkept') return new errors.KEYS_FULL()
  if (outcome === 'full') return new errors.QUEUE_FULL()
  return { id, duplicate: outcome === 'ignored', ...(outcome === 'new' && { isNew: true }) }
}

function unlessRefused (outcome: Pushed | Error): Pushed {
  if (outcome instanceof Error) throw outcome
  return outcome
}

function due ({ delayed, delay }: NewJob): string | number {
  return delay ? `+${milliseconds(delay)}` : milliseconds(delayed) ?? ''
}

/**
 * The members that a script stores of a job beside its payload: those that are not default.
 * null where all are default.
 */
export function options (job: NewJob): Record<string, unknown> | null {
  const { uniq, on_duplicate: onDuplicate, priority = 5, tries, max_lost: maxLost, ttl, keep } = job
  const { depends, tags } = job
  const set: Record<string, unknown> = {}
  if (uniq !== undefined) Object.assign(set, { unique: uniq, on_duplicate: onDuplicate })
  if (priority !== 5) set['priority'] = priority
  if (tries !== undefined) set['tries'] = tries
  if (maxLost !== undefined) set['max_lost'] = typeof maxLost === 'number' ? maxLost : 0
  if (ttl !== undefined) set['ttl'] = milliseconds(ttl)
  if (keep !== undefined) set['keep'] = milliseconds(keep)
  if (depends !== undefined) set['depends'] = [...new Set(depends.split(','))].join(',')
  if (tags !== undefined) set['tags'] = [...new Set(tags.split(','))].join(',')
  setOrigin(set, job)
  return Object.keys(set).length > 0 ? set : null
}

function setOrigin (
  set: Record<string, unknown>, { payload, idempotencyKey, awaited, trace }: NewJob
): void {
  if (awaited) set['awaited'] = true
  if (typeof awaited === 'object') {
    Object.assign(set, { server: awaited.server, born: awaited.mark })
  }
  if (trace !== undefined) {
    set['traceparent'] = trace.traceparent
    if (trace.tracestate) set['tracestate'] = trace.tracestate
  }
  if (idempotencyKey !== undefined) {
    const fingerprint = createHash('sha256').update(payload).digest('base64')
    Object.assign(set, { idempotency: idempotencyKey, fingerprint })
  }
}
