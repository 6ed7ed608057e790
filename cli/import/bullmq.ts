import type { Redis } from 'ioredis'
import { byScore, decode, fromTail, members, transaction, type Page, type SourceJob, type Window, type Wish } from './source.ts'

type Entry = Pick<SourceJob, 'kind' | 'delayed'> & { id: string }

/** Of each queue in the order of their names: what waits in the order BullMQ would take it, then what is delayed, then what has failed. */
export async function * bullmq (redis: Redis, wish: Wish): AsyncGenerator<Page> {
  const { prefix = 'bull', queues, failed } = wish
  for (const queue of queues ?? (await listed(redis, prefix)).toSorted()) {
    const from = { redis, wish, queue, base: `${prefix}:${queue}` }
    // What was paused was there before what came since.
    for (const name of ['paused', 'wait']) {
      yield * pages(from, name, fromTail(redis, `${from.base}:${name}`), 'lrem', bytes => ({ id: bytes.toString(), kind: 'waiting' }))
    }
    yield * pages(from, 'prioritized', byScore(redis, `${from.base}:prioritized`), 'zrem', ({ member }) => ({ id: member.toString(), kind: 'waiting' }))
    yield * pages(from, 'delayed', byScore(redis, `${from.base}:delayed`), 'zrem', ({ member, score }) => ({ id: member.toString(), kind: 'delayed', delayed: due(score) }))
    if (failed) yield * pages(from, 'failed', byScore(redis, `${from.base}:failed`), 'zrem', ({ member }) => ({ id: member.toString(), kind: 'failed' }))
  }
}

// Nothing but the keys themselves says which queues there are.
async function listed (redis: Redis, prefix: string): Promise<string[]> {
  const names = new Set<string>()
  for await (const keys of redis.scanStream({ match: `${prefix.replace(/[*?[\]\\]/g, '\\$&')}:*:meta`, count: 1000 })) {
    for (const key of keys as string[]) names.add(key.slice(prefix.length + 1, -':meta'.length))
  }
  return [...names]
}

// The time in ms is shifted by 12 bits, which count those that fall due at once.
const due = (score: number): number => Math.floor(score / 4096) / 1000

interface From { redis: Redis, wish: Wish, queue: string, base: string }

async function * pages<T> (from: From, name: string, all: AsyncGenerator<Window<T>>, command: 'lrem' | 'zrem', entry: (entry: T) => Entry): AsyncGenerator<Page> {
  const place = `${from.base}:${name}`
  const removal = (id: string): [string, ...Array<string | number>] => command === 'lrem' ? ['lrem', place, -1, id] : ['zrem', place, id]
  for await (const window of all) {
    // Older versions put a marker among the ids, to wake a worker.
    const entries = window.entries.map(entry).filter(({ id }) => !id.startsWith('0:'))
    const found = new Map((await read(from, place, entries)).map((job, i) => [job, entries[i]!.id]))
    const remove = async (jobs: SourceJob[]): Promise<void> => {
      if (jobs.length > 0) window.gone = await take(from, jobs.map(job => found.get(job)!), removal)
    }
    yield { jobs: [...found.keys()], remove }
  }
}

const fields = ['name', 'data', 'opts', 'timestamp', 'parentKey', 'rjk', 'atm'] as const

async function read (from: From, place: string, entries: Entry[]): Promise<SourceJob[]> {
  const hashes = await Promise.all(entries.map(async ({ id }) => await from.redis.hmgetBuffer(`${from.base}:${id}`, ...fields)))
  return entries.map(({ id, ...entry }, i) => {
    const [name, data, opts, timestamp, parent, repeat, made] = hashes[i]!
    const told = data ? decode(data) : { text: '', problem: `its data is gone: there is no key ${from.base}:${id}` }
    const bound = parent ? `a flow needs it: ${parent.toString()} waits for it` : repeat ? `the job scheduler ${repeat.toString()} repeats it` : undefined
    const text = from.wish.payload === 'data' || !data ? told.text : `{"name":${JSON.stringify(name?.toString() ?? '')},"data":${told.text}}`
    return {
      place,
      ...entry,
      id: `${from.base}:${id} ${timestamp?.toString()}`,
      queue: from.queue,
      text,
      ...settings(members(opts?.toString() ?? ''), Number(made?.toString() ?? 0)),
      problem: told.problem ?? bound
    }
  })
}

// BullMQ takes those without a priority before those with one; what has one lines up behind.
function settings ({ priority, attempts }: Record<string, unknown>, made: number): Pick<SourceJob, 'priority' | 'tries'> {
  return {
    ...(Number(priority) > 0 && { priority: Math.min(5 + Number(priority), 9) }),
    ...(Number(attempts) > 0 && { tries: Math.min(Math.max(Number(attempts) - made, 1), 1000) })
  }
}

async function take ({ redis, base }: From, ids: string[], removal: (id: string) => [string, ...Array<string | number>]): Promise<number> {
  const keys = ids.map(id => `${base}:${id}`)
  const unique = await Promise.all(keys.map(async key => await redis.hget(key, 'deid')))
  const holders = await Promise.all(unique.map(async deid => deid && await redis.get(`${base}:de:${deid}`)))
  const free = ids.flatMap((id, i) => holders[i] === id ? [`${base}:de:${unique[i]}`] : [])
  const belongings = keys.flatMap(key => [key, ...['logs', 'dependencies', 'processed', 'failed', 'unsuccessful'].map(name => `${key}:${name}`)])
  return await transaction(redis, [...ids.map(removal), ['del', ...belongings, ...free]], ids.length)
}
