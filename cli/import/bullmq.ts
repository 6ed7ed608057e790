import type { Redis } from 'ioredis'
import {
  byScore, decode, fromTail, members, transaction,
  type Command, type Page, type Selection, type SourceJob, type Window
} from './source.ts'

type Entry = Pick<SourceJob, 'kind' | 'delayed'> & { id: string }

/**
 * The queues in the order of their names. Of each queue first the waiting jobs, in the order in
 * which BullMQ would take them, then the delayed ones, then the failed ones.
 */
export async function * bullmq (redis: Redis, selection: Selection): AsyncGenerator<Page> {
  const { prefix = 'bull', queues, failed } = selection
  for (const queue of queues ?? (await listed(redis, prefix)).toSorted()) {
    const from = { redis, selection, queue, base: `${prefix}:${queue}` }
    yield * waiting(from)
    yield * set(from, 'delayed', ({ member, score }) => {
      return { id: member.toString(), kind: 'delayed', delayed: due(score) }
    })
    if (!failed) continue
    yield * set(from, 'failed', ({ member }) => ({ id: member.toString(), kind: 'failed' }))
  }
}

async function * waiting (from: From): AsyncGenerator<Page> {
  const asWaiting = (id: Buffer): Entry => ({ id: id.toString(), kind: 'waiting' })
  // Paused jobs were pushed before the waiting ones.
  for (const name of ['paused', 'wait']) {
    const list = `${from.base}:${name}`
    const removal = (id: string): Command => ['lrem', list, -1, id]
    yield * pages({ ...from, place: list, removal }, fromTail(from.redis, list), asWaiting)
  }
  yield * set(from, 'prioritized', ({ member }) => asWaiting(member))
}

type Scored = { member: Buffer, score: number }

async function * set (
  from: From, name: string, entryOf: (scored: Scored) => Entry
): AsyncGenerator<Page> {
  const key = `${from.base}:${name}`
  const removal = (id: string): Command => ['zrem', key, id]
  yield * pages({ ...from, place: key, removal }, byScore(from.redis, key), entryOf)
}

// Only the keys themselves tell which queues there are.
async function listed (redis: Redis, prefix: string): Promise<string[]> {
  const names = new Set<string>()
  const match = `${prefix.replace(/[*?[\]\\]/g, '\\$&')}:*:meta`
  for await (const keys of redis.scanStream({ match, count: 1000 })) {
    for (const key of keys as string[]) names.add(key.slice(prefix.length + 1, -':meta'.length))
  }
  return [...names]
}

// The time in ms is shifted by 12 bits, which number the jobs that are due at the same time.
const due = (score: number): number => Math.floor(score / 4096) / 1000

interface From { redis: Redis, selection: Selection, queue: string, base: string }

interface Place extends From { place: string, removal: (id: string) => Command }

async function * pages<T> (
  place: Place, windows: AsyncGenerator<Window<T>>, entryOf: (entry: T) => Entry
): AsyncGenerator<Page> {
  for await (const window of windows) {
    // Older versions put a marker among the ids, to wake a worker.
    const entries = window.entries.map(entryOf).filter(({ id }) => !id.startsWith('0:'))
    const found = new Map((await read(place, entries)).map((job, i) => [job, entries[i]!.id]))
    const remove = async (jobs: SourceJob[]): Promise<void> => {
      if (jobs.length > 0) window.removed = await take(place, jobs.map(job => found.get(job)!))
    }
    yield { jobs: [...found.keys()], remove }
  }
}

const fields = ['name', 'data', 'opts', 'timestamp', 'parentKey', 'rjk', 'atm'] as const

async function read (place: Place, entries: Entry[]): Promise<SourceJob[]> {
  const { redis, base } = place
  const hashes = await Promise.all(entries.map(async ({ id }) => {
    return await redis.hmgetBuffer(`${base}:${id}`, ...fields)
  }))
  return entries.map((entry, i) => jobOf(place, entry, hashes[i]!))
}

function jobOf (
  { place, queue, base, selection }: Place, { id, ...entry }: Entry, hash: Array<Buffer | null>
): SourceJob {
  const [name, data, opts, timestamp, parent, repeat, made] = hash
  const key = `${base}:${id}`
  const { text, problem } = data
    ? decode(data)
    : { text: '', problem: `its data is gone: there is no key ${key}` }
  const isBare = selection.payload === 'data' || !data
  const named = `{"name":${JSON.stringify(name?.toString() ?? '')},"data":${text}}`
  return {
    place,
    ...entry,
    id: `${key} ${timestamp?.toString()}`,
    queue,
    text: isBare ? text : named,
    ...settings(members(opts?.toString() ?? ''), Number(made?.toString() ?? 0)),
    problem: problem ?? tieOf(parent, repeat)
  }
}

// Why a job cannot leave BullMQ.
function tieOf (
  parent: Buffer | null | undefined, repeat: Buffer | null | undefined
): string | undefined {
  if (parent) return `a flow needs it: ${parent.toString()} waits for it`
  return repeat ? `the job scheduler ${repeat.toString()} repeats it` : undefined
}

// BullMQ takes the jobs without a priority before those with one.
function settings (
  { priority, attempts }: Record<string, unknown>, made: number
): Pick<SourceJob, 'priority' | 'tries'> {
  const left = Math.min(Math.max(Number(attempts) - made, 1), 1000)
  return {
    ...(Number(priority) > 0 && { priority: Math.min(5 + Number(priority), 9) }),
    ...(Number(attempts) > 0 && { tries: left })
  }
}

const parts = ['logs', 'dependencies', 'processed', 'failed', 'unsuccessful']

async function take ({ redis, base, removal }: Place, ids: string[]): Promise<number> {
  const keys = ids.map(id => `${base}:${id}`)
  const unique = await Promise.all(keys.map(async key => await redis.hget(key, 'deid')))
  const holders = await Promise.all(unique.map(async deid => {
    return deid && await redis.get(`${base}:de:${deid}`)
  }))
  const free = ids.flatMap((id, i) => holders[i] === id ? [`${base}:de:${unique[i]}`] : [])
  const belongings = keys.flatMap(key => [key, ...parts.map(name => `${key}:${name}`)])
  const del: Command = ['del', ...belongings, ...free]
  return await transaction(redis, [...ids.map(removal), del], ids.length)
}
