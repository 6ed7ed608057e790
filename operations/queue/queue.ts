import { policyFrom, type Policy } from './policy.ts'
import type { State } from '../job/job.ts'
import { commonKey } from '../redis/keys.ts'
import { filterInPieces, mergeInPieces } from '../in-pieces.ts'
import { relistNames, ensureListed, syncName } from './name.ts'
import { script } from '../redis/script.ts'
import { milliseconds } from '../time.ts'
import type { RedisClient } from '../redis/store.ts'

export interface QueueStatus {
  counts: Record<State, number>
  /** How many have been put in. */
  pushed: number
  processed: number
  failed: number
  lost: number
  expired: number
  discarded: number
  /** Seconds for which the oldest waiting job could have run; null when none waits. */
  oldestAge: number | null
  policy: Policy
}

const scripts = {
  status: script<[...Ten, policy: string, pushed: number, blocked: number, discarded: number]>('status'),
  purge: script<null>('purge')
}

// How many names one command reads: more would hold up Redis and the event loop.
const slice = 1000

/** The names of all queues, sorted; read in slices where there are many. */
export async function queues (redis: RedisClient): Promise<string[]> {
  await relistNames(redis)
  if (await redis.scard(commonKey('queues')) <= slice) return (await redis.smembers(commonKey('queues'))).sort()
  const slices: string[][] = []
  let cursor = '0'
  do {
    const [next, names] = await redis.sscan(commonKey('queues'), cursor, 'COUNT', slice)
    slices.push(names.sort())
    cursor = next
  } while (cursor !== '0')
  const names = await mergeInPieces(slices)
  // A scan may name one twice.
  return await filterInPieces(names, distinct())
}

function distinct (): (name: string) => boolean {
  let before: string | undefined
  return name => {
    const isNew = name !== before
    before = name
    return isNew
  }
}

// listed: the name of the queue has just been found among those of all.
interface Asked { now?: number, listed?: boolean }

/** What is in a queue and what has become of the rest; zeros for a queue that nobody has used. */
export async function queueStatus (redis: RedisClient, queue: string, { now, listed = false }: Asked = {}): Promise<QueueStatus> {
  const [waiting, delayed, active, failedNow, completed, processed, failed, lost, expired, age, rules, pushed, blocked, discarded] =
    await scripts.status(redis, queue, { now: milliseconds(now) })
  if (!listed && pushed > 0) await ensureListed(redis, queue)
  return {
    counts: { waiting, delayed, blocked, active, failed: failedNow, completed },
    pushed,
    processed,
    failed,
    lost,
    expired,
    discarded,
    oldestAge: age < 0 ? null : age / 1000,
    policy: policyFrom(JSON.parse(rules))
  }
}

type Ten = [number, number, number, number, number, number, number, number, number, number]

/** Deletes a queue and all that belongs to it. The memory comes back in the background. */
export async function purge (redis: RedisClient, queue: string): Promise<void> {
  // The name goes last: jobs that are still there must not be without one.
  await scripts.purge(redis, queue)
  await syncName(redis, queue)
}
