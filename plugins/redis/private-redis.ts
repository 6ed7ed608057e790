import fp from 'fastify-plugin'
import { startPrivateRedis } from '../../operations/redis-server/supervisor.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** REDIS_URL, or the socket of the private Redis. */
    redisUrl: string
  }
}

/** `app.redisUrl`: where Redis is. Runs a private one in PRESQUE_DATA when REDIS_URL names none. */
export default fp(async app => {
  const { REDIS_URL, PRESQUE_DATA } = app.config
  if (REDIS_URL !== '') {
    app.decorate('redisUrl', REDIS_URL)
    return
  }
  const { socket, stop } = await startPrivateRedis(PRESQUE_DATA, {
    log: sentence => app.log.info(sentence),
    // Nobody awaits this, and without Redis there is nothing to serve: the process ends, and says why.
    lost: error => { setImmediate(() => { throw error }) }
  })
  app.decorate('redisUrl', `unix://${socket}`)
  app.addHook('onClose', stop)
}, { name: 'private-redis', dependencies: ['config'] })
