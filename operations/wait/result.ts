import { errors } from '../errors.ts'
import { job, type StoredJob } from '../job/job.ts'
import { pushOne, type NewJob, type Pushed } from '../job/push.ts'
import { randomLetters } from '../seed.ts'
import type { Deadline } from './deadline.ts'
import type { LongPoll } from './long-poll.ts'
import type { ResultWaiter } from './result-waiters.ts'
import type { RedisClient } from '../redis/store.ts'

// A job for whose end a client waits.
interface Awaited {
  id: string
  /** The random letters of the push that made the job, where it is known to be that one. */
  mark?: string | undefined
  waiter: ResultWaiter
}

/** A push whose client waits for the result. */
export interface AwaitedPush extends Pushed {
  /**
   * The result as JSON text, as soon as there is one; null at the deadline. Unless the job is to be
   * kept, it is deleted once all its waiters have the result. Rejects with JOB_FAILED when it
   * failed for good, with JOB_GONE when it was taken for good or cancelled.
   */
  result (): Promise<string | null>
}

/** Pushes a job for a client that waits for its result. Rejects as pushOne() does. */
export async function pushAndWait (
  redis: RedisClient, longPoll: LongPoll, queue: string, job: NewJob, deadline: Deadline
): Promise<AwaitedPush> {
  const waiter = longPoll.resultWaiters.enter(queue)
  const mark = randomLetters()
  const { server } = longPoll
  try {
    const pushed = await pushOne(redis, queue, { ...job, awaited: { server, mark } })
    const awaited = { id: pushed.id, waiter, ...(pushed.isNew && { mark }) }
    const result = async () => await resultOf(redis, longPoll, queue, awaited, deadline)
    return { ...pushed, result }
  } catch (error) {
    waiter.leave()
    throw error
  }
}

async function resultOf (
  redis: RedisClient, longPoll: LongPoll, queue: string, awaited: Awaited, deadline: Deadline
): Promise<string | null> {
  let ended: StoredJob | null = null
  try {
    ended = await endOf(redis, longPoll, queue, awaited, deadline)
  } finally {
    const completed = ended?.state === 'completed'
    awaited.waiter.leave({ completed, isRead: !deadline.aborted })
  }
  if (ended === null) throw new errors.JOB_GONE()
  if (ended.state === 'failed') throw new errors.JOB_FAILED(messageIn(ended.last_error))
  return ended.state === 'completed' ? ended.result ?? 'null' : null
}

/** A job when it has ended, or as it is at the deadline; null when it does not exist. */
export async function jobAtEnd (
  redis: RedisClient, longPoll: LongPoll, queue: string, id: string, deadline: Deadline
): Promise<StoredJob | null> {
  if (deadline.ms <= 0) return await job(redis, queue, id)
  const waiter = longPoll.resultWaiters.enter(queue)
  let ended: StoredJob | null = null
  try {
    ended = await endOf(redis, longPoll, queue, { id, waiter }, deadline)
    return ended
  } finally {
    waiter.leave({ completed: ended?.state === 'completed', isRead: false })
  }
}

async function endOf (
  redis: RedisClient, longPoll: LongPoll, queue: string, { id, mark, waiter }: Awaited,
  deadline: Deadline
): Promise<StoredJob | null> {
  const until = performance.now() + deadline.ms
  for (let identity: string | undefined; ;) {
    const lookedAt = performance.now()
    const found = await job(redis, queue, id)
    if (found === null) return null
    if (identity === undefined) waiter.setJob(id, found.identity)
    identity ??= found.identity
    // The id belongs to another job by now: after a purge, or where Redis lost its last writes.
    if (found.identity !== identity) return null
    if (mark !== undefined && !identity.endsWith(` ${mark}`)) return null
    const ms = until - performance.now()
    const hasEnded = found.state === 'failed' || found.state === 'completed'
    if (hasEnded || longPoll.closed || deadline.aborted) return found
    // An answer that was late is older than the deadline, and the job may have ended since.
    if (lookedAt >= until) return found
    // Again if the job lives once more: it had failed, and was retried before this look.
    if (ms > 0) await longPoll.waitForEnd(queue, found, deadline, ms)
  }
}

function messageIn (error: string | null): string {
  const { message, type } = error === null ? {} as Record<string, unknown> : JSON.parse(error)
  return String(message ?? type ?? 'its tries are used up')
}
