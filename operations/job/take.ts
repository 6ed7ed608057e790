import { errors } from '../errors.ts'
import { ensureListed } from '../queue/name.ts'
import { batchCalls } from '../redis/batcher.ts'
import { withLateAnswer } from '../redis/late-answer.ts'
import { script } from '../redis/script.ts'
import { storeOf, type RedisClient } from '../redis/store.ts'
import { milliseconds } from '../time.ts'
import { storedTrace, type Trace } from '../trace.ts'
import { noteWorker } from '../worker/worker.ts'
import type { Delivery } from './delivery.ts'
import { restore } from './put-back.ts'
import { withTime } from './receipt.ts'

export interface TakeOptions {
  /**
   * Seconds after which the job is ready again unless it is acked; 0 for as long as the policy
   * says. Without it the job is taken for good.
   */
  lease?: number | undefined
  count?: number | undefined
  worker?: string | undefined
  /** The server to wake when there is a job, if there is none (operations/wait/long-poll.ts). */
  server?: string | undefined
  now?: number | undefined
}

/**
 * What one call found in a queue.
 * - `stopped`: the queue delivers no jobs
 * - `nextLookMs`: in how many ms to look again; -1 if that is not known
 * - `readyCount`: how many jobs are still ready
 * - `quiet`: the worker must take no more
 */
export interface TakeResult {
  jobs: Delivery[]
  stopped: boolean
  nextLookMs: number
  readyCount: number
  quiet: boolean
}

/** The reply of lua/parts/take/take_jobs.lua: words with spaces between them, then texts. */
export type TakeReply = [
  stopped: number, nextLookMs: number, readyCount: number, words: string, ...texts: string[]
]

const taking = script<TakeReply>('take')

/**
 * Takes the jobs that are ready, at most `count`; [] when there are none.
 * Rejects with QUEUE_CLOSED or WORKER_QUIET.
 */
export async function take (
  redis: RedisClient, queue: string, options: TakeOptions = {}
): Promise<Delivery[]> {
  return (await tryTake(redis, queue, options)).jobs
}

/**
 * The same, and when to ask again. Unless `now` is given, the takes of one turn share a call.
 * With a `server` to wake when the queue opens, QUEUE_CLOSED is no error.
 */
export async function tryTake (
  redis: RedisClient, queue: string, options: TakeOptions = {}
): Promise<TakeResult> {
  for (;;) {
    const found = await takeOnce(redis, queue, options)
    if (found.quiet) throw new errors.WORKER_QUIET()
    if (found.stopped && options.server === undefined) throw new errors.QUEUE_CLOSED()
    // Asks on where a call met stale entries alone, and has not reached the end of the queue.
    const mayHaveMore = found.nextLookMs === 0 && found.readyCount > 0
    if (found.jobs.length > 0 || !mayHaveMore) return found
  }
}

async function takeOnce (
  redis: RedisClient, queue: string, options: TakeOptions
): Promise<TakeResult> {
  const { worker, server, now } = options
  noteWorker(redis, queue, worker)
  if (now !== undefined) {
    return (await takeAll(redis, queue, [options], server, milliseconds(now)))[0]!
  }
  return await (server === undefined ? takeBatched : waitBatched)(redis, queue, options)
}

const weigh = ({ count = 1 }: TakeOptions) => ({ jobs: count, bytes: 0 })

const takeBatched = batchCalls<TakeOptions, TakeResult>(
  (redis, queue, takes) => takeAll(redis, queue, takes),
  weigh
)

// Requests that wait are of one server: all are woken alike.
const waitBatched = batchCalls<TakeOptions, TakeResult>(
  (redis, queue, takes) => takeAll(redis, queue, takes, takes[0]!.server),
  weigh
)

async function takeAll (
  redis: RedisClient, queue: string, takes: TakeOptions[], server?: string, now?: number
): Promise<TakeResult[]> {
  const requests = joinRequests(takes)
  const call = taking(redis, queue, { server, requests: requests.map(requestText), now })
  const reply = await withLateAnswer(call, late => {
    putBackLate(redis, queue, takes, takeResults(redis, queue, requests, late))
  })
  return takeResults(redis, queue, requests, reply)
}

/** Puts back what a call brought after it had been given up. */
export function putBackLate (
  redis: RedisClient, queue: string, takes: TakeOptions[], found: TakeResult[]
): void {
  const { putBack } = storeOf(redis)
  found.forEach(({ jobs }, i) => {
    const { worker } = takes[i]!
    if (jobs.length === 0) return
    putBack?.gather(ticket => restore(redis, queue, jobs, { worker, ticket }))
  })
}

/** Takes that one call answers alike: `shares` is the count of each, `count` their sum. */
export interface TakeRequest { kind: string, lease: boolean, count: number, shares: number[] }

// Takes in a row that differ in their count alone are one request, of which each gets its share.
function joinRequests (takes: TakeOptions[]): TakeRequest[] {
  const requests: TakeRequest[] = []
  for (const options of takes) {
    const one = takeRequest(options)
    const last = requests.at(-1)
    if (last?.kind !== one.kind) {
      requests.push(one)
      continue
    }
    last.count += one.count
    last.shares.push(one.count)
  }
  return requests
}

export function takeRequest ({ count = 1, lease, worker = '' }: TakeOptions): TakeRequest {
  const kind = `${milliseconds(lease) ?? ''} ${worker}`
  return { kind, lease: lease !== undefined, count, shares: [count] }
}

/** The text that lua/parts/take/take_jobs.lua reads. */
export function requestText ({ count, kind }: TakeRequest): string {
  return `${count} ${kind}`
}

// A reply while it is read: `word` and `text` are the next of `words` and `texts`. `waits`: for how
// many ms each job had been ready that is delivered for the first time.
interface Reader {
  queue: string
  generation: string
  now: number
  words: string[]
  texts: string[]
  word: number
  text: number
  waits: number[]
}

/** Reads a reply: one result for each take of each request. Counts the jobs. */
export function takeResults (
  redis: RedisClient, queue: string, requests: TakeRequest[], reply: TakeReply
): TakeResult[] {
  const [stopped, nextLookMs, readyCount, line, ...texts] = reply
  const words = line.split(' ')
  const [generation, now] = [words[0]!, Number(words[1])]
  const reader: Reader = { queue, generation, now, words, texts, word: 2, text: 0, waits: [] }
  const found = requests.flatMap(({ lease, shares }) => {
    const quiet = words[reader.word] === '0q'
    const jobs = lease ? readLeased(reader) : readTakenForGood(reader)
    return shares.map(count => {
      const own = jobs.splice(0, count)
      return { jobs: own, stopped: stopped === 1, nextLookMs, readyCount, quiet }
    })
  })
  if (texts.length > 0) void ensureListed(redis, queue)
  const total = found.reduce((sum, { jobs }) => sum + jobs.length, 0)
  storeOf(redis).meter?.taken(queue, total, reader.waits)
  return found
}

function nextWord (reader: Reader): string {
  return reader.words[reader.word++]!
}

function nextText (reader: Reader): string {
  return reader.texts[reader.text++]!
}

function readTakenForGood (reader: Reader): Delivery[] {
  const { queue, generation, waits, now } = reader
  return Array.from({ length: parseInt(nextWord(reader)) }, () => {
    const id = nextWord(reader)
    const payload = nextText(reader)
    const runAt = nextWord(reader)
    const details = nextWord(reader) === '+' ? nextText(reader) : ''
    if (!/"attempt":[1-9]/.test(details)) waits.push(now - readySince(details, runAt))
    const restorable = [id, payload, runAt, details]
    return { queue, generation, id, payload, lease: null, restorable, trace: traceIn(details) }
  })
}

function traceIn (details: string): Trace | undefined {
  return details.includes('"traceparent"') ? storedTrace(JSON.parse(details)) : undefined
}

// The same as lua/parts/record/ready_since.lua.
function readySince (details: string, runAt: string): number {
  const again = /"ready_at":(\d+)/.exec(details) ?? /"since":(\d+)/.exec(details)
  return Number(again?.[1] ?? runAt)
}

function readLeased (reader: Reader): Delivery[] {
  const { queue, generation, waits, now } = reader
  const [length, expires] = [parseInt(nextWord(reader)), Number(nextWord(reader)) / 1000]
  return Array.from({ length }, () => {
    const id = nextWord(reader)
    const payload = nextText(reader)
    const attempt = Number(nextWord(reader))
    const proof = nextWord(reader)
    const since = nextWord(reader)
    const trace = since.endsWith('+') ? parsedTrace(nextText(reader)) : undefined
    if (attempt === 1) waits.push(now - Math.abs(parseInt(since)))
    const lease = { attempt, receipt: withTime(proof), since: now / 1000, expires }
    return { queue, generation, id, payload, lease, restorable: [], trace }
  })
}

function parsedTrace (text: string): Trace {
  const [traceparent = '', ...state] = text.split(' ')
  return { traceparent, tracestate: state.join(' ') }
}
