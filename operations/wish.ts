import { coalesce } from './coalescer.ts'
import type { Delivery } from './delivery.ts'
import { errors } from './errors.ts'
import { script } from './script.ts'
import { milliseconds } from './time.ts'
import type { RedisClient } from './redis.ts'

/** What somebody who asks for jobs would like. */
export interface Wish {
  /** Seconds after which the job comes back unless it is acknowledged; 0 for as long as the policy says. Without: for good. */
  lease?: number | undefined
  count?: number | undefined
  worker?: string | undefined
  /** The server to tell when there is something, if nothing is now (see operations/waiters.ts). */
  server?: string | undefined
  now?: number | undefined
}

/** What a look at a queue found; in how many ms to look again (-1: unknown); how many jobs are still in line. */
export interface Look { jobs: Delivery[], again: number, left: number }

const taking = script<[closed: number, again: number, left: number, words: string, ...texts: string[]]>('take')

/**
 * Takes what there is, at most `count`; together with others that come in the same turn, unless `now` is given.
 * Rejects with QUEUE_CLOSED, unless a `server` is to be told when it opens.
 */
export async function look (redis: RedisClient, queue: string, wish: Wish = {}): Promise<Look> {
  for (;;) {
    const found = wish.now === undefined
      ? await (wish.server === undefined ? lookShared : waitShared)(redis, queue, wish)
      : unlessClosed((await lookAll(redis, queue, [wish], wish.server, milliseconds(wish.now)))[0]!)
    // Nothing yet, and more to look through: the places of many jobs that are gone.
    if (found.jobs.length > 0 || found.again !== 0 || found.left === 0) return found
  }
}

const weigh = ({ count = 1 }: Wish) => ({ jobs: count, bytes: 0 })
const lookShared = coalesce<Wish, Look>(async (redis, queue, wishes) => await lookAll(redis, queue, wishes), weigh)
// Those of one server: it is told when there is something.
const waitShared = coalesce<Wish, Look>(async (redis, queue, wishes) => await lookAll(redis, queue, wishes, wishes[0]!.server), weigh)

async function lookAll (redis: RedisClient, queue: string, wishes: Wish[], server?: string, now?: number): Promise<Array<Look | Error>> {
  const requests = alike(wishes)
  const reply = await taking(redis, queue, { server, requests: requests.map(({ kind, count }) => `${count} ${kind}`), now })
  const [closed, again, left, line, ...texts] = reply
  const [seed, ...words] = line.split(' ')
  const answer: Answer = { queue, seed: seed!, words, texts, word: 0, text: 0 }
  return requests.flatMap(({ lease, shares }) => {
    const jobs = lease ? leased(answer) : takenForGood(answer)
    return shares.map(count => {
      return closed === 1 && server === undefined ? new errors.QUEUE_CLOSED() : { jobs: jobs.splice(0, count), again, left }
    })
  })
}

interface Request { kind: string, lease: boolean, count: number, shares: number[] }

// Wishes in a row that differ at most in their count are one request, of which each gets its share.
function alike (wishes: Wish[]): Request[] {
  const requests: Request[] = []
  for (const { count = 1, lease, worker = '' } of wishes) {
    const kind = `${milliseconds(lease) ?? ''} ${worker}`
    const last = requests.at(-1)
    if (last?.kind !== kind) requests.push({ kind, lease: lease !== undefined, count, shares: [count] })
    else {
      last.count += count
      last.shares.push(count)
    }
  }
  return requests
}

// What lua/take.lua said, and how far it has been read.
interface Answer { queue: string, seed: string, words: string[], texts: string[], word: number, text: number }

function next (answer: Answer): string {
  return answer.words[answer.word++]!
}

function unlessClosed (found: Look | Error): Look {
  if (found instanceof Error) throw found
  return found
}

function takenForGood (answer: Answer): Delivery[] {
  const { queue, seed, texts } = answer
  return Array.from({ length: Number(next(answer)) }, () => {
    const [id, payload, created] = [next(answer), texts[answer.text++]!, next(answer)]
    const details = next(answer) === '+' ? texts[answer.text++]! : ''
    return { queue, seed, id, payload, lease: null, restorable: [id, payload, created, details] }
  })
}

function leased (answer: Answer): Delivery[] {
  const { queue, seed, texts } = answer
  const [length, expires] = [Number(next(answer)), Number(next(answer)) / 1000]
  return Array.from({ length }, () => {
    const [id, payload, attempt, receipt] = [next(answer), texts[answer.text++]!, Number(next(answer)), next(answer)]
    return { queue, seed, id, payload, lease: { attempt, receipt, expires }, restorable: [] }
  })
}

/** Takes at most `count` jobs; an empty array when there are none. Rejects with QUEUE_CLOSED. */
export async function take (redis: RedisClient, queue: string, wish: Wish = {}): Promise<Delivery[]> {
  return (await look(redis, queue, wish)).jobs
}
