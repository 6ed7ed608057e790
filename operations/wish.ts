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
  const requests = wishes.map(({ count = 1, lease, worker = '' }) => `${count} ${milliseconds(lease) ?? ''} ${worker}`)
  const [closed, again, left, line, ...texts] = await taking(redis, queue, { server, requests, now })
  const [seed, ...words] = line.split(' ')
  const answer: Answer = { queue, seed: seed!, words, texts, word: 0, text: 0 }
  return wishes.map(({ lease }) => {
    const jobs = Array.from({ length: Number(next(answer)) }, () => lease === undefined ? takenForGood(answer) : leased(answer))
    return closed === 1 && server === undefined ? new errors.QUEUE_CLOSED() : { jobs, again, left }
  })
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

function takenForGood (answer: Answer): Delivery {
  const id = next(answer)
  const payload = answer.texts[answer.text++]!
  const created = next(answer)
  const details = next(answer) === '+' ? answer.texts[answer.text++]! : ''
  return { queue: answer.queue, seed: answer.seed, id, payload, lease: null, restorable: [id, payload, created, details] }
}

function leased (answer: Answer): Delivery {
  const id = next(answer)
  const payload = answer.texts[answer.text++]!
  const lease = { attempt: Number(next(answer)), receipt: next(answer), expires: Number(next(answer)) / 1000 }
  return { queue: answer.queue, seed: answer.seed, id, payload, lease, restorable: [] }
}

/** Takes at most `count` jobs; an empty array when there are none. Rejects with QUEUE_CLOSED. */
export async function take (redis: RedisClient, queue: string, wish: Wish = {}): Promise<Delivery[]> {
  return (await look(redis, queue, wish)).jobs
}
