import { commonKey, queueKey } from '../redis/keys.ts'
import type { RedisClient } from '../redis/store.ts'

/** A worker on a queue. */
export interface Registration { queue: string, worker: string }

/** A registration as it is read: when it began, and when a server last noted it; epoch seconds. */
export interface Noted extends Registration { startedAt: number, notedAt: number }

/** Which registrations: those of the first workers by id, after one of them. */
export interface Range {
  after?: string | undefined
  limit: number
  /** Only workers of this queue. */
  queue?: string | undefined
  sees: (queue: string) => boolean
}

/** Registrations, worker by worker; `more`: whether others follow. */
export interface Page { found: Noted[], more: boolean }

const membersPerCommand = 1000
// Of a page, or of one worker.
const maxShown = 5000
const workersAtOnce = 20

/** The member of the keys `roster` and `noted`: sorted by id, since an id has no space. */
export function member ({ queue, worker }: Registration): string {
  return `${worker} ${queue}`
}

/** The registration that a member stands for. */
export function registration (pair: string): Registration {
  const space = pair.indexOf(' ')
  return { worker: pair.slice(0, space), queue: pair.slice(space + 1) }
}

/** Some registrations, in the order of the ids of their workers. */
export async function page (redis: RedisClient, range: Range): Promise<Page> {
  const { queue } = range
  if (queue === undefined) return await pageOfAll(redis, range)
  return await pageOfQueue(redis, queue, range)
}

/** The registrations of one worker. */
export async function registrationsOf (redis: RedisClient, worker: string): Promise<Noted[]> {
  return await withTimes(redis, await queuesOf(redis, worker))
}

/** A page of ids, sorted; `more`: whether others follow. */
export interface IdPage { ids: string[], more: boolean }

/** The ids of the first workers of a queue, after one of them. */
export async function workerIds (
  redis: RedisClient, queue: string,
  { after, limit = membersPerCommand }: { after?: string | undefined, limit?: number } = {}
): Promise<IdPage> {
  const from = after === undefined ? '-' : `(${after}`
  const limits = ['LIMIT', 0, limit + 1] as const
  const ids = await redis.zrangebylex(queueKey(queue, 'registered'), from, '+', ...limits)
  return { ids: ids.slice(0, limit), more: ids.length > limit }
}

// In ms: a worker that was last noted between these times before now has gone without a word.
const silentFor = { least: 300_000, most: 3_600_000 }

/**
 * The workers that have fallen silent in the last hour and did not unregister, by queue: of
 * `limit` registrations at most, those that did so last.
 */
export async function silentWorkers (
  redis: RedisClient, limit: number, { now }: { now?: number | undefined } = {}
): Promise<Map<string, string[]>> {
  const ms = 1000 * (now ?? Number((await redis.time())[0]))
  const [newest, oldest] = [ms - silentFor.least, ms - silentFor.most]
  const range = [newest, oldest, 'LIMIT', 0, limit] as const
  const pairs = await redis.zrevrangebyscore(commonKey('noted'), ...range)
  const found = new Map<string, string[]>()
  for (const { queue, worker } of pairs.map(registration)) {
    const those = found.get(queue)
    if (those === undefined) found.set(queue, [worker])
    else those.push(worker)
  }
  return found
}

async function pageOfAll (
  redis: RedisClient, { after, limit, sees }: Range
): Promise<Page> {
  const found: Registration[] = []
  const workers = new Set<string>()
  // No id has a character before '!', and in a member a space follows the id.
  let from = after === undefined ? '-' : `(${after}!`
  for (;;) {
    const range = [from, '+', 'LIMIT', 0, membersPerCommand] as const
    const members = await redis.zrangebylex(commonKey('roster'), ...range)
    for (const one of members.map(registration).filter(({ queue }) => sees(queue))) {
      const isFull = workers.size >= limit || found.length >= maxShown
      if (isFull && !workers.has(one.worker)) {
        return { found: await withTimes(redis, found), more: true }
      }
      workers.add(one.worker)
      if (found.length < 2 * maxShown) found.push(one)
    }
    if (members.length < membersPerCommand) {
      return { found: await withTimes(redis, found), more: false }
    }
    from = `(${members.at(-1)!}`
  }
}

async function pageOfQueue (
  redis: RedisClient, queue: string, { sees, ...range }: Range
): Promise<Page> {
  const { ids, more } = await workerIds(redis, queue, range)
  const found: Registration[] = []
  let read = 0
  while (read < ids.length && found.length < maxShown) {
    const some = ids.slice(read, read + workersAtOnce)
    read += some.length
    const all = await Promise.all(some.map(async id => await queuesOf(redis, id)))
    for (const one of all.flat()) if (sees(one.queue)) found.push(one)
  }
  return { found: await withTimes(redis, found), more: more || read < ids.length }
}

/** The field of the hash `workers`. */
export function workerField ({ queue, worker }: Registration): string {
  return `${queue}/${worker}`
}

async function queuesOf (redis: RedisClient, worker: string): Promise<Registration[]> {
  const range = [`[${worker} `, `(${worker}!`, 'LIMIT', 0, maxShown] as const
  return (await redis.zrangebylex(commonKey('roster'), ...range)).map(registration)
}

async function withTimes (redis: RedisClient, all: Registration[]): Promise<Noted[]> {
  const found: Noted[] = []
  for (let i = 0; i < all.length; i += membersPerCommand) {
    const some = all.slice(i, i + membersPerCommand)
    const [scores, starts] = await Promise.all([
      redis.zmscore(commonKey('noted'), ...some.map(member)),
      redis.hmget(commonKey('workers'), ...some.map(workerField))
    ])
    found.push(...some.map((one, n) => {
      const notedAt = Number(scores[n] ?? 0) / 1000
      return { ...one, notedAt, startedAt: Number(starts[n] ?? Math.floor(notedAt)) }
    }))
  }
  return found
}
