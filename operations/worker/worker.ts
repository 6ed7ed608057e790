import { errors } from '../errors.ts'
import { queueKey } from '../redis/keys.ts'
import { page, registrationsOf, workerIds, type Noted, type Range } from './registration.ts'
import { Roster } from './roster.ts'
import { script } from '../redis/script.ts'
import { storeOf, type RedisClient } from '../redis/store.ts'

/** A job that a worker holds on lease, or took last for good. `since` is in epoch seconds. */
export interface HeldJob { queue: string, job: string, since: number }

/** What a worker tells about itself. */
export interface About {
  version?: string
  host?: string
  pid?: number
  concurrency?: number
  /** Bytes of memory. */
  rss?: number
}

export interface Worker extends About {
  worker_id: string
  /** Epoch seconds; of the first of its registrations. */
  started_at: number
  processed: number
  failed: number
  /** The queues it is registered on. */
  queues: string[]
  working_on: HeldJob[]
  /** Epoch seconds; null for one that has registered and said no more. */
  last_seen: number | null
  /** Not heard of for 5 minutes. */
  silent: boolean
  /** It has been told to take no more. */
  quiet?: true
}

// In seconds.
const silence = 300

// How many workers one script call describes, and how many calls are under way at once: others have
// their turn between. A call takes some 4 ms where 5000 jobs are on lease.
const slice = 500
const atOnce = 8

type Found = [now: number, counts: Array<string | null>, heard: Array<string | null>, latest: Array<string | null>, quiet: Array<string | null>, held: string[]]

const scripts = {
  workers: script<Found>('get_workers'),
  quiet: script<null>('set_quiet')
}

/** Registers a worker on a queue, and notes what it tells of itself. Doing so again resets nothing. Rejects with WORKERS_FULL. */
export async function register (redis: RedisClient, queue: string, worker: string, about: About = {}): Promise<void> {
  await storeOf(redis).part(Roster).register(queue, worker)
  if (Object.keys(about).length === 0) return
  await redis.hset(queueKey(queue, 'workers'), `about:${worker}`, JSON.stringify(about))
  await redis.expire(queueKey(queue, 'workers'), 86_400)
}

/** Takes a worker off a queue, with what was counted for it there. Its other queues are not touched. */
export async function unregister (redis: RedisClient, queue: string, worker: string): Promise<void> {
  await storeOf(redis).part(Roster).unregister(queue, worker)
}

/**
 * Tells a worker to take no more, or that it may again: on that queue and its others, as far as the caller sees them, for it
 * asks now here, now there. Rejects with NO_SUCH_WORKER if it is not registered on the queue.
 */
export async function setQuiet (redis: RedisClient, queue: string, worker: string, on: boolean, sees: (queue: string) => boolean = () => true): Promise<void> {
  await storeOf(redis).part(Roster).ready()
  const queues = (await registrationsOf(redis, worker)).map(({ queue }) => queue)
  if (!queues.includes(queue)) throw new errors.NO_SUCH_WORKER(worker)
  const seen = queues.filter(sees)
  await inTurn(seen, async name => { await scripts.quiet(redis, name, { worker, on: on ? 1 : 0 }) })
}

/** One worker, its counters summed over its queues, of those that are seen; null when it is registered on none of them. */
export async function worker (redis: RedisClient, id: string, sees: (queue: string) => boolean = () => true): Promise<Worker | null> {
  await storeOf(redis).part(Roster).ready()
  const found = (await registrationsOf(redis, id)).filter(({ queue }) => sees(queue))
  return (await describe(redis, found))[0] ?? null
}

/** Registered workers, by id: a page of them, and whether others follow. */
export async function workers (redis: RedisClient, range: Partial<Range> = {}): Promise<{ workers: Worker[], more: boolean }> {
  await storeOf(redis).part(Roster).ready()
  const { found, more } = await page(redis, { limit: 1000, sees: () => true, ...range })
  return { workers: await describe(redis, found), more }
}

/** The ids of workers registered on a queue, sorted: a page of them, and whether others follow. */
export async function idsOf (redis: RedisClient, queue: string, range: { after?: string | undefined, limit?: number } = {}): Promise<{ ids: string[], more: boolean }> {
  await storeOf(redis).part(Roster).ready()
  return await workerIds(redis, queue, range)
}

/** The ids of the first thousand workers registered on a queue, sorted. */
export async function workersOf (redis: RedisClient, queue: string): Promise<string[]> {
  return (await idsOf(redis, queue)).ids
}

/** Notes that a request on a queue named its worker; nothing without one. */
export function noteWorker (redis: RedisClient, queue: string, worker: string | undefined): void {
  if (worker !== undefined) storeOf(redis).part(Roster).hear(queue, worker)
}

// One script a queue, about its workers of this page alone: never queues times workers.
async function describe (redis: RedisClient, registrations: Noted[]): Promise<Worker[]> {
  const found = new Map<string, Worker>()
  const notedAt = new Map<string, number>()
  const ids = new Map<string, string[]>()
  for (const { queue, worker, startedAt, notedAt: at } of registrations) {
    const one = found.get(worker) ?? unknown(worker, startedAt)
    found.set(worker, one)
    one.started_at = Math.min(one.started_at, startedAt)
    one.queues.push(queue)
    notedAt.set(worker, Math.max(notedAt.get(worker) ?? 0, at))
    const those = ids.get(queue)
    if (those === undefined) ids.set(queue, [worker])
    else those.push(worker)
  }
  let now = 0
  const slices = [...ids].flatMap(([queue, all]) => sliced(all).map(some => ({ queue, some })))
  await inTurn(slices, async ({ queue, some }) => { now = await addUp(redis, queue, some, found) })
  for (const one of found.values()) {
    const heardAt = Math.max(notedAt.get(one.worker_id)!, one.started_at, one.last_seen ?? 0)
    one.silent = now / 1000 - heardAt > silence
    one.working_on.sort((a, b) => a.since - b.since)
  }
  return [...found.values()]
}

function unknown (id: string, startedAt: number): Worker {
  return { worker_id: id, started_at: startedAt, processed: 0, failed: 0, queues: [], working_on: [], last_seen: null, silent: false }
}

function sliced (ids: string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / slice) }, (_, i) => ids.slice(i * slice, (i + 1) * slice))
}

async function addUp (redis: RedisClient, queue: string, ids: string[], found: Map<string, Worker>): Promise<number> {
  const [now, counts, heard, latest, quiet, held] = await scripts.workers(redis, queue, { ids })
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
    found.get(holder.slice(space + 1))!.working_on.push({ queue, job, since: Number(holder.slice(0, space)) / 1000 })
  }
  return now
}

// Some at once, and the next when those have been answered.
async function inTurn<One> (all: One[], act: (one: One) => Promise<void>): Promise<void> {
  for (let i = 0; i < all.length; i += atOnce) await Promise.all(all.slice(i, i + atOnce).map(act))
}

const texts = ['version', 'host'] as const
const numbers = ['pid', 'concurrency', 'rss'] as const

/** What a body tells of a worker, as far as it makes sense: any other member does no harm. */
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
