import type { Policy } from '../../schemas/control.ts'
import { errors } from '../errors.ts'
import { errorFromRedis } from '../redis-error.ts'
import { commonKey } from '../redis/keys.ts'
import { script } from '../redis/script.ts'
import { storeOf, type RedisClient } from '../redis/store.ts'
import { milliseconds } from '../time.ts'
import { QueueLimit } from './queue-limit.ts'

/**
 * Changes of a policy. null restores the default, but of max_lost, keep_failed and max_failed, of
 * which it is no bound. A member that is left out stays.
 */
export interface PolicyChange {
  status?: 'stop' | 'start' | undefined
  /** With stop: seconds after which the queue opens again. */
  for?: number | undefined
  tries?: number | null | undefined
  max_lost?: number | null | undefined
  lease?: number | null | undefined
  keep?: number | null | undefined
  backoff?: { base?: number | undefined, max?: number | undefined } | null | undefined
  rate?: { limit: number, period: number } | null | undefined
  concurrency?: number | null | undefined
  max_jobs?: number | null | undefined
  max_keys?: number | null | undefined
  /** For how many seconds failed jobs are kept, and how many of them. */
  keep_failed?: number | null | undefined
  max_failed?: number | null | undefined
}

const settingPolicy = script<[before: string, after: string]>('set_policy')

/**
 * Changes the policy of a queue, all members at once. A queue may have one before any job. Resolves
 * with the policies in force before and after.
 */
export async function setPolicy (
  redis: RedisClient, queue: string, change: PolicyChange, { now }: { now?: number } = {}
): Promise<{ before: Policy, after: Policy }> {
  const changes = fieldsOf(change)
  const adds = changes.some((value, i) => i % 2 === 1 && value !== '')
  if (adds) await storeOf(redis).part(QueueLimit).admit(queue)
  await redis.sadd(commonKey('queues'), queue).catch(error => {
    if (adds || !isFull(error)) throw error
  })
  const texts = await settingPolicy(redis, queue, { changes, now: milliseconds(now) })
  const [before, after] = texts.map(text => policyFrom(JSON.parse(text) as StoredPolicy))
  return { before: before!, after: after! }
}

// A full Redis takes no name, known or not. The queue must open all the same: that makes room.
function isFull (error: Error): boolean {
  return errorFromRedis(error) instanceof errors.REDIS_FULL
}

function fieldsOf (
  { status, for: pause, tries, lease, keep, backoff, rate, concurrency, ...change }: PolicyChange
): Array<string | number> {
  const changes: Record<string, number | string | null | undefined> = {
    stopped: status && (status === 'stop' ? 1 : null),
    reopens_at: status && (pause === undefined ? null : `+${milliseconds(pause)}`),
    tries,
    max_lost: change.max_lost === null ? 0 : change.max_lost,
    lease: inMs(lease),
    keep: inMs(keep),
    backoff_base: backoff === null ? null : inMs(backoff?.base),
    backoff_max: backoff === null ? null : inMs(backoff?.max),
    rate_limit: rate === null ? null : rate?.limit,
    rate_period: rate === null ? null : inMs(rate?.period),
    concurrency,
    max_jobs: change.max_jobs,
    max_keys: change.max_keys,
    keep_failed: change.keep_failed === null ? 'none' : inMs(change.keep_failed),
    max_failed: change.max_failed === null ? 'none' : change.max_failed
  }
  return Object.entries(changes).flatMap(([field, value]) => {
    return value === undefined ? [] : [field, value ?? '']
  })
}

function inMs (seconds: number | null | undefined): number | null | undefined {
  return seconds === null ? null : milliseconds(seconds)
}

/** The policy as lua/parts/policy/load_policy.lua returns it; times in ms. */
export interface StoredPolicy {
  stopped?: number
  reopens_at?: number
  tries: number
  max_lost: number
  lease: number
  keep: number
  backoff_base: number
  backoff_max: number
  rate_limit?: number
  rate_period?: number
  concurrency?: number
  max_jobs?: number
  max_keys?: number
  keep_failed?: number
  max_failed?: number
}

/** The policy as the API shows it. */
export function policyFrom (set: StoredPolicy): Policy {
  const { rate_limit: limit, rate_period: period } = set
  return {
    stopped: set.stopped === 1,
    reopens_at: set.reopens_at === undefined ? null : set.reopens_at / 1000,
    tries: set.tries,
    max_lost: set.max_lost === 0 ? null : set.max_lost,
    lease: set.lease / 1000,
    keep: set.keep / 1000,
    backoff: { base: set.backoff_base / 1000, max: set.backoff_max / 1000 },
    rate: limit === undefined ? null : { limit, period: period! / 1000 },
    concurrency: set.concurrency ?? null,
    max_jobs: set.max_jobs ?? null,
    max_keys: set.max_keys ?? null,
    keep_failed: set.keep_failed === undefined ? null : set.keep_failed / 1000,
    max_failed: set.max_failed ?? null
  }
}
