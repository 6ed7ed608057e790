import fastifyRedis from '@fastify/redis'
import fp from 'fastify-plugin'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { Replicas } from '../../operations/redis/replication.ts'
import { closeRedis, createRedis, redisReady } from '../../operations/redis/client.ts'
import { storeOf, type RedisClient } from '../../operations/redis/store.ts'

declare module '@fastify/redis' {
  interface FastifyRedisNamespacedInstance { }
}

/** `app.redis`: the one client of this server. The start fails when Redis does not answer. */
export default fp<{ patience?: number }>(async (app, { patience }) => {
  const clients = createClients(app, patience)
  const [redis] = clients
  // Each command reports its own failure; the event is for the log.
  for (const client of clients) client.on('error', error => app.log.debug(error, 'redis'))
  let closing = false
  app.addHook('onClose', async () => {
    closing = true
    await Promise.all(clients.map(closeRedis))
  })
  // Fails before Fastify's own limit for a plugin, whose error does not name the reason.
  const limit = (app.initialConfig.pluginTimeout ?? 0) * 0.8 || 8000
  await Promise.all(clients.map(async client => await redisReady(client, limit)))
  logOutages(redis, app.log, () => closing)
  await app.register(fastifyRedis, { client: redis as RedisClient })
}, { name: 'redis', dependencies: ['config', 'metrics', 'private-redis'] })

// With PRESQUE_MIN_REPLICAS a second client waits for replicas, so that no command waits behind.
function createClients (app: FastifyInstance, patience?: number): [RedisClient, ...RedisClient[]] {
  const { PRESQUE_PREFIX: prefix, PRESQUE_MIN_REPLICAS: count } = app.config
  const redis = createRedis(app.redisUrl, prefix, patience)
  const store = storeOf(redis)
  store.meter = app.meter
  if (count === 0) return [redis]
  store.replicas = new Replicas(createRedis(app.redisUrl, prefix, patience), count, patience)
  return [redis, store.replicas.client]
}

// One line for each outage: a failed attempt to reconnect is a 'close', too.
function logOutages (redis: RedisClient, log: FastifyBaseLogger, isClosing: () => boolean): void {
  let away = false
  redis.on('close', () => {
    if (!away && !isClosing()) log.warn('redis is away')
    away = true
  })
  redis.on('ready', () => {
    if (away) log.info('redis is back')
    away = false
  })
}
