import fp from 'fastify-plugin'
import { Listeners } from '../../operations/event/event-hub.ts'

declare module 'fastify' {
  interface FastifyInstance { listeners: Listeners }
}

/** `app.listeners`: tells clients what happens in queues. */
export default fp(async app => {
  const listeners = new Listeners(app.redis)
  app.decorate('listeners', listeners)
  app.addHook('preClose', async () => listeners.close())
}, { name: 'listeners', dependencies: ['redis', 'event-stream'] })
