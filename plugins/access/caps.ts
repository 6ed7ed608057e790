import fp from 'fastify-plugin'
import { storeOf } from '../../operations/redis/store.ts'

/** How many queues, schedules and workers this server lets clients create. */
export default fp(async app => {
  Object.assign(storeOf(app.redis).caps, {
    queues: app.config.PRESQUE_MAX_QUEUES,
    schedules: app.config.PRESQUE_MAX_SCHEDULES,
    workers: app.config.PRESQUE_MAX_WORKERS
  })
}, { name: 'limits', dependencies: ['config', 'redis'] })
