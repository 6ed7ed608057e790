import { setImmediate as nextTurn } from 'node:timers/promises'
import { Gauge, Counter, Registry, type Metric } from 'prom-client'
import { states } from '../../schemas/state.ts'
import type { QueueSummary } from '../../schemas/summary.ts'
import { Histogram } from './histogram.ts'
import { queueKey } from '../redis/keys.ts'
import { mostQueues, otherQueues } from './process-metrics.ts'
import type { RedisClient } from '../redis/store.ts'
import type { Summary } from '../queue/summary.ts'

// In seconds; lua/parts/due/count_lateness.lua has the same, in ms.
const latenessBounds = [0.005, 0.025, 0.1, 0.5, 2.5, 10, 60]
const fields = [...latenessBounds.keys(), latenessBounds.length].map(i => `late_${i + 1}`)

// Queues that are sorted in one turn of the event loop.
const piece = 1000

const counted = {
  pushed: 'Jobs ever pushed',
  processed: 'Jobs taken for good or acknowledged',
  failed: 'Failures: nacks, and PUT',
  lost: 'Leases that expired',
  expired: 'Jobs dropped when their ttl had passed',
  discarded: 'Failed jobs dropped for keep_failed or max_failed'
}

/**
 * Metrics of all queues in Redis. Every server tells the same: take the maximum over servers, not
 * the sum.
 */
export async function queueMetrics (redis: RedisClient, { queues }: Summary): Promise<Registry> {
  const registry = new Registry()
  const shown = await largest(queues)
  addGauges(registry, shown)
  addRetrying(registry, shown)
  for (const [what, help] of Object.entries(counted)) {
    const name = `presque_queue_${what}_total`
    const counter = new Counter({ name, help, labelNames: ['queue'], registers: [registry] })
    for (const one of shown) counter.inc({ queue: one.queue }, one[what as keyof typeof counted])
  }
  registry.registerMetric(await lateness(redis, shown) as unknown as Metric)
  return registry
}

function addGauges (registry: Registry, shown: QueueSummary[]): void {
  const registers = [registry]
  const jobs = new Gauge({
    name: 'presque_queue_jobs',
    help: 'Jobs in each state',
    labelNames: ['queue', 'state'],
    registers
  })
  const oldest = new Gauge({
    name: 'presque_queue_oldest_seconds',
    help: 'Age of the oldest waiting job since it became ready; 0 without one',
    labelNames: ['queue'],
    registers
  })
  const stopped = new Gauge({
    name: 'presque_queue_stopped',
    help: '1 while the queue is stopped',
    labelNames: ['queue'],
    registers
  })
  for (const { queue, counts, oldest_age: age, stopped: isStopped } of shown) {
    for (const state of states) jobs.set({ queue, state }, counts[state])
    oldest.set({ queue }, age ?? 0)
    stopped.set({ queue }, isStopped ? 1 : 0)
  }
}

// Not a state: the sum over the states of presque_queue_jobs counts each job once.
function addRetrying (registry: Registry, shown: QueueSummary[]): void {
  const retrying = new Gauge({
    name: 'presque_queue_retrying_jobs',
    help: 'Those of the delayed jobs that wait for another try after a failure',
    labelNames: ['queue'],
    registers: [registry]
  })
  for (const { queue, counts } of shown) retrying.set({ queue }, counts.retrying)
}

// Of many queues, those with the most jobs, and the rest as one.
async function largest (queues: QueueSummary[]): Promise<QueueSummary[]> {
  let shown: QueueSummary[] = []
  let rest: QueueSummary | undefined
  for (let i = 0; i < queues.length; i += piece) {
    const sorted = [...shown, ...queues.slice(i, i + piece)].sort(bySize)
    shown = sorted.slice(0, mostQueues)
    for (const one of sorted.slice(mostQueues)) {
      rest = rest === undefined ? { ...one, queue: otherQueues } : add(rest, one)
    }
    if (i + piece < queues.length) await nextTurn()
  }
  return rest === undefined ? queues : [...shown, rest]
}

function bySize (one: QueueSummary, other: QueueSummary): number {
  return sizeOf(other) - sizeOf(one) || (one.queue < other.queue ? -1 : 1)
}

function sizeOf ({ counts: { waiting, delayed, active, failed } }: QueueSummary): number {
  return waiting + delayed + active + failed
}

function add (sum: QueueSummary, one: QueueSummary): QueueSummary {
  const counts = addNumbers(sum.counts, one.counts)
  const names = Object.keys(counted) as Array<keyof typeof counted>
  const totals = Object.fromEntries(names.map(name => [name, sum[name] + one[name]]))
  const stopped = sum.stopped || one.stopped
  const age = oldest(sum.oldest_age, one.oldest_age)
  return { ...sum, ...totals, queue: otherQueues, stopped, counts, oldest_age: age }
}

function addNumbers<Numbers extends Record<keyof Numbers, number>> (
  one: Numbers, other: Numbers
): Numbers {
  const names = Object.keys(one) as Array<keyof Numbers>
  return Object.fromEntries(names.map(name => [name, one[name] + other[name]])) as Numbers
}

function oldest (one: number | null, other: number | null): number | null {
  return one === null ? other : Math.max(one, other ?? 0)
}

// The script that promotes due jobs counts it, on whichever server.
async function lateness (redis: RedisClient, shown: QueueSummary[]): Promise<Histogram> {
  const help = 'From the due time of a delayed job to its entry into the ready queue'
  const histogram = new Histogram('presque_queue_lateness_seconds', help, latenessBounds)
  const queues = shown.map(({ queue }) => queue).filter(queue => queue !== otherQueues)
  await Promise.all(queues.map(async queue => {
    const [sum, ...counts] = await redis.hmget(queueKey(queue, 'stats'), 'late_ms', ...fields)
    if (sum === null) return
    const row = { sum: Number(sum) / 1000, counts: counts.map(Number) }
    Object.assign(histogram.row({ queue }), row)
  }))
  return histogram
}
