import { setImmediate as turn } from 'node:timers/promises'
import { Gauge, Counter, Registry, type Metric } from 'prom-client'
import { Distribution } from './histogram.ts'
import { queueKey } from '../redis/keys.ts'
import { most, others } from './process-metrics.ts'
import type { RedisClient } from '../redis/store.ts'
import type { QueueSummary, Summary } from '../queue/summary.ts'

// In seconds; lua/parts/due/count_lateness.lua has the same, in ms.
const late = [0.005, 0.025, 0.1, 0.5, 2.5, 10, 60]
const fields = [...late.keys(), late.length].map(i => `late_${i + 1}`)

const piece = 1000

const counted = {
  pushed: 'Jobs ever pushed',
  processed: 'Jobs taken for good or acknowledged',
  failed: 'Failures: nacks, and PUT',
  lost: 'Leases that expired',
  expired: 'Jobs dropped when their ttl had passed',
  discarded: 'Failed jobs dropped for keep_failed or max_failed'
}

/** How all queues stand in Redis, as metrics: the same from every server, so take the maximum over servers and not the sum. */
export async function queueMetrics (redis: RedisClient, { queues }: Summary): Promise<Registry> {
  const registry = new Registry()
  const shown = await few(queues)
  gauges(registry, shown)
  for (const [what, help] of Object.entries(counted)) {
    const counter = new Counter({ name: `presque_queue_${what}_total`, help, labelNames: ['queue'], registers: [registry] })
    for (const one of shown) counter.inc({ queue: one.queue }, one[what as keyof typeof counted])
  }
  registry.registerMetric(await lateness(redis, shown) as unknown as Metric)
  return registry
}

function gauges (registry: Registry, shown: QueueSummary[]): void {
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) => new Gauge({ name, help, labelNames, registers: [registry] })
  const jobs = gauge('presque_queue_jobs', 'Jobs in each state', 'queue', 'state')
  const oldest = gauge('presque_queue_oldest_seconds', 'Age of the oldest waiting job since it became ready; 0 without one', 'queue')
  const stopped = gauge('presque_queue_stopped', '1 while the queue is stopped', 'queue')
  for (const { queue, counts, oldest_age: age, stopped: isStopped } of shown) {
    for (const [state, count] of Object.entries(counts)) jobs.set({ queue, state }, count)
    oldest.set({ queue }, age ?? 0)
    stopped.set({ queue }, isStopped ? 1 : 0)
  }
}

// Of many, those in which most happens to be, and the rest as one; others have their turn of the event loop in between.
async function few (queues: QueueSummary[]): Promise<QueueSummary[]> {
  let shown: QueueSummary[] = []
  let rest: QueueSummary | undefined
  for (let i = 0; i < queues.length; i += piece) {
    const sorted = [...shown, ...queues.slice(i, i + piece)].sort((a, b) => size(b) - size(a) || (a.queue < b.queue ? -1 : 1))
    shown = sorted.slice(0, most)
    for (const one of sorted.slice(most)) rest = rest === undefined ? { ...one, queue: others } : together(rest, one)
    if (i + piece < queues.length) await turn()
  }
  return rest === undefined ? queues : [...shown, rest]
}

function size ({ counts: { waiting, delayed, active, failed } }: QueueSummary): number {
  return waiting + delayed + active + failed
}

function together (sum: QueueSummary, one: QueueSummary): QueueSummary {
  const counts = Object.fromEntries(Object.entries(sum.counts).map(([state, count]) => [state, count + one.counts[state as 'waiting']]))
  const numbers = Object.fromEntries(Object.keys(counted).map(what => [what, sum[what as 'pushed'] + one[what as 'pushed']]))
  return { ...sum, ...numbers, queue: others, stopped: sum.stopped || one.stopped, counts: counts as QueueSummary['counts'], oldest_age: older(sum.oldest_age, one.oldest_age) }
}

function older (one: number | null, other: number | null): number | null {
  return one === null ? other : Math.max(one, other ?? 0)
}

// Counted by the script that moves due jobs into line, whichever server called it.
async function lateness (redis: RedisClient, shown: QueueSummary[]): Promise<Distribution> {
  const found = new Distribution('presque_queue_lateness_seconds', 'From the due time of a delayed job to its entry into the ready queue', late)
  await Promise.all(shown.filter(({ queue }) => queue !== others).map(async ({ queue }) => {
    const [sum, ...counts] = await redis.hmget(queueKey(queue, 'stats'), 'late_ms', ...fields)
    if (sum !== null) Object.assign(found.row({ queue }), { sum: Number(sum) / 1000, counts: counts.map(Number) })
  }))
  return found
}
