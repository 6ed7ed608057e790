import type { Redis } from 'ioredis'
import {
  byScore, decode, fromHead, transaction,
  type Command, type Page, type Selection, type SourceJob
} from './source.ts'

/** The queues in the order of their names; of each the waiting jobs, then the delayed ones. */
export async function * presque2010 (
  redis: Redis, { prefix = '', queues }: Selection
): AsyncGenerator<Page> {
  const names = queues ?? await listed(redis, prefix)
  for (const queue of names) {
    const from = { redis, prefix, queue }
    yield * waiting(from)
    yield * delayed(from)
  }
}

async function listed (redis: Redis, prefix: string): Promise<string[]> {
  const names = await redis.smembers(`${prefix}QUEUESET`)
  return names.map(name => name.replace(/:queue$/, '')).toSorted()
}

interface From { redis: Redis, prefix: string, queue: string }

async function * waiting (from: From): AsyncGenerator<Page> {
  const list = `${from.prefix}${from.queue}:queue`
  for await (const window of fromHead(from.redis, list)) {
    const jobs = await read(from, list, window.entries.map(key => ({ key: key.toString() })))
    const remove = async (some: SourceJob[]) => {
      window.removed = await take(from, some, key => ['lrem', list, 1, key])
    }
    yield { jobs, remove }
  }
}

async function * delayed (from: From): AsyncGenerator<Page> {
  const set = `${from.prefix}${from.queue}:delayed`
  for await (const window of byScore(from.redis, set)) {
    const found = window.entries.map(({ member, score }) => {
      return { key: member.toString(), delayed: score }
    })
    const remove = async (some: SourceJob[]) => {
      window.removed = await take(from, some, key => ['zrem', set, key])
    }
    yield { jobs: await read(from, set, found), remove }
  }
}

// The text `foo` is in the name of the key for every queue: 2010 named it so.
const uniqueKeys = ({ prefix, queue }: From): [string, string] => {
  return [`${prefix}${queue}:uniq`, `${prefix}foo:${queue}:uniq_job`]
}

interface Found { key: string, delayed?: number }

async function read (from: From, place: string, found: Found[]): Promise<SourceJob[]> {
  const keys = found.map(({ key }) => key)
  const payloads = await from.redis.mgetBuffer(keys.map(key => from.prefix + key))
  const uniques = await from.redis.hmget(uniqueKeys(from)[1], ...keys)
  return found.map(({ key, delayed }, i) => {
    const id = from.prefix + key
    const bytes = payloads[i]
    const problem = `its payload is gone: there is no key ${id}`
    return {
      place,
      id,
      queue: from.queue,
      kind: delayed === undefined ? 'waiting' : 'delayed',
      ...(bytes ? decode(bytes) : { text: '', problem }),
      ...(delayed !== undefined && { delayed }),
      ...(uniques[i] && { uniq: uniques[i] })
    }
  })
}

async function take (
  from: From, jobs: SourceJob[], removal: (key: string) => Command
): Promise<number> {
  if (jobs.length === 0) return 0
  const keys = jobs.map(({ id }) => id.slice(from.prefix.length))
  const [unique, reverse] = uniqueKeys(from)
  const free = jobs.flatMap(({ uniq }, i): Command[] => {
    return uniq === undefined ? [] : [['hdel', unique, uniq], ['hdel', reverse, keys[i]!]]
  })
  const del: Command = ['del', ...jobs.map(({ id }) => id)]
  return await transaction(from.redis, [...keys.map(removal), del, ...free], keys.length)
}
