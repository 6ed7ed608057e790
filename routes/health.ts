import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { GetLive, GetReady } from '../schemas/health.ts'
import { tryWrite } from '../operations/redis/health.ts'

const routes: FastifyPluginAsyncTypebox = async app => {
  app.get('/health/live', { schema: GetLive, config: { role: 'open' } }, async () => ({
    status: 'live' as const
  }))

  app.get('/health/ready', { schema: GetReady, config: { role: 'open' } }, async () => {
    await tryWrite(app.redis)
    return { status: 'ready' as const }
  })
}

export default routes
