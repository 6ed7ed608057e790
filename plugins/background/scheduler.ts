import fp from 'fastify-plugin'
import { Scheduler } from '../../operations/schedule/scheduler.ts'

declare module 'fastify' {
  interface FastifyInstance { scheduler: Scheduler }
}

/** `app.scheduler`: fires the schedules while the server listens. */
export default fp(async app => {
  const scheduler = new Scheduler(app.redis, error => {
    // An error with a status, such as that of an outage of Redis, is reported elsewhere.
    const level = (error as { statusCode?: number }).statusCode === undefined ? 'error' : 'debug'
    app.log[level](error, 'a schedule was not fired; it is tried again')
  })
  app.decorate('scheduler', scheduler)
  app.addHook('onListen', async () => scheduler.start())
  app.addHook('preClose', async () => await scheduler.close())
}, { name: 'scheduler', dependencies: ['redis'] })
