import { errors } from '../errors.ts'
import { job, type KeptDocument } from '../job/job.ts'
import { pushOne, type NewJob, type Pushed } from '../job/push.ts'
import { newSeed } from '../job/receipt.ts'
import type { Patience } from './deadline.ts'
import type { Reader } from '../event/readers.ts'
import type { Waiters } from './long-poll.ts'
import type { RedisClient } from '../redis/client.ts'

// A job whose end is waited for.
interface Awaited {
  id: string
  /** The random letters of the push that made the job, where it is known to be that one. */
  mark?: string | undefined
  /** The client that waits. */
  reader: Reader
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
export async function pushAndWait (redis: RedisClient, waiters: Waiters, queue: string, job: NewJob, patience: Patience): Promise<AwaitedPush> {
  const reader = waiters.readers.enter(queue)
  const mark = newSeed()
  try {
    const pushed = await pushOne(redis, queue, { ...job, awaited: { server: waiters.server, mark } })
    const awaited = { id: pushed.id, reader, ...(pushed.isNew && { mark }) }
    return { ...pushed, result: async () => await resultOf(redis, waiters, queue, awaited, patience) }
  } catch (error) {
    reader.leave()
    throw error
  }
}

async function resultOf (redis: RedisClient, waiters: Waiters, queue: string, awaited: Awaited, patience: Patience): Promise<string | null> {
  let ended: KeptDocument | null = null
  try {
    ended = await endOf(redis, waiters, queue, awaited, patience)
  } finally {
    awaited.reader.leave({ completed: ended?.state === 'completed', heard: !patience.gone })
  }
  if (ended === null) throw new errors.JOB_GONE()
  if (ended.state === 'failed') throw new errors.JOB_FAILED(messageIn(ended.last_error))
  return ended.state === 'completed' ? ended.result ?? 'null' : null
}

/** A job when it has finished, or as it is when time is up; null when it is not there. */
export async function jobAtEnd (redis: RedisClient, waiters: Waiters, queue: string, id: string, patience: Patience): Promise<KeptDocument | null> {
  if (patience.ms <= 0) return await job(redis, queue, id)
  const reader = waiters.readers.enter(queue)
  let ended: KeptDocument | null = null
  try {
    ended = await endOf(redis, waiters, queue, { id, reader }, patience)
    return ended
  } finally {
    reader.leave({ completed: ended?.state === 'completed', heard: false })
  }
}

async function endOf (redis: RedisClient, waiters: Waiters, queue: string, { id, mark, reader }: Awaited, patience: Patience): Promise<KeptDocument | null> {
  const until = performance.now() + patience.ms
  for (let era: string | undefined; ;) {
    const found = await job(redis, queue, id)
    if (era === undefined && found !== null) reader.knows(id, found.era)
    // The id has been given out again, to another job: after a purge, or where Redis has lost its last writes.
    if (found === null || found.era !== (era ??= found.era) || (mark !== undefined && !era.endsWith(` ${mark}`))) return null
    const ms = until - performance.now()
    if (ms <= 0 || found.state === 'failed' || found.state === 'completed' || waiters.closed || patience.gone) return found
    // Once more if it came back to life before we could look: it had failed, and was redriven.
    await waiters.end(queue, found, patience, ms)
  }
}

function messageIn (error: string | null): string {
  const { message, type } = error === null ? {} as Record<string, unknown> : JSON.parse(error)
  return String(message ?? type ?? 'its tries are used up')
}
