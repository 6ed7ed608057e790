import fp from 'fastify-plugin'
import { startPrivateRedis } from '../../operations/redis-server/supervisor.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** REDIS_URL, or the socket of the private Redis. */
    redisUrl: string
  }
}

/** `app.redisUrl`. Without REDIS_URL, runs a private Redis in PRESQUE_DATA. */
export default fp(async app => {
  const { REDIS_URL, PRESQUE_DATA } = app.config
  if (REDIS_URL !== '') {
    app.decorate('redisUrl', REDIS_URL)
    return
  }
  const { socket, stop } = await startPrivateRedis(PRESQUE_DATA, {
    log: sentence => app.log.info(sentence),
    lost: endProcess
  })
  app.decorate('redisUrl', `unix://${socket}`)
  app.addHook('onClose', stop)
}, { name: 'private-redis', dependencies: ['config'] })

// No caller awaits the error, and without Redis there is nothing to serve: it ends the process.
function endProcess (error: Error): void {
  setImmediate(() => {
    throw error
  })
}
