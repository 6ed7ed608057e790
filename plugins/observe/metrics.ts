import fp from 'fastify-plugin'
import { AggregatorRegistry, collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import type { Figures, Siblings } from '../../operations/metric/process-metrics.ts'
import { errors, refusalFromRedis } from '../../operations/errors.ts'
import type { Safety } from '../../operations/redis/safety.ts'
import { standing } from '../../operations/metric/queue-metrics.ts'
import { storeOf, type RedisClient } from '../../operations/redis/store.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** What all processes have counted that share the port, and how the queues stand, as Prometheus reads it. */
    metrics (): Promise<string>
  }
}

// Memory, event loop and garbage collection are those of the process, however many servers a test has in it.
let ofProcess: Registry | undefined

/** `app.metrics()`, and the meter in the store for operations to count with. */
export default fp<{ siblings?: Siblings }>(async (app, { siblings }) => {
  const { meter } = app
  const redis: RedisClient = app.redis
  const store = storeOf(redis)
  store.meter = meter
  gauge(meter.registry, 'presque_waiting_requests', 'Requests that wait for a job; one that waits on three queues counts as three', () => app.longPoll.parked)
  gauge(meter.registry, 'presque_event_streams', 'Open streams: /events, /summary, and jobs as a stream', () => app.eventStreams())
  counter(meter.registry, 'presque_event_streams_dropped_total', 'Subscriptions that were too slow and have been dropped', () => app.eventHub.dropped)

  counter(meter.registry, 'presque_redis_refused_total', 'Requests refused because too much was under way to Redis', () => store.load.refused)

  app.addHook('onListen', async () => {
    if (ofProcess === undefined) collectDefaultMetrics({ register: ofProcess = new Registry() })
  })

  const figures = async (): Promise<Figures> => [...await meter.registry.getMetricsAsJSON(), ...await ofProcess?.getMetricsAsJSON() ?? []]
  siblings?.join(figures)
  app.decorate('metrics', async () => {
    const stands = await app.summaries.recent().then(async summary => await standing(redis, summary)).catch(unknown)
    const isUp = store.incompatible !== undefined || stands.getMetricsAsArray().length > 0
    gauge(stands, 'presque_redis_up', '1 while Redis answers; without Redis nothing is known of the queues', () => isUp ? 1 : 0)
    gauge(stands, 'presque_layout', 'The layout of the data in Redis that servers write', () => app.layout.version)
    gauge(stands, 'presque_layout_migrated', 'The layout that all queues have; lower while one is migrating', () => app.layout.migrated)
    tellSafety(stands, app.redisSafety())
    return `${await AggregatorRegistry.aggregate(await siblings?.all() ?? [await figures()]).metrics()}\n${await stands.metrics()}`
  })
}, { name: 'metrics', dependencies: ['meter', 'redis', 'waiters', 'listeners', 'event-stream', 'summaries', 'redis-safety', 'layout'] })

function tellSafety (registry: Registry, safety: Safety | undefined): void {
  if (safety === undefined) return
  gauge(registry, 'presque_redis_evicts', '1 while Redis may drop jobs when its memory is full', () => safety.evicts === null ? 0 : 1)
  gauge(registry, 'presque_redis_append_only', '1 while Redis writes an append-only file', () => safety.appendOnly ? 1 : 0)
}

function unknown (error: Error): Registry {
  const refusal = refusalFromRedis(error) ?? error
  if (!(refusal instanceof errors.REDIS_UNAVAILABLE || refusal instanceof errors.LAYOUT_NEWER)) throw error
  return new Registry()
}

function gauge (registry: Registry, name: string, help: string, value: () => number): void {
  const made: Gauge = new Gauge({ name, help, registers: [registry], collect: (): void => made.set(value()) })
}

// One that is counted elsewhere.
function counter (registry: Registry, name: string, help: string, value: () => number): void {
  const made: Counter = new Counter({ name, help, registers: [registry], collect: (): void => { made.reset(); made.inc(value()) } })
}
