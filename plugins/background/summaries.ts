import fp from 'fastify-plugin'
import { Summaries } from '../../operations/queue/summary.ts'

declare module 'fastify' {
  interface FastifyInstance { summaries: Summaries }
}

/** `app.summaries`: the summary of all queues, shared by all that read it. */
export default fp(async app => {
  app.decorate('summaries', new Summaries(app.redis))
}, { name: 'summaries', dependencies: ['redis'] })
