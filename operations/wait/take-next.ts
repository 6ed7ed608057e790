import { errors } from '../errors.ts'
import type { Ack, SettledOutcome, Settlement } from '../job/ack.ts'
import { ackAndTake, settleAndTake } from '../job/ack-next.ts'
import type { Delivery } from '../job/delivery.ts'
import { tryTake, type TakeOptions } from '../job/take.ts'
import type { Deadline } from './deadline.ts'
import type { LongPoll, PollResult } from './long-poll.ts'
import type { RedisClient } from '../redis/store.ts'

/**
 * Takes the next jobs of the first of `queues` that has any. Returns none if all are empty, and
 * stay so up to the deadline. Rejects with QUEUE_CLOSED if every queue is stopped and there is no
 * deadline, and with WORKER_QUIET.
 */
export async function takeNext (
  redis: RedisClient, longPoll: LongPoll, queues: string[], options: TakeOptions,
  deadline?: Deadline
): Promise<Delivery[]> {
  if (deadline === undefined) return await takeNow(redis, queues, options)
  const found = await longPoll.wait(queues, deadline, async queue => {
    return await poll(redis, queue, { ...options, server: longPoll.server })
  })
  if (found instanceof Error) throw found
  return found ?? []
}

/**
 * Acks a job, and then takes as `takeNext` does, of one queue and in one step where it can. Rejects
 * also with the code of an ack that is refused.
 */
export async function ackAndTakeNext (
  redis: RedisClient, longPoll: LongPoll, queue: string, ack: Ack, options: TakeOptions,
  deadline?: Deadline
): Promise<Delivery[]> {
  const found = await ackAndTake(redis, queue, { ack, options })
  const { jobs, stopped, nextLookMs, readyCount, quiet } = found
  if (quiet) throw new errors.WORKER_QUIET()
  if (jobs.length > 0) return jobs
  if (deadline === undefined && stopped) throw new errors.QUEUE_CLOSED()
  const mayHaveMore = nextLookMs === 0 && readyCount > 0
  if (deadline === undefined && !mayHaveMore) return []
  return await takeNext(redis, longPoll, [queue], options, deadline)
}

/** The outcome of each job, in their order; the next ones; and whether to take no more. */
export interface SettledNext { outcomes: SettledOutcome[], jobs: Delivery[], quiet: boolean }

/**
 * Acks jobs and nacks others, and then takes as `takeNext` does, of one queue and in one step where
 * it can. A stopped queue gives none. An error of the wait leaves the outcomes as they are: the
 * next take meets it again.
 */
export async function settleAndTakeNext (
  redis: RedisClient, longPoll: LongPoll, queue: string, all: Settlement[], options: TakeOptions,
  deadline?: Deadline
): Promise<SettledNext> {
  const { outcomes, taken } = await settleAndTake(redis, queue, { all, options })
  const { jobs, nextLookMs, readyCount, quiet } = taken
  const mayHaveMore = nextLookMs === 0 && readyCount > 0
  const isOver = jobs.length > 0 || quiet || (deadline === undefined && !mayHaveMore)
  if (isOver) return { outcomes, jobs, quiet }
  try {
    const found = await takeNext(redis, longPoll, [queue], options, deadline)
    return { outcomes, jobs: found, quiet: false }
  } catch (error) {
    return { outcomes, jobs: [], quiet: error instanceof errors.WORKER_QUIET }
  }
}

async function poll (
  redis: RedisClient, queue: string, options: TakeOptions
): Promise<PollResult<Delivery[] | Error>> {
  try {
    const { jobs, nextLookMs, readyCount } = await tryTake(redis, queue, options)
    return { found: jobs.length > 0 ? jobs : null, nextLookMs, readyCount }
  } catch (error) {
    // A failed look is tried again, but this one is an answer.
    if (error instanceof errors.WORKER_QUIET) {
      return { found: error, nextLookMs: -1, readyCount: 1 }
    }
    throw error
  }
}

async function takeNow (
  redis: RedisClient, queues: string[], options: TakeOptions
): Promise<Delivery[]> {
  let stopped = 0
  for (const queue of queues) {
    try {
      const { jobs } = await tryTake(redis, queue, options)
      if (jobs.length > 0) return jobs
    } catch (error) {
      if (!(error instanceof errors.QUEUE_CLOSED)) throw error
      stopped++
    }
  }
  if (stopped === queues.length) throw new errors.QUEUE_CLOSED()
  return []
}
