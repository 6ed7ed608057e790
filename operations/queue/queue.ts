import type { Policy } from '../../schemas/control.ts'
import type { Counts } from '../../schemas/status.ts'
import { filterInPieces, mergeInPieces } from '../in-pieces.ts'
import { commonKey } from '../redis/keys.ts'
import { script } from '../redis/script.ts'
import type { RedisClient } from '../redis/store.ts'
import { milliseconds } from '../time.ts'
import { ensureListed, relistNames, syncName } from './name.ts'
import { policyFrom } from './policy.ts'

export interface QueueStatus {
  counts: Counts
  /** Jobs since the queue was made, as the five counters below. */
  pushed: number
  processed: number
  failed: number
  lost: number
  expired: number
  discarded: number
  failuresPerMinute: number
  /** For how many seconds the oldest waiting job could have run; null when none waits. */
  oldestAge: number | null
  policy: Policy
}

type StatusReply = [
  waiting: number, delayed: number, active: number, failedNow: number, completed: number,
  processed: number, failed: number, lost: number, expired: number, age: number,
  policy: string, pushed: number, blocked: number, discarded: number, retrying: number,
  failuresPerMinute: number
]

const scripts = {
  status: script<StatusReply>('status'),
  purge: script<null>('purge')
}

// One command reads so few names, to hold up neither Redis nor the event loop.
const namesPerCall = 1000

/** The names of all queues, sorted; read in slices where there are many. */
export async function queues (redis: RedisClient): Promise<string[]> {
  await relistNames(redis)
  const count = await redis.scard(commonKey('queues'))
  if (count <= namesPerCall) return (await redis.smembers(commonKey('queues'))).sort()
  const slices: string[][] = []
  let cursor = '0'
  do {
    const [next, names] = await redis.sscan(commonKey('queues'), cursor, 'COUNT', namesPerCall)
    slices.push(names.sort())
    cursor = next
  } while (cursor !== '0')
  const names = await mergeInPieces(slices)
  // A scan may find a name twice.
  return await filterInPieces(names, isFirstOfItsName())
}

function isFirstOfItsName (): (name: string) => boolean {
  let before: string | undefined
  return name => {
    const isNew = name !== before
    before = name
    return isNew
  }
}

/** `listed`: the name of the queue has just been read from the set of all names. */
interface StatusOptions { now?: number, listed?: boolean }

/** The counts, counters and policy of a queue; zeros for one that has never been used. */
export async function queueStatus (
  redis: RedisClient, queue: string, { now, listed = false }: StatusOptions = {}
): Promise<QueueStatus> {
  const reply = await scripts.status(redis, queue, { now: milliseconds(now) })
  const [waiting, delayed, active, failedNow, completed, processed, failed, lost, ...more] = reply
  const [expired, age, policy, pushed, blocked, discarded, retrying, failuresPerMinute] = more
  if (!listed && pushed > 0) await ensureListed(redis, queue)
  return {
    counts: { waiting, delayed, retrying, blocked, active, failed: failedNow, completed },
    pushed,
    processed,
    failed,
    lost,
    expired,
    discarded,
    failuresPerMinute,
    oldestAge: age < 0 ? null : age / 1000,
    policy: policyFrom(JSON.parse(policy))
  }
}

/** Deletes a queue with all its keys. Redis frees the memory in the background. */
export async function purge (redis: RedisClient, queue: string): Promise<void> {
  // The name goes last: a job must never be in a queue that is not listed.
  await scripts.purge(redis, queue)
  await syncName(redis, queue)
}
