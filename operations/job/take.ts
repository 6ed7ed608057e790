import { batchCalls } from '../redis/batcher.ts'
import { countEnded, ackFields, restore, type Delivery, type Ack } from './delivery.ts'
import { errors, type ErrorCode } from '../errors.ts'
import { withLateAnswer } from '../redis/late-answer.ts'
import { ensureListed } from '../queue/name.ts'
import { makeReceipt } from './receipt.ts'
import { script } from '../redis/script.ts'
import { milliseconds } from '../time.ts'
import { storedTrace } from '../trace.ts'
import { noteWorker } from '../worker/worker.ts'
import { storeOf, type RedisClient } from '../redis/store.ts'

/** What somebody who asks for jobs would like. */
export interface TakeOptions {
  /** Seconds after which the job comes back unless it is acknowledged; 0 for as long as the policy says. Without: for good. */
  lease?: number | undefined
  count?: number | undefined
  worker?: string | undefined
  /** The server to tell when there is something, if nothing is now (see operations/wait/long-poll.ts). */
  server?: string | undefined
  now?: number | undefined
}

/**
 * What a look at a queue found; whether it is stopped; in how many ms to look again (-1: unknown); how many jobs are still in line;
 * whether the worker is to take no more.
 */
export interface TakeResult { jobs: Delivery[], closed: boolean, again: number, left: number, quiet: boolean }

type Taken = [closed: number, again: number, left: number, words: string, ...texts: string[]]

const scripts = {
  take: script<Taken>('take'),
  next: script<[outcomes: string, ...taken: Taken]>('ack_next')
}

/**
 * Takes what there is, at most `count`; together with others that come in the same turn, unless `now` is given.
 * Rejects with QUEUE_CLOSED, unless a `server` is to be told when it opens; and with WORKER_QUIET.
 */
export async function tryTake (redis: RedisClient, queue: string, wish: TakeOptions = {}): Promise<TakeResult> {
  for (;;) {
    const found = await lookOnce(redis, queue, wish)
    if (found.quiet) throw new errors.WORKER_QUIET()
    if (found.closed && wish.server === undefined) throw new errors.QUEUE_CLOSED()
    // Nothing yet, and more to look through: the places of many jobs that are gone.
    if (found.jobs.length > 0 || found.again !== 0 || found.left === 0) return found
  }
}

async function lookOnce (redis: RedisClient, queue: string, wish: TakeOptions): Promise<TakeResult> {
  noteWorker(redis, queue, wish.worker)
  if (wish.now !== undefined) return (await lookAll(redis, queue, [wish], wish.server, milliseconds(wish.now)))[0]!
  return await (wish.server === undefined ? lookShared : waitShared)(redis, queue, wish)
}

const weigh = ({ count = 1 }: TakeOptions) => ({ jobs: count, bytes: 0 })
const lookShared = batchCalls<TakeOptions, TakeResult>((redis, queue, wishes) => lookAll(redis, queue, wishes), weigh)
// Those of one server: it is told when there is something.
const waitShared = batchCalls<TakeOptions, TakeResult>((redis, queue, wishes) => lookAll(redis, queue, wishes, wishes[0]!.server), weigh)

async function lookAll (redis: RedisClient, queue: string, wishes: TakeOptions[], server?: string, now?: number): Promise<TakeResult[]> {
  const requests = alike(wishes)
  const call = scripts.take(redis, queue, { server, requests: requests.map(asked), now })
  const taken = await withLateAnswer(call, late => putBack(redis, queue, wishes, looks(redis, queue, requests, late)))
  return looks(redis, queue, requests, taken)
}

function putBack (redis: RedisClient, queue: string, wishes: TakeOptions[], found: TakeResult[]): void {
  found.forEach(({ jobs }, i) => {
    const worker = wishes[i]!.worker
    if (jobs.length > 0) storeOf(redis).putBack?.gather(ticket => restore(redis, queue, jobs, { worker, ticket }))
  })
}

// What each wish of each request gets.
function looks (redis: RedisClient, queue: string, requests: Request[], [closed, again, left, line, ...texts]: Taken): TakeResult[] {
  const words = line.split(' ')
  const answer: Answer = { queue, generation: words[0]!, now: Number(words[1]), words, texts, word: 2, text: 0, waits: [] }
  const found = requests.flatMap(({ lease, shares }) => {
    const quiet = words[answer.word] === '0q'
    const jobs = lease ? leased(answer) : takenForGood(answer)
    return shares.map(count => ({ jobs: jobs.splice(0, count), closed: closed === 1, again, left, quiet }))
  })
  if (texts.length > 0) void ensureListed(redis, queue)
  storeOf(redis).meter?.taken(queue, found.reduce((sum, { jobs }) => sum + jobs.length, 0), answer.waits)
  return found
}

interface Request { kind: string, lease: boolean, count: number, shares: number[] }

// Wishes in a row that differ at most in their count are one request, of which each gets its share.
function alike (wishes: TakeOptions[]): Request[] {
  const requests: Request[] = []
  for (const wish of wishes) {
    const [one, last] = [request(wish), requests.at(-1)]
    if (last?.kind !== one.kind) requests.push(one)
    else {
      last.count += one.count
      last.shares.push(one.count)
    }
  }
  return requests
}

function request ({ count = 1, lease, worker = '' }: TakeOptions): Request {
  return { kind: `${milliseconds(lease) ?? ''} ${worker}`, lease: lease !== undefined, count, shares: [count] }
}

// As lua/parts/take/take_jobs.lua reads it.
function asked ({ count, kind }: Request): string {
  return `${count} ${kind}`
}

// What lua/job/take.lua said, and how far it has been read; for how long, in ms, those jobs had waited that nobody had before.
interface Answer { queue: string, generation: string, now: number, words: string[], texts: string[], word: number, text: number, waits: number[] }

function next (answer: Answer): string {
  return answer.words[answer.word++]!
}

function takenForGood (answer: Answer): Delivery[] {
  const { queue, generation, texts } = answer
  return Array.from({ length: parseInt(next(answer)) }, () => {
    const [id, payload, created] = [next(answer), texts[answer.text++]!, next(answer)]
    const details = next(answer) === '+' ? texts[answer.text++]! : ''
    if (!/"attempt":[1-9]/.test(details)) answer.waits.push(answer.now - readySince(details, created))
    return { queue, generation, id, payload, lease: null, restorable: [id, payload, created, details], trace: details.includes('"traceparent"') ? storedTrace(JSON.parse(details)) : undefined }
  })
}

// As lua/parts/record/ready_since.lua reads it.
function readySince (details: string, created: string): number {
  const again = /"ready_at":(\d+)/.exec(details) ?? /"since":(\d+)/.exec(details)
  return Number(again?.[1] ?? created)
}

function leased (answer: Answer): Delivery[] {
  const { queue, generation, texts } = answer
  const [length, expires] = [parseInt(next(answer)), Number(next(answer)) / 1000]
  return Array.from({ length }, () => {
    const [id, payload, attempt, receipt, since] = [next(answer), texts[answer.text++]!, Number(next(answer)), next(answer), next(answer)]
    const [traceparent, ...state] = since.endsWith('+') ? texts[answer.text++]!.split(' ') : []
    if (attempt === 1) answer.waits.push(answer.now - Math.abs(parseInt(since)))
    return { queue, generation, id, payload, lease: { attempt, receipt: makeReceipt(receipt), since: answer.now / 1000, expires }, restorable: [], trace: traceparent === undefined ? undefined : { traceparent, tracestate: state.join(' ') } }
  })
}

/** Takes at most `count` jobs; an empty array when there are none. Rejects with QUEUE_CLOSED. */
export async function take (redis: RedisClient, queue: string, wish: TakeOptions = {}): Promise<Delivery[]> {
  return (await tryTake(redis, queue, wish)).jobs
}

interface AckAndTake { done: Ack, wish: TakeOptions }

/**
 * Finishes a job and takes the next, in one step; together with others that do so in the same turn. Rejects with the code of why
 * the job is not accepted as done, and then takes nothing.
 */
export const ackAndTake = batchCalls<AckAndTake, TakeResult>(async (redis, queue, advances) => {
  for (const { wish: { worker } } of advances) noteWorker(redis, queue, worker)
  const requests = advances.map(({ wish }) => request(wish))
  const fields = [...requests.map(asked), ...advances.flatMap(({ done }) => ackFields(done))]
  const call = scripts.next(redis, queue, { count: requests.length, fields })
  const wishes = advances.map(({ wish }) => wish)
  const [outcomes, ...taken] = await withLateAnswer(call, ([, ...late]) => {
    putBack(redis, queue, wishes, looks(redis, queue, requests, late))
  })
  const found = looks(redis, queue, requests, taken)
  const ended = outcomes.split(',')
  countEnded(redis, queue, 'acked', advances.filter((_, i) => ended[i] === '').map(({ done }) => done))
  return ended.map((outcome, i) => outcome === '' ? found[i]! : new errors[outcome as ErrorCode]())
}, ({ done: { result = '' } }) => ({ jobs: 1, bytes: result.length }))
