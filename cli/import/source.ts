import { isUtf8 } from 'node:buffer'
import type { Redis } from 'ioredis'

/** A job as it was found, and what is to become of it. */
export interface SourceJob {
  /** The key that it was found under. */
  place: string
  /** What names this very job, also when it is read again. */
  id: string
  /** undefined: nothing says which. */
  queue: string | undefined
  kind: 'waiting' | 'delayed' | 'failed'
  /** What becomes the payload. */
  text: string
  /** Epoch seconds. */
  delayed?: number
  priority?: number
  tries?: number
  uniq?: string
  /** Why it cannot be moved, as a sentence. */
  problem?: string | undefined
}

/** Some jobs in order, and how to take those that have arrived out of where they were. */
export interface Page { jobs: SourceJob[], remove (jobs: SourceJob[]): Promise<void> }

export interface Wish {
  /** What its keys begin with; undefined for what is usual there. */
  prefix: string | undefined
  /** Only these; undefined for all. */
  queues: string[] | undefined
  /** Those that have failed, too. */
  failed: boolean
  /** Of BullMQ: what becomes the payload. */
  payload: 'job' | 'data'
}

export type Reader = (redis: Redis, wish: Wish) => AsyncGenerator<Page>

// Few enough to hold when each is a megabyte, enough that the way there does not count.
const pageSize = 100

/** What was read at once; `gone` is to say how much of it has been removed since, so that the next is read from the right place. */
export interface Window<T> { entries: T[], gone: number }

async function * windows<T> (read: (from: number, to: number) => Promise<T[]>): AsyncGenerator<Window<T>> {
  for (let offset = 0; ;) {
    const window = { entries: await read(offset, offset + pageSize - 1), gone: 0 }
    if (window.entries.length === 0) return
    yield window
    offset += window.entries.length - window.gone
  }
}

/** A list whose oldest entry is at its head. */
export function fromHead (redis: Redis, key: string): AsyncGenerator<Window<Buffer>> {
  return windows(async (from, to) => await redis.lrangeBuffer(key, from, to))
}

/** A list whose oldest entry is at its tail. */
export function fromTail (redis: Redis, key: string): AsyncGenerator<Window<Buffer>> {
  return windows(async (from, to) => (await redis.lrangeBuffer(key, -to - 1, -from - 1)).toReversed())
}

export interface Scored { member: Buffer, score: number }

/** A sorted set, the lowest score first. */
export function byScore (redis: Redis, key: string): AsyncGenerator<Window<Scored>> {
  return windows(async (from, to) => {
    // Flat, or in pairs, by the protocol that the two speak.
    const flat = (await redis.callBuffer('zrange', key, from, to, 'WITHSCORES') as unknown[]).flat()
    return Array.from({ length: flat.length / 2 }, (_, i) => ({ member: flat[2 * i] as Buffer, score: Number(String(flat[2 * i + 1])) }))
  })
}

/** Bytes as text; or what is wrong with them. */
export function decode (bytes: Buffer): { text: string, problem?: string } {
  return isUtf8(bytes) ? { text: bytes.toString('utf8') } : { text: bytes.toString('latin1'), problem: 'it is not UTF-8' }
}

/** The members of a JSON object; none of anything else. */
export function members (text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Record<string, unknown> : {}
  } catch {
    return {}
  }
}

export function isWanted ({ queue }: SourceJob, { queues }: Wish): boolean {
  return queues === undefined || queues.includes(queue ?? '')
}

/** Sends several commands in one transaction; how many of `counted` (the first ones) did something. */
export async function transaction (redis: Redis, commands: Array<[string, ...Array<string | number | Buffer>]>, counted: number): Promise<number> {
  const replies = await redis.multi(commands as unknown[][]).exec() ?? []
  for (const [error] of replies) if (error) throw error
  return replies.slice(0, counted).reduce((sum, [, reply]) => sum + Number(reply), 0)
}
