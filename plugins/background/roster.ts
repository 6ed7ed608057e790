import fp from 'fastify-plugin'
import { QueueBound } from '../../operations/queue/queue-limit.ts'
import { Roster } from '../../operations/worker/roster.ts'
import type { RedisClient } from '../../operations/redis/client.ts'

/** The register of workers in the Redis client, for operations to note them in, and the bounds of this server. */
export default fp(async app => {
  const redis: RedisClient = app.redis
  redis.roster = new Roster(redis, app.config.PRESQUE_MAX_WORKERS)
  redis.queueBound = new QueueBound(redis, app.config.PRESQUE_MAX_QUEUES)
  redis.mostSchedules = app.config.PRESQUE_MAX_SCHEDULES
}, { name: 'roster', dependencies: ['config', 'redis'] })
