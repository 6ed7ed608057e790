import fp from 'fastify-plugin'
import { EventHub } from '../../operations/event/event-hub.ts'

declare module 'fastify' {
  interface FastifyInstance { eventHub: EventHub }
}

/** `app.eventHub`: tells subscriptions what happens in queues. */
export default fp(async app => {
  const hub = new EventHub(app.redis)
  app.decorate('eventHub', hub)
  app.addHook('preClose', async () => hub.close())
}, { name: 'event-hub', dependencies: ['redis', 'sse'] })
