import { Cluster, Command, type Redis } from 'ioredis'
import { pipelineOf } from './command-limit.ts'
import { errors } from '../errors.ts'
import { queueKey } from './keys.ts'
import { storeOf, type RedisClient } from './store.ts'

// What one server may have under way, in bytes. How many commands: see operations/redis/command-limit.ts.
const mostBytes = 64 * 2 ** 20

/**
 * How much of what may be under way to the Redis that has the queue is, or is about to leave, with `more` commands; 1
 * when it is full.
 */
export function loadRatio (redis: RedisClient, queue: string, more = 0): number {
  const { length, most } = pipelineOf(redis instanceof Cluster ? nodeOf(redis, queue) : redis)
  return (length + storeOf(redis).load.open + more) / most
}

/** null, or why a call on the queue, with so many bytes, may not be added to what is under way. */
export function overloadError (redis: RedisClient, queue: string, bytes = 0): Error | null {
  const load = storeOf(redis).load
  const fits = load.bytes === 0 || load.bytes + bytes <= mostBytes
  if (fits && loadRatio(redis, queue) < 1) return null
  load.refused++
  return new errors.REDIS_BUSY()
}

// In a Cluster each node counts for itself: one that is frozen must not have the queues of the others refused.
function nodeOf (cluster: Cluster, queue: string): Redis | undefined {
  const key = `${cluster.options.keyPrefix ?? ''}${queueKey(queue, 'stats')}`
  const [master] = cluster.slots[new Command('get', [key]).getSlot()!] ?? []
  return cluster.nodes('master').find(({ options }) => `${options.host}:${options.port}` === master)
}
