import { createHash } from 'node:crypto'
import { batchCalls } from '../redis/batcher.ts'
import { errors } from '../errors.ts'
import { commonKey } from '../redis/keys.ts'
import { QueueLimit } from '../queue/queue-limit.ts'
import { isNameNoted, noteName } from '../queue/name.ts'
import { newGeneration } from './receipt.ts'
import { replicated } from '../redis/replication.ts'
import { script } from '../redis/script.ts'
import { noteWorker } from '../worker/worker.ts'
import { milliseconds } from '../time.ts'
import { storeOf, type RedisClient } from '../redis/store.ts'
import type { Trace } from '../trace.ts'

export interface NewJob {
  /** A JSON object, as text. It is stored as it is. */
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
  /** Deliveries before the job has failed. */
  tries?: number | undefined
  /** Leases in a row that may run out before the job has failed; null for no such bound. */
  max_lost?: number | 'null' | null | undefined
  /** Seconds after which a job that nobody took is dropped. */
  ttl?: number | undefined
  /** Seconds for which the finished job and its result are kept. */
  keep?: number | undefined
  /** Ids of jobs that must have completed before, with commas between them. */
  depends?: string | undefined
  /** A push under the same key adds nothing for a day. */
  idempotencyKey?: string | undefined
  /** A client waits for the result, so it is kept until it can be handed over. */
  awaited?: boolean | Watcher | undefined
  /** Goes out with the job, each time. */
  trace?: Trace | undefined
}

/** The server whose client waits, and random letters that tell its job from any other one of that id. */
export interface Watcher { server: string, mark: string }

/** `duplicate`: nothing was added, for a job with that unique key is there already. */
export interface Pushed {
  id: string
  duplicate: boolean
  /** It is the job of this push, and bears its mark. */
  isNew?: boolean
}

const pushing = script<string>('push')

/** Puts jobs in, all or none. Rejects with QUEUE_FULL. */
export async function push (redis: RedisClient, queue: string, jobs: NewJob[], { now }: { now?: number } = {}): Promise<Pushed[]> {
  const pushed = await insert(redis, queue, jobs.map(entry), { together: jobs.length, now: milliseconds(now) })
  return pushed.map(unlessRefused)
}

/** Puts a job in, together with others that come in the same turn. Rejects with JOB_EXISTS, IDEMPOTENCY_CONFLICT or QUEUE_FULL. */
export function pushOne (redis: RedisClient, queue: string, job: NewJob): Promise<Pushed> {
  return pushShared(redis, queue, { entry: entry(job), links: job.depends?.split(',').length ?? 0 })
}

// Each job that another one waits for is work for the script as well.
const pushShared = batchCalls<{ entry: Entry, links: number }, Pushed>(
  async (redis, queue, pushes) => await insert(redis, queue, pushes.map(({ entry }) => entry)),
  ({ entry, links }) => ({ jobs: 1 + links, bytes: entry.reduce((sum, { length }) => sum + length, 0) })
)

/** Puts a job in again that failed: counts the failure, for the worker too if one is named. A refusal counts nothing. */
export async function pushFailed (redis: RedisClient, queue: string, job: NewJob, { worker, now }: { worker?: string | undefined, now?: number } = {}): Promise<Pushed> {
  noteWorker(redis, queue, worker)
  const [outcome] = await insert(redis, queue, [entry(job)], { worker, failures: 1, now: milliseconds(now) })
  return unlessRefused(outcome!)
}

interface Insertion { worker?: string | undefined, failures?: number, together?: number, now?: number | undefined }

// A job as lua/job/push.lua takes it.
type Entry = [payload: string] | [about: string, payload: string]

function entry (job: NewJob): Entry {
  const when = due(job)
  const more = options(job)
  return when === '' && more === null ? [job.payload] : [`#${when} ${JSON.stringify(more ?? {})}`, job.payload]
}

async function insert (redis: RedisClient, queue: string, entries: Entry[], more: Insertion = {}): Promise<Array<Pushed | Error>> {
  // In a Cluster the names are on one node, which may be away: it was asked to note this one at the first push, and is again and again.
  const { listed } = isNameNoted(redis, queue) ? { listed: noteName(redis, queue) } : await storeOf(redis).part(QueueLimit).admit(queue)
  const fields = entries.flat()
  const plain = fields.length === entries.length ? 1 : ''
  const said = await replicated(redis, queue, async client => await pushing(client, queue, { ...more, seed: newGeneration(), plain, fields }))
  // The first id of all: the queue is new, or has just been purged, and with it perhaps the name we put down above.
  storeOf(redis).meter?.pushed(queue, added(said))
  await (said.startsWith('1 ') ? redis.sadd(commonKey('queues'), queue) : listed)
  return outcomes(said.split(' '))
}

// How many jobs there are more.
function added (said: string): number {
  let sum = 0
  for (const [, outcome] of said.matchAll(/\d+ (\w+)/g)) sum += outcome === 'new' ? 1 : Number(outcome) || 0
  return sum
}

// What lua/job/push.lua says of each job.
function outcomes (words: string[]): Array<Pushed | Error> {
  const all: Array<Pushed | Error> = []
  for (let i = 0; i < words.length; i += 2) {
    const [id, outcome] = [words[i]!, words[i + 1]!]
    const count = Number(outcome)
    if (Number.isNaN(count)) all.push(pushed(id, outcome))
    else for (let n = 0; n < count; n++) all.push({ id: String(Number(id) + n), duplicate: false })
  }
  return all
}

function pushed (id: string, outcome: string): Pushed | Error {
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

/** What a script stores of a job beside its payload. What is default is not; null for a job of which all is. */
export function options (job: NewJob): Record<string, unknown> | null {
  const { payload, uniq, on_duplicate: onDuplicate, priority = 5, tries, max_lost: maxLost, ttl, keep, depends, idempotencyKey, awaited, trace } = job
  const set: Record<string, unknown> = {}
  if (uniq !== undefined) Object.assign(set, { unique: uniq, on_duplicate: onDuplicate })
  if (priority !== 5) set['priority'] = priority
  if (tries !== undefined) set['tries'] = tries
  if (maxLost !== undefined) set['max_lost'] = typeof maxLost === 'number' ? maxLost : 0
  if (ttl !== undefined) set['ttl'] = milliseconds(ttl)
  if (keep !== undefined) set['keep'] = milliseconds(keep)
  if (depends !== undefined) set['depends'] = [...new Set(depends.split(','))].join(',')
  if (awaited) set['awaited'] = true
  if (typeof awaited === 'object') Object.assign(set, { server: awaited.server, born: awaited.mark })
  if (trace !== undefined) Object.assign(set, { traceparent: trace.traceparent, ...(trace.tracestate && { tracestate: trace.tracestate }) })
  if (idempotencyKey !== undefined) {
    Object.assign(set, { idempotency: idempotencyKey, fingerprint: createHash('sha256').update(payload).digest('base64') })
  }
  return Object.keys(set).length > 0 ? set : null
}
