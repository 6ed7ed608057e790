import { script } from '../redis/script.ts'
import type { RedisClient } from '../redis/store.ts'
import { milliseconds } from '../time.ts'
import { lastMinutes, type Minute } from './history.ts'
import { queueStatus, type QueueStatus } from './queue.ts'
import { spanUntilEmpty, type Span } from './throughput.ts'

/** What can keep the jobs of a queue from running. Epoch seconds, null where there is none. */
export interface QueueObstacles {
  now: number
  stopped: boolean
  reopensAt: number | null
  /** When a worker last asked for a job. */
  askedAt: number | null
  limited: boolean
  limitedUntil: number | null
}

/** Why the jobs of a queue do not run, or how they do. */
export interface QueueReason {
  /** A word for programs. */
  reason: 'stopped' | 'empty' | 'limit_reached' | 'nobody_asks' | 'running'
  /** A sentence for people. */
  detail: string
  waiting: number
  active: number
  until: number | null
  /** When it will be empty, as spans go; null where nothing says so. */
  empty_in: Span | null
}

type Reply = [
  now: number, stopped: number, reopensAt: number, askedAt: number, limited: number, until: number
]

const asking = script<Reply>('why_queue')

/** In seconds: after so long without a take, no worker seems to ask. */
export const silentAfter = 60

interface Options { now?: number | undefined }

/** Reads what can keep the jobs of a queue from running. */
export async function obstaclesOf (
  redis: RedisClient, queue: string, { now }: Options = {}
): Promise<QueueObstacles> {
  const reply = await asking(redis, queue, { now: milliseconds(now) })
  const [at, stopped, reopensAt, askedAt, limited, until] = reply
  return {
    now: at / 1000,
    stopped: stopped === 1,
    reopensAt: timeOf(reopensAt),
    askedAt: timeOf(askedAt),
    limited: limited === 1,
    limitedUntil: timeOf(until)
  }
}

function timeOf (ms: number): number | null {
  return ms === 0 ? null : ms / 1000
}

/** Tells why the jobs of a queue do not run. */
export async function whyQueue (
  redis: RedisClient, queue: string, { now }: Options = {}
): Promise<QueueReason> {
  const options = now === undefined ? {} : { now }
  const [obstacles, status] = await Promise.all([
    obstaclesOf(redis, queue, options), queueStatus(redis, queue, options)
  ])
  const minutes = await lastMinutes(redis, queue, 61, { now: obstacles.now })
  return explainQueue(obstacles, status, minutes)
}

/** The first thing that keeps the jobs of a queue from running. */
export function explainQueue (
  obstacles: QueueObstacles, { counts, policy }: Pick<QueueStatus, 'counts' | 'policy'>,
  minutes: Minute[]
): QueueReason {
  const { waiting, active } = counts
  const facts = { waiting, active, until: null, empty_in: null }
  const wait = waiting === 1 ? '1 job waits' : `${waiting} jobs wait`
  if (obstacles.stopped) {
    const { reopensAt: until } = obstacles
    const end = until === null ? '' : `; it opens again at ${iso(until)}`
    return { ...facts, reason: 'stopped', detail: `the queue is stopped${end}; ${wait}`, until }
  }
  if (waiting === 0) return { ...facts, reason: 'empty', detail: 'no job waits' }
  const silent = silence(obstacles)
  if (silent !== null && !obstacles.limited) {
    const detail = `no worker has asked this queue for a job ${silent}; ${wait}`
    return { ...facts, reason: 'nobody_asks', detail }
  }
  const emptyIn = spanUntilEmpty(waiting, minutes)
  const end = emptyIn === null ? '' : `; it is likely to be empty in ${words(emptyIn)}`
  const all = { ...facts, empty_in: emptyIn }
  if (!obstacles.limited) return { ...all, reason: 'running', detail: `${wait}${end}` }
  const detail = `${limitOf(policy, active)}; ${wait}${end}`
  return { ...all, reason: 'limit_reached', detail, until: obstacles.limitedUntil }
}

/** For how long no worker has asked, in words; null where one has of late. */
export function silence ({ now, askedAt }: QueueObstacles): string | null {
  if (askedAt === null) return 'yet'
  const seconds = Math.round(now - askedAt)
  return seconds > silentAfter ? `for ${seconds} s` : null
}

/** The limit that a queue has reached, in words. */
export function limitOf ({ concurrency, rate }: QueueStatus['policy'], active: number): string {
  if (concurrency !== null && active >= concurrency) {
    return `it runs at its concurrency of ${concurrency}`
  }
  return `it has used up its rate of ${rate?.limit} in ${rate?.period} s`
}

/** A span in words, such as: 3 min to 2 h. */
export function words ({ from, to }: Span): string {
  const [first, last] = [inWords(from), to === null ? 'more' : inWords(to)]
  return first === last ? first : to === null ? `${first} or more` : `${first} to ${last}`
}

function inWords (seconds: number): string {
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`
}

function iso (seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}
