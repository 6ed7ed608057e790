import { errors } from '../errors.ts'
import { job, type StoredJob } from '../job/job.ts'
import { pushOne, type NewJob, type Pushed } from '../job/push.ts'
import { newGeneration } from '../job/receipt.ts'
import type { Deadline } from './deadline.ts'
import type { ResultWaiter } from './result-waiters.ts'
import type { LongPoll } from './long-poll.ts'
import type { RedisClient } from '../redis/store.ts'

// A job whose end is waited for.
interface Awaited {
  id: string
  /** The random letters of the push that made the job, where it is known to be that one. */
  mark?: string | undefined
  /** The client that waits. */
  waiter: ResultWaiter
}

/** A push whose client waits for the result. */
export interface AwaitedPush extends Pushed {
  /**
   * The result as JSON text, as soon as there is one; null when time is up. Unless the job is to be kept, it is gone once all who
   * waited have their result. Rejects with JOB_FAILED when it failed for good, with JOB_GONE when it was taken for good or cancelled.
   */
  result (): Promise<string | null>
}

/** Puts a job in for a client that waits for its result. Rejects as pushOne() does. */
export async function pushAndWait (redis: RedisClient, longPoll: LongPoll, queue: string, job: NewJob, deadline: Deadline): Promise<AwaitedPush> {
  const waiter = longPoll.resultWaiters.enter(queue)
  const mark = newGeneration()
  try {
    const pushed = await pushOne(redis, queue, { ...job, awaited: { server: longPoll.server, mark } })
    const awaited = { id: pushed.id, waiter, ...(pushed.isNew && { mark }) }
    return { ...pushed, result: async () => await resultOf(redis, longPoll, queue, awaited, deadline) }
  } catch (error) {
    waiter.leave()
    throw error
  }
}

async function resultOf (redis: RedisClient, longPoll: LongPoll, queue: string, awaited: Awaited, deadline: Deadline): Promise<string | null> {
  let ended: StoredJob | null = null
  try {
    ended = await endOf(redis, longPoll, queue, awaited, deadline)
  } finally {
    awaited.waiter.leave({ completed: ended?.state === 'completed', heard: !deadline.aborted })
  }
  if (ended === null) throw new errors.JOB_GONE()
  if (ended.state === 'failed') throw new errors.JOB_FAILED(messageIn(ended.last_error))
  return ended.state === 'completed' ? ended.result ?? 'null' : null
}

/** A job when it has finished, or as it is when time is up; null when it is not there. */
export async function jobAtEnd (redis: RedisClient, longPoll: LongPoll, queue: string, id: string, deadline: Deadline): Promise<StoredJob | null> {
  if (deadline.ms <= 0) return await job(redis, queue, id)
  const waiter = longPoll.resultWaiters.enter(queue)
  let ended: StoredJob | null = null
  try {
    ended = await endOf(redis, longPoll, queue, { id, waiter }, deadline)
    return ended
  } finally {
    waiter.leave({ completed: ended?.state === 'completed', heard: false })
  }
}

async function endOf (redis: RedisClient, longPoll: LongPoll, queue: string, { id, mark, waiter }: Awaited, deadline: Deadline): Promise<StoredJob | null> {
  const until = performance.now() + deadline.ms
  for (let era: string | undefined; ;) {
    const found = await job(redis, queue, id)
    if (era === undefined && found !== null) waiter.knows(id, found.generation)
    // The id has been given out again, to another job: after a purge, or where Redis has lost its last writes.
    if (found === null || found.generation !== (era ??= found.generation) || (mark !== undefined && !era.endsWith(` ${mark}`))) return null
    const ms = until - performance.now()
    if (ms <= 0 || found.state === 'failed' || found.state === 'completed' || longPoll.closed || deadline.aborted) return found
    // Once more if it came back to life before we could look: it had failed, and was redriven.
    await longPoll.end(queue, found, deadline, ms)
  }
}

function messageIn (error: string | null): string {
  const { message, type } = error === null ? {} as Record<string, unknown> : JSON.parse(error)
  return String(message ?? type ?? 'its tries are used up')
}
