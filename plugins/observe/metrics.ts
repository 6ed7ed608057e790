import fp from 'fastify-plugin'
import { AggregatorRegistry, collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import type { FastifyInstance, onResponseHookHandler } from 'fastify'
import type { Row } from '../../operations/metric/histogram.ts'
import { Meter, type Figures, type Siblings } from '../../operations/metric/process-metrics.ts'
import { queueMetrics } from '../../operations/metric/queue-metrics.ts'
import { errors } from '../../operations/errors.ts'
import { errorFromRedis } from '../../operations/redis-error.ts'
import type { Safety } from '../../operations/redis/health.ts'
import { storeOf } from '../../operations/redis/store.ts'

declare module 'fastify' {
  interface FastifyInstance {
    meter: Meter
    /** Counts answers under the form of a path. Every route declared from here on has it. */
    countAnswers (url: string): onResponseHookHandler
    /**
     * The metrics of all processes that share the port, and those of the queues in Redis, in the
     * format of Prometheus.
     */
    metrics (): Promise<string>
  }
}

// A client that tries other methods adds no series for each of them.
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']

// Process-wide: memory, event loop and garbage collection, however many servers a test starts.
let processRegistry: Registry | undefined

/**
 * `app.meter`, with which operations count, and `app.metrics()`, which reads it. It stands before
 * all plugins with routes, and asks the plugins after it only when metrics are read.
 */
export default fp<{ siblings?: Siblings }>(async (app, { siblings }) => {
  const meter = new Meter()
  app.decorate('meter', meter)
  app.decorate('countAnswers', url => answerCounter(meter, url))
  // A hook of each route, for `request.routeOptions` makes an object of a dozen properties.
  app.addHook('onRoute', route => {
    route.onResponse = [route.onResponse ?? [], app.countAnswers(route.url)].flat()
  })
  addServerMetrics(app, meter.registry)
  app.addHook('onListen', async () => {
    processRegistry ??= defaultMetrics()
  })
  const figures = async (): Promise<Figures> => await readFigures(meter.registry)
  siblings?.join(figures)
  app.decorate('metrics', async () => {
    const queues = await queueRegistry(app)
    const all = await siblings?.all() ?? [await figures()]
    return `${await AggregatorRegistry.aggregate(all).metrics()}\n${await queues.metrics()}`
  })
}, { name: 'metrics' })

function answerCounter (meter: Meter, url: string): onResponseHookHandler {
  const rows = new Map<string, Row[]>()
  function rowsOf (method: string): Row[] {
    const label = methods.includes(method) && url !== '(none)' ? method : '(other)'
    const known = rows.get(label) ?? meter.answers(label, url)
    rows.set(label, known)
    return known
  }
  return ({ method }, reply, done) => {
    const row = rows.get(method) ?? rowsOf(method)
    meter.answered(row[Math.floor(reply.statusCode / 100)]!, reply.elapsedTime)
    done()
  }
}

function addServerMetrics (app: FastifyInstance, registry: Registry): void {
  gauge(
    registry, 'presque_waiting_requests',
    'Requests that wait for a job; one that waits on three queues counts as three',
    () => app.longPoll.parked
  )
  gauge(
    registry, 'presque_event_streams',
    'Open streams: /events, /summary, and jobs as a stream',
    () => app.eventStreams()
  )
  counter(
    registry, 'presque_event_streams_dropped_total',
    'Subscriptions that were too slow and have been dropped',
    () => app.eventHub.dropped
  )
  counter(
    registry, 'presque_redis_refused_total',
    'Requests refused because too much was under way to Redis',
    () => storeOf(app.redis).load.refused
  )
}

function defaultMetrics (): Registry {
  const register = new Registry()
  collectDefaultMetrics({ register })
  return register
}

async function readFigures (registry: Registry): Promise<Figures> {
  const own = await registry.getMetricsAsJSON()
  return [...own, ...await processRegistry?.getMetricsAsJSON() ?? []]
}

/** The metrics that every server reads from Redis alike; without Redis, only that it is away. */
async function queueRegistry (app: FastifyInstance): Promise<Registry> {
  const registry = await app.summaries.recent()
    .then(async summary => await queueMetrics(app.redis, summary))
    .catch(emptyIfAway)
  const isUp = storeOf(app.redis).incompatible !== undefined ||
    registry.getMetricsAsArray().length > 0
  gauge(
    registry, 'presque_redis_up',
    '1 while Redis answers; without Redis nothing is known of the queues',
    () => isUp ? 1 : 0
  )
  gauge(
    registry, 'presque_layout',
    'The layout of the data in Redis that servers write',
    () => app.layout.version
  )
  gauge(
    registry, 'presque_layout_migrated',
    'The layout that all queues have; lower while one is migrating',
    () => app.layout.migrated
  )
  addSafety(registry, app.redisSafety())
  return registry
}

function addSafety (registry: Registry, safety: Safety | undefined): void {
  if (safety === undefined) return
  gauge(
    registry, 'presque_redis_evicts',
    '1 while Redis may drop jobs when its memory is full',
    () => safety.evicts === null ? 0 : 1
  )
  gauge(
    registry, 'presque_redis_append_only',
    '1 while Redis writes an append-only file',
    () => safety.appendOnly ? 1 : 0
  )
}

function emptyIfAway (error: Error): Registry {
  const known = errorFromRedis(error) ?? error
  const isAway = known instanceof errors.REDIS_UNAVAILABLE
  if (!isAway && !(known instanceof errors.LAYOUT_NEWER)) throw error
  return new Registry()
}

function gauge (registry: Registry, name: string, help: string, value: () => number): void {
  const collect = (): void => made.set(value())
  const made: Gauge = new Gauge({ name, help, registers: [registry], collect })
}

// Its value is counted elsewhere, and only read here.
function counter (registry: Registry, name: string, help: string, value: () => number): void {
  const collect = (): void => {
    made.reset()
    made.inc(value())
  }
  const made: Counter = new Counter({ name, help, registers: [registry], collect })
}
