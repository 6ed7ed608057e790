import { commonKey, queueKey } from '../redis/keys.ts'
import type { RedisClient } from '../redis/store.ts'

/** A worker on a queue. */
export interface Registration { queue: string, worker: string }

/** A registration as it is read: when it began, and when a server last noted it; in epoch seconds. */
export interface Noted extends Registration { startedAt: number, notedAt: number }

/** Which registrations a caller wants: those of the first workers by id, after one of them. */
export interface Range {
  after?: string | undefined
  limit: number
  /** Only workers of this queue. */
  queue?: string | undefined
  sees: (queue: string) => boolean
}

/** Registrations, worker by worker; `more`: others follow. */
export interface Page { found: Noted[], more: boolean }

// How many members one command reads; and how many registrations a page, or a worker, shows.
const slice = 1000
const mostShown = 5000

// Of how many workers the queues are read at once.
const handful = 20

/** A registration as it stands in the keys `roster` and `noted`: their order is that of the ids, for an id has no space. */
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
  return queue === undefined ? await pageOfAll(redis, range) : await pageOfQueue(redis, queue, range)
}

/** The registrations of one worker. */
export async function registrationsOf (redis: RedisClient, worker: string): Promise<Noted[]> {
  return await dated(redis, await queuesOf(redis, worker))
}

/** The ids of the first workers of a queue, sorted, after one of them. */
export async function workerIds (redis: RedisClient, queue: string, { after, limit = slice }: { after?: string | undefined, limit?: number } = {}): Promise<{ ids: string[], more: boolean }> {
  const from = after === undefined ? '-' : `(${after}`
  const ids = await redis.zrangebylex(queueKey(queue, 'registered'), from, '+', 'LIMIT', 0, limit + 1)
  return { ids: ids.slice(0, limit), more: ids.length > limit }
}

async function pageOfAll (redis: RedisClient, { after, limit, sees }: Range): Promise<Page> {
  const found: Registration[] = []
  const workers = new Set<string>()
  // No id has a character before '!', and in a member a space follows the id.
  let from = after === undefined ? '-' : `(${after}!`
  for (;;) {
    const members = await redis.zrangebylex(commonKey('roster'), from, '+', 'LIMIT', 0, slice)
    for (const one of members.map(registration).filter(({ queue }) => sees(queue))) {
      const isFull = workers.size >= limit || found.length >= mostShown
      if (isFull && !workers.has(one.worker)) return { found: await dated(redis, found), more: true }
      workers.add(one.worker)
      if (found.length < 2 * mostShown) found.push(one)
    }
    if (members.length < slice) return { found: await dated(redis, found), more: false }
    from = `(${members.at(-1)!}`
  }
}

async function pageOfQueue (redis: RedisClient, queue: string, { sees, ...range }: Range): Promise<Page> {
  const { ids, more } = await workerIds(redis, queue, range)
  const found: Registration[] = []
  let read = 0
  while (read < ids.length && found.length < mostShown) {
    const some = ids.slice(read, read += handful)
    const all = await Promise.all(some.map(async id => await queuesOf(redis, id)))
    for (const registrations of all) for (const one of registrations) if (sees(one.queue)) found.push(one)
  }
  return { found: await dated(redis, found), more: more || read < ids.length }
}

async function queuesOf (redis: RedisClient, worker: string): Promise<Registration[]> {
  const range = [`[${worker} `, `(${worker}!`, 'LIMIT', 0, mostShown] as const
  return (await redis.zrangebylex(commonKey('roster'), ...range)).map(registration)
}

async function dated (redis: RedisClient, all: Registration[]): Promise<Noted[]> {
  const found: Noted[] = []
  for (let i = 0; i < all.length; i += slice) {
    const some = all.slice(i, i + slice)
    const [scores, starts] = await Promise.all([
      redis.zmscore(commonKey('noted'), ...some.map(member)),
      redis.hmget(commonKey('workers'), ...some.map(({ queue, worker }) => `${queue}/${worker}`))
    ])
    found.push(...some.map((one, n) => {
      const notedAt = Number(scores[n] ?? 0) / 1000
      return { ...one, notedAt, startedAt: Number(starts[n] ?? Math.floor(notedAt)) }
    }))
  }
  return found
}
