import { isUtf8 } from 'node:buffer'
import type { Redis } from 'ioredis'

/** A job of the source, and how presque is to store it. */
export interface SourceJob {
  /** The key in which it was found. */
  place: string
  /** Names this very job, also when it is read again. */
  id: string
  /** undefined: the source does not tell. */
  queue: string | undefined
  kind: 'waiting' | 'delayed' | 'failed'
  /** The payload. */
  text: string
  /** Epoch seconds. */
  delayed?: number
  priority?: number
  tries?: number
  uniq?: string
  /** Why it cannot be moved, as a sentence. */
  problem?: string | undefined
}

/** Some jobs in order, and how to remove those of them that have arrived. */
export interface Page {
  jobs: SourceJob[]
  remove (jobs: SourceJob[]): Promise<void>
}

/** Which jobs are read. */
export interface Selection {
  /** The beginning of the keys; undefined for the usual one. */
  prefix: string | undefined
  /** The names of the queues; undefined for all queues. */
  queues: string[] | undefined
  /** Whether failed jobs are read, too. */
  failed: boolean
  /** Of BullMQ: whether the payload is the job with its name, or its data alone. */
  payload: 'job' | 'data'
}

export type Reader = (redis: Redis, selection: Selection) => AsyncGenerator<Page>

/** A command of Redis, and its arguments. */
export type Command = [string, ...Array<string | number | Buffer>]

// Few enough to hold in memory when each is a megabyte; enough that round trips do not count.
const pageSize = 100

/**
 * The entries that were read together. The reader of a page counts in `removed` the entries that it
 * removed: the next window begins that much earlier.
 */
export interface Window<T> { entries: T[], removed: number }

async function * windows<T> (
  read: (from: number, to: number) => Promise<T[]>
): AsyncGenerator<Window<T>> {
  for (let offset = 0; ;) {
    const window = { entries: await read(offset, offset + pageSize - 1), removed: 0 }
    if (window.entries.length === 0) return
    yield window
    offset += window.entries.length - window.removed
  }
}

/** A list whose oldest entry is at its head. */
export function fromHead (redis: Redis, key: string): AsyncGenerator<Window<Buffer>> {
  return windows(async (from, to) => await redis.lrangeBuffer(key, from, to))
}

/** A list whose oldest entry is at its tail. */
export function fromTail (redis: Redis, key: string): AsyncGenerator<Window<Buffer>> {
  return windows(async (from, to) => {
    const entries = await redis.lrangeBuffer(key, -to - 1, -from - 1)
    return entries.toReversed()
  })
}

export interface Scored { member: Buffer, score: number }

/** A sorted set, the lowest score first. */
export function byScore (redis: Redis, key: string): AsyncGenerator<Window<Scored>> {
  return windows(async (from, to) => {
    const reply = await redis.callBuffer('zrange', key, from, to, 'WITHSCORES') as unknown[]
    // RESP2 gives a flat list, RESP3 pairs.
    const flat = reply.flat()
    return Array.from({ length: flat.length / 2 }, (_, i) => {
      return { member: flat[2 * i] as Buffer, score: Number(String(flat[2 * i + 1])) }
    })
  })
}

/** Bytes as text; `problem` if they are no text. */
export function decode (bytes: Buffer): { text: string, problem?: string } {
  if (isUtf8(bytes)) return { text: bytes.toString('utf8') }
  return { text: bytes.toString('latin1'), problem: 'it is not UTF-8' }
}

/** The members of a JSON object; none if the text is no JSON object. */
export function members (text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? value as Record<string, unknown> : {}
  } catch {
    return {}
  }
}

export function isSelected ({ queue }: SourceJob, { queues }: Selection): boolean {
  return queues === undefined || queues.includes(queue ?? '')
}

/** Sends commands in one transaction. Resolves with the sum of the first `counted` replies. */
export async function transaction (
  redis: Redis, commands: Command[], counted: number
): Promise<number> {
  const replies = await redis.multi(commands as unknown[][]).exec() ?? []
  for (const [error] of replies) if (error) throw error
  return replies.slice(0, counted).reduce((sum, [, reply]) => sum + Number(reply), 0)
}
