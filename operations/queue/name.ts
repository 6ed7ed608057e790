import { commonKey, queueKey } from '../redis/keys.ts'
import { storeOf, type RedisClient } from '../redis/store.ts'

/**
 * The set of the names of all queues. In a Cluster it is on one node, which may be away, or may
 * come back from a failover without the last names. So a push notes the name of its queue before
 * the job, once a second; a read that finds something in a queue adds a missing name again; and a
 * purge removes the name last.
 */

// To note a name with each push would cost a tenth of a push.
const noteEveryMs = 1000
const maxNoted = 10_000
const maxRelisted = 1000

// Whether the name has not been noted within the last second. From here on it counts as noted.
function isDue (redis: RedisClient, queue: string): boolean {
  const { notedNames } = storeOf(redis)
  const now = performance.now()
  if (now - (notedNames.get(queue) ?? -Infinity) < noteEveryMs) return false
  if (notedNames.size >= maxNoted) notedNames.clear()
  notedNames.set(queue, now)
  return true
}

/** Whether this server has noted the name of a queue, at any time. */
export function isNameNoted (redis: RedisClient, queue: string): boolean {
  return storeOf(redis).notedNames.has(queue)
}

/** Lists the name of a queue that is about to get a job. Never rejects: the next push retries. */
export async function noteName (redis: RedisClient, queue: string): Promise<void> {
  if (!isDue(redis, queue)) return
  await redis.sadd(commonKey('queues'), queue).catch(() => storeOf(redis).notedNames.delete(queue))
}

/** Lists a queue in which something was found. Never rejects: the next read retries. */
export async function ensureListed (redis: RedisClient, queue: string): Promise<void> {
  if (!isDue(redis, queue)) return
  try {
    if (await redis.sismember(commonKey('queues'), queue) === 0) await syncName(redis, queue)
  } catch {
    storeOf(redis).notedNames.delete(queue)
  }
}

/** Lists a queue that has any key, and removes the name of any other; true if it is listed. */
export async function syncName (redis: RedisClient, queue: string): Promise<boolean> {
  const exists = async () => {
    return await redis.exists(queueKey(queue, 'stats'), queueKey(queue, 'policy')) > 0
  }
  let is = await exists()
  // A push or a purge may come between the two commands. Each server checks again after its own
  // change, so that the last change is right.
  for (let tries = 0; tries < 5; tries++) {
    await redis[is ? 'sadd' : 'srem'](commonKey('queues'), queue)
    const was = is
    is = await exists()
    if (is === was) break
  }
  if (!is) storeOf(redis).notedNames.delete(queue)
  return is
}

/**
 * Lists the queues again that this server has noted and that are missing, of its next thousand.
 * Never rejects: the next read of all names retries.
 */
export async function relistNames (redis: RedisClient): Promise<void> {
  const { notedNames } = storeOf(redis)
  const known = [...notedNames].slice(0, maxRelisted)
  if (known.length === 0) return
  try {
    const listed = await redis.smismember(commonKey('queues'), known.map(([name]) => name))
    for (const [i, [name, at]] of known.entries()) {
      // To the end of the map: the next call checks others.
      if (notedNames.delete(name)) notedNames.set(name, at)
      if (listed[i] === 0) await syncName(redis, name)
    }
  } catch {}
}
