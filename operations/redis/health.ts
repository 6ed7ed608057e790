import { Cluster, type Redis } from 'ioredis'
import { errors } from '../errors.ts'
import { errorFromRedis } from '../redis-error.ts'
import { commonKey } from './keys.ts'
import { storeOf, type RedisClient } from './store.ts'

/**
 * Resolves when Redis has accepted a write.
 * Rejects with REDIS_UNAVAILABLE, LAYOUT_NEWER, or WRITES_REFUSED and the reason.
 */
export async function tryWrite (redis: RedisClient): Promise<void> {
  const { incompatible } = storeOf(redis)
  if (incompatible !== undefined) throw incompatible
  try {
    await redis.set(commonKey('health'), '1', 'EX', 60)
  } catch (error) {
    const known = errorFromRedis(error as Error)
    const isRefused = known instanceof errors.REDIS_FULL || known instanceof errors.REDIS_READ_ONLY
    if (isRefused) throw new errors.WRITES_REFUSED(known.message)
    throw error
  }
}

/** Settings under which a Redis may lose jobs that were answered for. */
export interface Safety {
  /** Its maxmemory-policy, unless it is noeviction: jobs are dropped when memory is short. */
  evicts: string | null
  /** Whether it writes an append-only file: without one, jobs are lost when it is killed. */
  appendOnly: boolean
}

/** Of a Cluster, that of the master which is nearest to its limit. */
export interface Memory {
  /** Bytes. */
  used: number
  /** Bytes; 0 where there is no limit. */
  limit: number
  /** Whether the last writes to the disk have succeeded. */
  writable: boolean
}

/**
 * How safe jobs are in that Redis; of a Cluster, in the least safe of its masters. Asks by INFO,
 * which services that are managed by others allow where they refuse CONFIG.
 */
export async function redisSafety (redis: RedisClient): Promise<Safety> {
  return (await redisHealth(redis)).safety
}

/** How safe jobs are, and how much memory is left; asks by INFO, as `redisSafety` does. */
export async function redisHealth (
  redis: RedisClient
): Promise<{ safety: Safety, memory: Memory }> {
  const nodes: Redis[] = redis instanceof Cluster ? redis.nodes('master') : [redis]
  const infos = await Promise.all(nodes.map(async node => await node.info()))
  const found = infos.map(safetyIn)
  const safety = {
    evicts: found.find(({ evicts }) => evicts !== null)?.evicts ?? null,
    appendOnly: found.every(({ appendOnly }) => appendOnly)
  }
  const fullest = infos.map(memoryIn).reduce((one, other) => {
    return fillOf(other) > fillOf(one) ? other : one
  })
  return { safety, memory: { ...fullest, writable: infos.every(isWritable) } }
}

function fillOf ({ used, limit }: Pick<Memory, 'used' | 'limit'>): number {
  return limit === 0 ? 0 : used / limit
}

function memoryIn (info: string): Pick<Memory, 'used' | 'limit'> {
  const [, used = '0'] = /^used_memory:(\d+)/m.exec(info) ?? []
  const [, limit = '0'] = /^maxmemory:(\d+)/m.exec(info) ?? []
  return { used: Number(used), limit: Number(limit) }
}

function isWritable (info: string): boolean {
  return !/^(rdb_last_bgsave_status|aof_last_write_status):err/m.test(info)
}

function safetyIn (info: string): Safety {
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1] ?? 'noeviction'
  return { evicts: policy === 'noeviction' ? null : policy, appendOnly: /^aof_enabled:1/m.test(info) }
}

/** The warnings for an operator, a sentence each. */
export function warnings ({ evicts, appendOnly }: Safety): string[] {
  const evicting = 'redis drops jobs without a word when its memory is full: ' +
    `set maxmemory-policy noeviction (it is ${evicts})`
  const volatile = 'redis has no append-only file, and loses jobs when it is killed: ' +
    'set appendonly yes'
  return [...(evicts === null ? [] : [evicting]), ...(appendOnly ? [] : [volatile])]
}
