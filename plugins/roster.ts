import fp from 'fastify-plugin'
import { Roster } from '../operations/roster.ts'
import type { RedisClient } from '../operations/redis.ts'

/** The register of workers in the Redis client, for operations to note them in, with the bound of this server. */
export default fp(async app => {
  const redis: RedisClient = app.redis
  redis.roster = new Roster(redis, app.config.PRESQUE_MAX_WORKERS)
}, { name: 'roster', dependencies: ['config', 'redis'] })
