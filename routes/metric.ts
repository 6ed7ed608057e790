import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { GetMetrics } from '../schemas/metric.ts'

const routes: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/metrics',
    { schema: GetMetrics, config: { role: 'read', allQueues: true } },
    async (_request, reply) => {
      const text = await app.metrics()
      return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text)
    }
  )
}

export default routes
