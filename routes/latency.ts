import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { latency } from '../operations/metric/latency.ts'
import { GetLatency } from '../schemas/latency.ts'

const routes: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/latency/:queue',
    { schema: GetLatency, config: { role: 'read' } },
    async ({ params: { queue }, query: { step } }) => {
      return { queue, ...(await latency(app.redis, queue, step)) }
    }
  )
}

export default routes
