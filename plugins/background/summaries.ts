import fp from 'fastify-plugin'
import { Summaries } from '../../operations/queue/summary.ts'

declare module 'fastify' {
  interface FastifyInstance { summaries: Summaries }
}

/** `app.summaries`: how all queues stand, and who wants to hear of it. */
export default fp(async app => {
  app.decorate('summaries', new Summaries(app.redis))
}, { name: 'summaries', dependencies: ['redis'] })
