import fastifyRedis from '@fastify/redis'
import fp from 'fastify-plugin'
import { Replicas } from '../../operations/redis/replication.ts'
import { closeRedis, createRedis, redisReady } from '../../operations/redis/client.ts'
import { storeOf, type RedisClient } from '../../operations/redis/store.ts'

declare module '@fastify/redis' {
  interface FastifyRedisNamespacedInstance { }
}

/** `app.redis`: the one client of this server. Stops the start when Redis does not answer. */
export default fp<{ patience?: number }>(async (app, { patience }) => {
  const redis = createRedis(app.redisUrl, app.config.PRESQUE_PREFIX, patience)
  const clients = [redis]
  if (app.config.PRESQUE_MIN_REPLICAS > 0) {
    const client = createRedis(app.redisUrl, app.config.PRESQUE_PREFIX, patience)
    storeOf(redis).replicas = new Replicas(client, app.config.PRESQUE_MIN_REPLICAS, patience)
    clients.push(client)
  }
  let away = false
  // Every command reports its own failure; this is for the log.
  for (const client of clients) client.on('error', error => app.log.debug(error, 'redis'))
  app.addHook('onClose', async () => {
    away = true
    await Promise.all(clients.map(closeRedis))
  })
  // Sooner than Fastify's own limit for a plugin, which would not say what is missing.
  const limit = (app.initialConfig.pluginTimeout ?? 0) * 0.8 || 8000
  await Promise.all(clients.map(async client => await redisReady(client, limit)))
  // Once each time Redis goes and comes: a failed attempt to reconnect is a 'close', too.
  redis.on('close', () => {
    if (!away) app.log.warn('redis is away')
    away = true
  })
  redis.on('ready', () => {
    if (away) app.log.info('redis is back')
    away = false
  })
  await app.register(fastifyRedis, { client: redis as RedisClient })
}, { name: 'redis', dependencies: ['config', 'private-redis'] })
