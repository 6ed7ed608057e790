import type { Redis } from 'ioredis'
import { byScore, decode, fromHead, transaction, type Page, type SourceJob, type Wish } from './source.ts'

/** Of each queue in the order of their names: what is in line, then what is delayed. */
export async function * presque2010 (redis: Redis, { prefix = '', queues }: Wish): AsyncGenerator<Page> {
  const listed = async () => (await redis.smembers(`${prefix}QUEUESET`)).map(name => name.replace(/:queue$/, '')).toSorted()
  for (const queue of queues ?? await listed()) {
    const from = { redis, prefix, queue }
    const list = `${prefix}${queue}:queue`
    for await (const window of fromHead(redis, list)) {
      const jobs = await read(from, list, window.entries.map(key => ({ key: key.toString() })))
      yield { jobs, remove: async gone => { window.gone = await remove(from, gone, key => ['lrem', list, 1, key]) } }
    }
    const set = `${prefix}${queue}:delayed`
    for await (const window of byScore(redis, set)) {
      const jobs = await read(from, set, window.entries.map(({ member, score }) => ({ key: member.toString(), delayed: score })))
      yield { jobs, remove: async gone => { window.gone = await remove(from, gone, key => ['zrem', set, key]) } }
    }
  }
}

interface From { redis: Redis, prefix: string, queue: string }

// The text `foo` is in the name of the key for whatever queue: so 2010 had it.
const uniqueKeys = ({ prefix, queue }: From): [string, string] => [`${prefix}${queue}:uniq`, `${prefix}foo:${queue}:uniq_job`]

async function read (from: From, place: string, found: Array<{ key: string, delayed?: number }>): Promise<SourceJob[]> {
  const keys = found.map(({ key }) => key)
  const payloads = await from.redis.mgetBuffer(keys.map(key => from.prefix + key))
  const uniques = await from.redis.hmget(uniqueKeys(from)[1], ...keys)
  return found.map(({ key, delayed }, i) => {
    const bytes = payloads[i]
    return {
      place,
      id: from.prefix + key,
      queue: from.queue,
      kind: delayed === undefined ? 'waiting' : 'delayed',
      ...(bytes ? decode(bytes) : { text: '', problem: `its payload is gone: there is no key ${from.prefix}${key}` }),
      ...(delayed !== undefined && { delayed }),
      ...(uniques[i] && { uniq: uniques[i] })
    }
  })
}

async function remove (from: From, jobs: SourceJob[], removal: (key: string) => [string, ...Array<string | number>]): Promise<number> {
  if (jobs.length === 0) return 0
  const keys = jobs.map(({ id }) => id.slice(from.prefix.length))
  const [unique, reverse] = uniqueKeys(from)
  const free = jobs.flatMap(({ uniq }, i) => uniq === undefined ? [] : [['hdel', unique, uniq], ['hdel', reverse, keys[i]!]] as Array<[string, string, string]>)
  return await transaction(from.redis, [...keys.map(removal), ['del', ...jobs.map(({ id }) => id)], ...free], keys.length)
}
