import { errors } from '../errors.ts'
import type { Ack } from '../job/ack.ts'
import type { Delivery } from '../job/delivery.ts'
import { ackAndTake } from '../job/ack-next.ts'
import { tryTake, type TakeOptions } from '../job/take.ts'
import type { Deadline } from './deadline.ts'
import type { LongPoll } from './long-poll.ts'
import type { RedisClient } from '../redis/store.ts'

/**
 * The next jobs of the first of `queues` that has any; none if all are empty and nothing came while `deadline` lasted.
 * Rejects with QUEUE_CLOSED if every queue is stopped and nobody waits, and with WORKER_QUIET if the worker is to take no more.
 */
export async function next (redis: RedisClient, longPoll: LongPoll, queues: string[], wish: TakeOptions, deadline?: Deadline): Promise<Delivery[]> {
  if (deadline === undefined) return await nextNow(redis, queues, wish)
  const found = await longPoll.wait<Delivery[] | Error>(queues, deadline, async queue => {
    try {
      const { jobs, again, left } = await tryTake(redis, queue, { ...wish, server: longPoll.server })
      return { found: jobs.length > 0 ? jobs : null, again, left }
    } catch (error) {
      // A look that fails is tried again, but this one is an answer.
      if (error instanceof errors.WORKER_QUIET) return { found: error, again: -1, left: 1 }
      throw error
    }
  })
  if (found instanceof Error) throw found
  return found ?? []
}

/** Finishes a job and then does the same for one queue, if it can in one step. Rejects as well with the code of why the job is not accepted as done. */
export async function nextAfter (redis: RedisClient, longPoll: LongPoll, queue: string, done: Ack, wish: TakeOptions, deadline?: Deadline): Promise<Delivery[]> {
  const { jobs, closed, again, left, quiet } = await ackAndTake(redis, queue, { ack: done, options: wish })
  if (quiet) throw new errors.WORKER_QUIET()
  if (jobs.length > 0) return jobs
  if (deadline === undefined && closed) throw new errors.QUEUE_CLOSED()
  return deadline === undefined && (again !== 0 || left === 0) ? [] : await next(redis, longPoll, [queue], wish, deadline)
}

async function nextNow (redis: RedisClient, queues: string[], wish: TakeOptions): Promise<Delivery[]> {
  let closed = 0
  for (const queue of queues) {
    try {
      const { jobs } = await tryTake(redis, queue, wish)
      if (jobs.length > 0) return jobs
    } catch (error) {
      if (!(error instanceof errors.QUEUE_CLOSED)) throw error
      closed++
    }
  }
  if (closed === queues.length) throw new errors.QUEUE_CLOSED()
  return []
}
