import { commonKey, queueKey } from '../redis/keys.ts'
import { storeOf, type RedisClient } from '../redis/store.ts'

/**
 * The set of the names of all queues. In a Cluster it is on one node, which may be away, or may come back from a failover
 * without the last names. So a push notes its queue's name before the job, every second; a look at a queue that has
 * something puts a missing name back; and a purge takes the name away last.
 */

// In ms. To note a name with each push would cost a tenth of a push.
const often = 1000
const mostNoted = 10_000
const mostRecalled = 1000

// Whether the name is to be noted: it has not been, lately. It counts as noted from here on.
function isDue (redis: RedisClient, queue: string): boolean {
  const names = storeOf(redis).notedNames
  const now = performance.now()
  if (now - (names.get(queue) ?? -Infinity) < often) return false
  if (names.size >= mostNoted) names.clear()
  names.set(queue, now)
  return true
}

/** Whether this server has noted the name of a queue, at whatever time. */
export function isNameNoted (redis: RedisClient, queue: string): boolean {
  return storeOf(redis).notedNames.has(queue)
}

/** Notes the name of a queue that is about to get a job. Never rejects: the next push does it again. */
export async function noteName (redis: RedisClient, queue: string): Promise<void> {
  if (!isDue(redis, queue)) return
  await redis.sadd(commonKey('queues'), queue).catch(() => storeOf(redis).notedNames.delete(queue))
}

/** A look has found something in the queue, so its name must be there. Never rejects: the next look does it again. */
export async function ensureListed (redis: RedisClient, queue: string): Promise<void> {
  if (!isDue(redis, queue)) return
  try {
    if (await redis.sismember(commonKey('queues'), queue) === 0) await syncName(redis, queue)
  } catch {
    storeOf(redis).notedNames.delete(queue)
  }
}

/** Lists the queue if it has anything, and else takes it off the list; true if it is there now. */
export async function syncName (redis: RedisClient, queue: string): Promise<boolean> {
  const exists = async () => await redis.exists(queueKey(queue, 'stats'), queueKey(queue, 'policy')) > 0
  let is = await exists()
  // A push or a purge may come between the two. Whoever changes something looks again, so that the last one is right.
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
 * Puts names back that this server has noted, that are not listed, and whose queues have something: of its next thousand.
 * Never rejects: the next one who asks for all names does it again.
 */
export async function relistNames (redis: RedisClient): Promise<void> {
  const known = [...storeOf(redis).notedNames].slice(0, mostRecalled)
  if (known.length === 0) return
  try {
    const listed = await redis.smismember(commonKey('queues'), known.map(([name]) => name))
    for (const [i, [name, at]] of known.entries()) {
      // To the end of the map: the next time it is the turn of others.
      if (storeOf(redis).notedNames.delete(name)) storeOf(redis).notedNames.set(name, at)
      if (listed[i] === 0) await syncName(redis, name)
    }
  } catch {}
}
