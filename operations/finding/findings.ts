import type { Finding } from '../../schemas/finding.ts'
import type { QueueSummary } from '../../schemas/summary.ts'
import { lastMinutes } from '../queue/history.ts'
import { queueStatus } from '../queue/queue.ts'
import type { Summary } from '../queue/summary.ts'
import { obstaclesOf } from '../queue/why.ts'
import { redisHealth } from '../redis/health.ts'
import { storeOf, type RedisClient } from '../redis/store.ts'
import { skippingSchedules } from '../schedule/schedule.ts'
import { silentWorkers } from '../worker/registration.ts'
import { findingsOf, type QueueFacts } from './queue-finding.ts'
import { findingsOfRedis } from './health-finding.ts'
import { CachedFindings } from './cached-findings.ts'
import { findingOfSchedule } from './schedule-finding.ts'

// Queues that are looked at closely, those first that have the most failures and the oldest jobs.
const mostQueues = 500
const queuesAtOnce = 20
const mostSchedules = 1000
const mostWorkers = 1000

const severities = ['critical', 'warning', 'info']

interface Options { now?: number | undefined }

/** All trouble of the moment, the worst first. `summary` has all queues. */
export async function findings (
  redis: RedisClient, { queues }: Summary, { now }: Options = {}
): Promise<Finding[]> {
  const found: Finding[] = []
  const suspects = queues.filter(isSuspect).sort(byUrgency).slice(0, mostQueues)
  const silent = await silentWorkers(redis, mostWorkers, { now })
  for (let i = 0; i < suspects.length; i += queuesAtOnce) {
    const some = suspects.slice(i, i + queuesAtOnce)
    const all = await Promise.all(some.map(async row => {
      return await ofQueue(redis, row, { now, silent: silent.get(row.queue) ?? [] })
    }))
    found.push(...all.flat())
  }
  const { safety, memory } = await redisHealth(redis)
  found.push(...findingsOfRedis(safety, memory), ...await ofSchedules(redis))
  return found.sort(byWeight)
}

// A queue in which no job waits, and none fails or is lost, has nothing that a rule may find.
function isSuspect ({ counts, failures_per_minute: rate }: QueueSummary): boolean {
  return counts.waiting > 0 || counts.retrying > 0 || counts.active > 0 || rate > 0
}

function byUrgency (one: QueueSummary, other: QueueSummary): number {
  return other.failures_per_minute - one.failures_per_minute ||
    (other.oldest_age ?? 0) - (one.oldest_age ?? 0)
}

interface QueueOptions extends Options { silent: string[] }

async function ofQueue (
  redis: RedisClient, row: QueueSummary, options: QueueOptions
): Promise<Finding[]> {
  const look = async () => findingsOf(await factsOf(redis, row, options))
  // A test that gives a time wants the findings of that time.
  if (options.now !== undefined) return await look()
  return await storeOf(redis).part(CachedFindings).of(row, options.silent, look)
}

async function factsOf (
  redis: RedisClient, row: QueueSummary, { now, silent }: QueueOptions
): Promise<QueueFacts> {
  const [obstacles, { policy }] = await Promise.all([
    obstaclesOf(redis, row.queue, { now }),
    queueStatus(redis, row.queue, { listed: true, ...(now !== undefined && { now }) })
  ])
  const minutes = await lastMinutes(redis, row.queue, 61, { now: obstacles.now })
  return { row, minutes, obstacles, policy, silent }
}

async function ofSchedules (redis: RedisClient): Promise<Finding[]> {
  return (await skippingSchedules(redis, mostSchedules)).map(findingOfSchedule)
}

// The worst first; of those that are as bad, the ones that began first.
function byWeight (one: Finding, other: Finding): number {
  return severities.indexOf(one.severity) - severities.indexOf(other.severity) ||
    (one.since ?? Infinity) - (other.since ?? Infinity) ||
    (one.queue ?? '').localeCompare(other.queue ?? '')
}
