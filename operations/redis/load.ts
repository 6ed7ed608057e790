import { Cluster, Command, type Redis } from 'ioredis'
import { errors } from '../errors.ts'
import { pipelineOf } from './command-limit.ts'
import { queueKey } from './keys.ts'
import { storeOf, type RedisClient } from './store.ts'

// What one server may send before it is answered. The commands are counted by command-limit.ts.
const maxBytes = 64 * 2 ** 20

/**
 * The share that is used of what may be under way to the Redis of a queue, if `more` commands are
 * added; 1 when it is full.
 */
export function loadRatio (redis: RedisClient, queue: string, more = 0): number {
  const { length, most } = pipelineOf(redis instanceof Cluster ? nodeOf(redis, queue) : redis)
  return (length + storeOf(redis).load.open + more) / most
}

/** null, or the error of a call on the queue that would be too much; `bytes` is its size. */
export function overloadError (redis: RedisClient, queue: string, bytes = 0): Error | null {
  const { load } = storeOf(redis)
  const fits = load.bytes === 0 || load.bytes + bytes <= maxBytes
  if (fits && loadRatio(redis, queue) < 1) return null
  load.refused++
  return new errors.REDIS_BUSY()
}

// Each node of a Cluster counts for itself: a frozen one must not stop the queues of the others.
function nodeOf (cluster: Cluster, queue: string): Redis | undefined {
  const key = `${cluster.options.keyPrefix ?? ''}${queueKey(queue, 'stats')}`
  const [master] = cluster.slots[new Command('get', [key]).getSlot()!] ?? []
  return cluster.nodes('master').find(({ options }) => {
    return `${options.host}:${options.port}` === master
  })
}
