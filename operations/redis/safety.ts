import { Cluster, type Redis } from 'ioredis'
import type { RedisClient } from './store.ts'

/** Settings of a Redis under which it may lose jobs that it has answered for. */
export interface Safety {
  /** Its maxmemory-policy where that is another than noeviction: jobs go when memory is short. */
  evicts: string | null
  /** Whether it writes an append-only file: without one, jobs go when it is killed. */
  appendOnly: boolean
}

/**
 * How safe jobs are in that Redis; of a Cluster, in the least safe of its masters. Asks by INFO,
 * which services that are managed by others allow where they refuse CONFIG.
 */
export async function redisSafety (redis: RedisClient): Promise<Safety> {
  const nodes: Redis[] = redis instanceof Cluster ? redis.nodes('master') : [redis]
  const found = await Promise.all(nodes.map(async node => safetyIn(await node.info())))
  return {
    evicts: found.find(({ evicts }) => evicts !== null)?.evicts ?? null,
    appendOnly: found.every(({ appendOnly }) => appendOnly)
  }
}

function safetyIn (info: string): Safety {
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1] ?? 'noeviction'
  return { evicts: policy === 'noeviction' ? null : policy, appendOnly: /^aof_enabled:1/m.test(info) }
}

/** What an operator is to know of it, a sentence each. */
export function warnings ({ evicts, appendOnly }: Safety): string[] {
  const evicting = `redis drops jobs without a word when its memory is full: set maxmemory-policy noeviction (it is ${evicts})`
  const volatile = 'redis has no append-only file, and loses jobs when it is killed: set appendonly yes'
  return [...(evicts === null ? [] : [evicting]), ...(appendOnly ? [] : [volatile])]
}
