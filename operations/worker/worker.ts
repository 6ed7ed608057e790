import type { Worker as WorkerSchema } from '../../schemas/worker.ts'
import { errors } from '../errors.ts'
import { queueKey } from '../redis/keys.ts'
import { scriptLimits } from '../redis/script-limits.ts'
import { script } from '../redis/script.ts'
import { storeOf, type RedisClient } from '../redis/store.ts'
import {
  page, registrationsOf, workerIds, type IdPage, type Noted, type Range
} from './registration.ts'
import { Roster } from './roster.ts'

/** The facts that a worker sends about itself. */
export type About = Pick<WorkerSchema, 'version' | 'host' | 'pid' | 'concurrency' | 'rss'>

/** A worker of schemas/worker.ts. The API writes its counters as text, as in 2010. */
export interface Worker extends Omit<WorkerSchema, 'processed' | 'failed'> {
  processed: number
  failed: number
}

const silentSeconds = 300

// A call takes some 4 ms where 5000 jobs are on lease, and others must have their turn between.
const workersPerCall = 500
const callsAtOnce = 8

type Texts = Array<string | null>

type WorkersReply = [
  now: number, counts: Texts, heard: Texts, latest: Texts, quiet: Texts, held: string[]
]

const scripts = {
  workers: script<WorkersReply>('get_workers'),
  quiet: script<null>('set_quiet')
}

/**
 * Registers a worker on a queue, and stores its facts. To register again resets no counter.
 * Rejects with WORKERS_FULL.
 */
export async function register (
  redis: RedisClient, queue: string, worker: string, about: About = {}
): Promise<void> {
  await storeOf(redis).part(Roster).register(queue, worker)
  if (Object.keys(about).length === 0) return
  await redis.hset(queueKey(queue, 'workers'), `about:${worker}`, JSON.stringify(about))
  await redis.expire(queueKey(queue, 'workers'), scriptLimits.worker_ms / 1000)
}

/** Removes a worker from a queue, with its counters there; not from its other queues. */
export async function unregister (
  redis: RedisClient, queue: string, worker: string
): Promise<void> {
  await storeOf(redis).part(Roster).unregister(queue, worker)
}

/** Whether the caller may see a queue. */
type Sees = (queue: string) => boolean

const all: Sees = () => true

/**
 * Tells a worker to take no more, or that it may again: on all its queues that the caller sees,
 * since it asks each in turn. Rejects with NO_SUCH_WORKER if it is not registered on `queue`.
 */
export async function setQuiet (
  redis: RedisClient, queue: string, worker: string, on: boolean, sees = all
): Promise<void> {
  await storeOf(redis).part(Roster).ready()
  const queues = (await registrationsOf(redis, worker)).map(({ queue }) => queue)
  if (!queues.includes(queue)) throw new errors.NO_SUCH_WORKER(worker)
  await inBatches(queues.filter(sees), async name => {
    await scripts.quiet(redis, name, { worker, on: on ? 1 : 0 })
  })
}

/** A worker, with the sums over its queues that the caller sees; null if it has none of them. */
export async function worker (
  redis: RedisClient, id: string, sees = all
): Promise<Worker | null> {
  await storeOf(redis).part(Roster).ready()
  const found = (await registrationsOf(redis, id)).filter(({ queue }) => sees(queue))
  return (await describe(redis, found))[0] ?? null
}

/** A page of registered workers, by id; `more`: whether others follow. */
export async function workers (
  redis: RedisClient, range: Partial<Range> = {}
): Promise<{ workers: Worker[], more: boolean }> {
  await storeOf(redis).part(Roster).ready()
  const { found, more } = await page(redis, { limit: 1000, sees: all, ...range })
  return { workers: await describe(redis, found), more }
}

/** A page of the ids of the workers of a queue. */
export async function idsOf (
  redis: RedisClient, queue: string, range: { after?: string | undefined, limit?: number } = {}
): Promise<IdPage> {
  await storeOf(redis).part(Roster).ready()
  return await workerIds(redis, queue, range)
}

/** The ids of the first thousand workers registered on a queue, sorted. */
export async function workersOf (redis: RedisClient, queue: string): Promise<string[]> {
  return (await idsOf(redis, queue)).ids
}

/** Notes that a request on a queue named its worker, if it did. */
export function noteWorker (
  redis: RedisClient, queue: string, worker: string | undefined
): void {
  if (worker !== undefined) storeOf(redis).part(Roster).markSeen(queue, worker)
}

// One script a queue, about its workers of this page alone: never queues times workers.
async function describe (redis: RedisClient, registrations: Noted[]): Promise<Worker[]> {
  const [found, ids] = [new Map<string, Worker>(), new Map<string, string[]>()]
  for (const one of registrations) {
    addRegistration(found, one)
    const those = ids.get(one.queue)
    if (those === undefined) ids.set(one.queue, [one.worker])
    else those.push(one.worker)
  }
  let now = 0
  const calls = [...ids].flatMap(([queue, all]) => slices(all).map(some => ({ queue, some })))
  await inBatches(calls, async ({ queue, some }) => {
    now = await addCounters(redis, queue, some, found)
  })
  const notedAt = new Map<string, number>()
  for (const { worker, notedAt: at } of registrations) {
    notedAt.set(worker, Math.max(notedAt.get(worker) ?? 0, at))
  }
  for (const one of found.values()) {
    const seenAt = Math.max(notedAt.get(one.worker_id)!, one.started_at, one.last_seen ?? 0)
    one.silent = now / 1000 - seenAt > silentSeconds
    one.working_on.sort((a, b) => a.since - b.since)
  }
  return [...found.values()]
}

function addRegistration (
  found: Map<string, Worker>, { queue, worker, startedAt }: Noted
): void {
  const one = found.get(worker) ?? newWorker(worker, startedAt)
  found.set(worker, one)
  one.started_at = Math.min(one.started_at, startedAt)
  one.queues.push(queue)
}

function newWorker (id: string, startedAt: number): Worker {
  return {
    worker_id: id,
    started_at: startedAt,
    processed: 0,
    failed: 0,
    queues: [],
    working_on: [],
    last_seen: null,
    silent: false
  }
}

function slices (ids: string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / workersPerCall) }, (_, i) => {
    return ids.slice(i * workersPerCall, (i + 1) * workersPerCall)
  })
}

// Adds the counters of a queue to its workers. Returns the time of Redis, in ms.
async function addCounters (
  redis: RedisClient, queue: string, ids: string[], found: Map<string, Worker>
): Promise<number> {
  const reply = await scripts.workers(redis, queue, { ids })
  const [now, counts, heard, latest, quiet, held] = reply
  ids.forEach((id, i) => {
    const one = found.get(id)!
    const [processed, failed, about] = counts.slice(3 * i, 3 * i + 3)
    one.processed += Number(processed ?? 0)
    one.failed += Number(failed ?? 0)
    if (about != null) Object.assign(one, JSON.parse(about) as About)
    if (heard[i] != null) one.last_seen = Math.max(one.last_seen ?? 0, Number(heard[i]) / 1000)
    if (quiet[i] != null) one.quiet = true
    const [since, how, job] = latest[i]?.split(' ') ?? []
    if (how === 'good') one.working_on.push({ queue, job: job!, since: Number(since) / 1000 })
  })
  for (let i = 0; i < held.length; i += 2) {
    const [job, holder] = [held[i]!, held[i + 1]!]
    const space = holder.indexOf(' ')
    const since = Number(holder.slice(0, space)) / 1000
    found.get(holder.slice(space + 1))!.working_on.push({ queue, job, since })
  }
  return now
}

// Some at once, and the next when those have been answered.
async function inBatches<One> (all: One[], act: (one: One) => Promise<void>): Promise<void> {
  for (let i = 0; i < all.length; i += callsAtOnce) {
    await Promise.all(all.slice(i, i + callsAtOnce).map(act))
  }
}

const texts = ['version', 'host'] as const
const numbers = ['pid', 'concurrency', 'rss'] as const

/** The facts in the body of a registration, without members that are unknown or make no sense. */
export function parseAbout (body: Record<string, unknown>): About {
  const about: About = {}
  for (const name of texts) {
    const value = body[name]
    if (typeof value === 'string' && value !== '') about[name] = value.slice(0, 256)
  }
  for (const name of numbers) {
    const value = body[name]
    if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) about[name] = value
  }
  return about
}
