import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { GetHistory, GetLastHour } from '../schemas/history.ts'
import { history, lastHour } from '../operations/history.ts'
import { lately } from '../operations/lately.ts'

const routes: FastifyPluginAsyncTypebox = async app => {
  // It changes once a minute.
  const shared = lately(app.redis, 5000, () => lastHour(app.redis))

  app.get('/history', { schema: GetLastHour, config: { role: 'read' } }, async request => {
    const { queues, rates } = await shared()
    return { queues: seen(request, queues), rates: seen(request, rates) }
  })

  app.get('/history/:queue', { schema: GetHistory, config: { role: 'read' } }, async ({ params: { queue } }) => ({ queue, ...await history(app.redis, queue) }))
}

function seen<Told> (request: FastifyRequest, all: Record<string, Told>): Record<string, Told> {
  return Object.fromEntries(Object.entries(all).filter(([queue]) => request.sees(queue)))
}

export default routes
