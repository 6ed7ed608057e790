import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { GetHistory, GetLastHour } from '../schemas/history.ts'
import { history, lastHour } from '../operations/history.ts'
import { lately } from '../operations/lately.ts'

const routes: FastifyPluginAsyncTypebox = async app => {
  // It changes once a minute.
  const shared = lately(app.redis, 5000, () => lastHour(app.redis))

  app.get('/history', { schema: GetLastHour }, async () => ({ queues: await shared() }))

  app.get('/history/:queue', { schema: GetHistory }, async ({ params: { queue } }) => ({ queue, ...await history(app.redis, queue) }))
}

export default routes
