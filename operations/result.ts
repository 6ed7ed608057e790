import { cancel } from './job.ts'
import { errors } from './errors.ts'
import { job, type KeptDocument } from './document.ts'
import type { Patience } from './patience.ts'
import type { Waiters } from './waiters.ts'
import type { RedisClient } from './redis.ts'

/**
 * The result of a job as JSON text, as soon as it has one; null when time is up. It is handed over once: unless the job is to be kept,
 * it is gone then. Rejects with JOB_FAILED when it failed for good, with JOB_GONE when it was taken for good or cancelled.
 */
export async function resultOf (redis: RedisClient, waiters: Waiters, queue: string, id: string, patience: Patience): Promise<string | null> {
  const ended = await jobAtEnd(redis, waiters, queue, id, patience)
  if (ended === null) throw new errors.JOB_GONE()
  if (ended.state === 'failed') throw new errors.JOB_FAILED(messageIn(ended.last_error))
  if (ended.state !== 'completed') return null
  if (ended.keep === 0 && !patience.gone) await drop(redis, queue, id)
  return ended.result ?? 'null'
}

// Somebody may have cancelled what was left of it meanwhile: the result is in hand all the same.
async function drop (redis: RedisClient, queue: string, id: string): Promise<void> {
  try {
    await cancel(redis, queue, id)
  } catch (error) {
    if (!(error instanceof errors.NO_SUCH_JOB)) throw error
  }
}

/** A job when it has finished, or as it is when time is up; null when it is not there. */
export async function jobAtEnd (redis: RedisClient, waiters: Waiters, queue: string, id: string, patience: Patience): Promise<KeptDocument | null> {
  const until = Date.now() + patience.ms
  for (let era: string | undefined; ;) {
    const found = await job(redis, queue, id)
    // Purged meanwhile: ids have begun again, and this one is another's.
    if (found === null || found.era !== (era ??= found.era)) return null
    const ms = until - Date.now()
    if (ms <= 0 || found.state === 'failed' || found.state === 'completed' || waiters.closed || patience.gone) return found
    // Once more if it came back to life before we could look: it had failed, and was redriven.
    await waiters.end(queue, found, patience, ms)
  }
}

function messageIn (error: string | null): string {
  const { message, type } = error === null ? {} as Record<string, unknown> : JSON.parse(error)
  return String(message ?? type ?? 'its tries are used up')
}
