import { Cluster, Command, type Redis } from 'ioredis'
import { lineOf } from './command-limit.ts'
import { errors } from '../errors.ts'
import { queueKey } from './keys.ts'
import type { RedisClient } from './client.ts'

// What one server may have under way, in bytes. How many commands: see operations/redis/command-limit.ts.
const mostBytes = 64 * 2 ** 20

/** Calls that have not left yet, bytes whose answer is not there yet, and how many requests have been refused. */
export class Load {
  open = 0
  bytes = 0
  refused = 0
}

const loads = new WeakMap<RedisClient, Load>()

/** What a server has under way, beside the commands in the queues of its connections. */
export function loadOf (redis: RedisClient): Load {
  const known = loads.get(redis)
  if (known !== undefined) return known
  const load = new Load()
  loads.set(redis, load)
  return load
}

/**
 * How much of what may be under way to the Redis that has the queue is, or is about to leave, with `more` commands; 1
 * when it is full.
 */
export function share (redis: RedisClient, queue: string, more = 0): number {
  const { length, most } = lineOf(redis instanceof Cluster ? nodeOf(redis, queue) : redis)
  return (length + loadOf(redis).open + more) / most
}

/** null, or why a call on the queue, with so many bytes, may not be added to what is under way. */
export function refusal (redis: RedisClient, queue: string, bytes = 0): Error | null {
  const load = loadOf(redis)
  const fits = load.bytes === 0 || load.bytes + bytes <= mostBytes
  if (fits && share(redis, queue) < 1) return null
  load.refused++
  return new errors.REDIS_BUSY()
}

// In a Cluster each node counts for itself: one that is frozen must not have the queues of the others refused.
function nodeOf (cluster: Cluster, queue: string): Redis | undefined {
  const key = `${cluster.options.keyPrefix ?? ''}${queueKey(queue, 'stats')}`
  const [master] = cluster.slots[new Command('get', [key]).getSlot()!] ?? []
  return cluster.nodes('master').find(({ options }) => `${options.host}:${options.port}` === master)
}
