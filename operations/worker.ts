import { commonKey, queueKey } from './keys.ts'
import { queues } from './queue.ts'
import type { RedisClient } from './redis.ts'

/** A job a worker holds on lease, or took last for good. `since` is in epoch seconds. */
export interface Held { queue: string, job: string, since: number }

export interface Worker {
  worker_id: string
  /** Epoch seconds; of the first of its registrations. */
  started_at: number
  processed: number
  failed: number
  /** The queues it is registered on. */
  queues: string[]
  working_on: Held[]
  /** Epoch seconds, null while it has never asked for a job. */
  last_seen: number | null
  /** Not heard of for 5 minutes. */
  silent: boolean
}

// In seconds.
const silence = 300

interface Registration { queue: string, worker: string, startedAt: number }

/** Registers a worker on a queue. Doing so again changes nothing. */
export async function register (redis: RedisClient, queue: string, worker: string): Promise<void> {
  const [seconds] = await redis.time()
  await redis.hsetnx(commonKey('workers'), `${queue}/${worker}`, Number(seconds))
}

/** Takes a worker off a queue, with what was counted for it there. Its other queues are not touched. */
export async function unregister (redis: RedisClient, queue: string, worker: string): Promise<void> {
  await redis.hdel(commonKey('workers'), `${queue}/${worker}`)
  await redis.hdel(queueKey(queue, 'workers'), ...facts.map(fact => `${fact}:${worker}`))
  await redis.zrem(queueKey(queue, 'heard'), worker)
}

/** One worker, its counters summed over all queues; null when it is not registered. */
export async function worker (redis: RedisClient, id: string): Promise<Worker | null> {
  return (await describe(redis, registration => registration.worker === id))[0] ?? null
}

/** All registered workers, by id. */
export async function workers (redis: RedisClient): Promise<Worker[]> {
  return await describe(redis, () => true)
}

/** The ids of the workers registered on a queue, sorted. */
export async function workersOf (redis: RedisClient, queue: string): Promise<string[]> {
  return (await registrations(redis)).filter(registration => registration.queue === queue).map(({ worker }) => worker).sort()
}

const facts = ['processed', 'failed', 'job', 'taken_at'] as const

async function registrations (redis: RedisClient): Promise<Registration[]> {
  const all = await redis.hgetall(commonKey('workers'))
  return Object.entries(all).map(([name, startedAt]) => {
    const slash = name.indexOf('/')
    return { queue: name.slice(0, slash), worker: name.slice(slash + 1), startedAt: Number(startedAt) }
  })
}

async function describe (redis: RedisClient, wanted: (registration: Registration) => boolean): Promise<Worker[]> {
  const found = new Map<string, Worker>()
  const registered = await registrations(redis)
  for (const { queue, worker, startedAt } of registered.filter(wanted)) {
    const one = found.get(worker) ??
      { worker_id: worker, started_at: startedAt, processed: 0, failed: 0, queues: [], working_on: [], last_seen: null, silent: false }
    one.started_at = Math.min(one.started_at, startedAt)
    one.queues.push(queue)
    found.set(worker, one)
  }
  // A worker may take from a queue it did not register on: what it did there counts as well.
  const names = new Set([...await queues(redis), ...registered.map(({ queue }) => queue)])
  if (found.size > 0) await Promise.all([...names].map(queue => addUp(redis, queue, found)))
  const [now] = found.size > 0 ? await redis.time() : [0]
  for (const one of found.values()) {
    one.queues.sort()
    one.silent = Number(now) - Math.max(one.started_at, one.last_seen ?? 0) > silence
    one.working_on.sort((a, b) => a.since - b.since)
  }
  return [...found.values()].sort((a, b) => a.worker_id < b.worker_id ? -1 : 1)
}

async function addUp (redis: RedisClient, queue: string, found: Map<string, Worker>): Promise<void> {
  const ids = [...found.keys()]
  const numbers = await redis.hmget(queueKey(queue, 'workers'), ...ids.flatMap(id => facts.map(fact => `${fact}:${id}`)))
  const held = Object.entries(await redis.hgetall(queueKey(queue, 'holders')))
  for (const [job, holder] of held) {
    const space = holder.indexOf(' ')
    found.get(holder.slice(space + 1))?.working_on.push({ queue, job, since: Number(holder.slice(0, space)) / 1000 })
  }
  const heard = await Promise.all(ids.map(id => redis.zscore(queueKey(queue, 'heard'), id)))
  ids.forEach((id, i) => {
    const one = found.get(id)!
    const [processed, failed, job, takenAt] = numbers.slice(i * facts.length)
    one.processed += Number(processed ?? 0)
    one.failed += Number(failed ?? 0)
    if (job != null) one.working_on.push({ queue, job, since: Number(takenAt) / 1000 })
    if (heard[i] != null) one.last_seen = Math.max(one.last_seen ?? 0, Number(heard[i]) / 1000)
  })
}
