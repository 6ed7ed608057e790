import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { GetEvents } from '../schemas/event.ts'

const routes: FastifyPluginAsyncTypebox = async app => {
  // No HEAD: it would subscribe without a client that reads.
  app.get(
    '/events',
    { schema: GetEvents, exposeHeadRoute: false, config: { role: 'read' } },
    async (request, reply) => {
      const {
        query: { queue, last_event_id: given, wait },
        headers
      } = request
      const ms = wait === undefined ? undefined : reply.deadline(wait).ms
      const stream = reply.eventStream()
      // The header is newer: a browser that comes back asks for the same URL again.
      const lastId = headers['last-event-id'] || given || undefined
      await app.eventHub.listen(stream, {
        queues: queue === undefined ? null : [...new Set(queue.split(','))],
        lastId,
        ms,
        allows: name => request.sees(name)
      })
      return reply.send(stream as never)
    }
  )
}

export default routes
