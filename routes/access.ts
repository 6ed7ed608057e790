import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { GetAccess, roles } from '../schemas/access.ts'

const routes: FastifyPluginAsyncTypebox = async app => {
  const environment = app.config.PRESQUE_NAME || null
  app.get('/access', { schema: GetAccess, config: { role: 'any' } }, async ({ holder }) => {
    if (holder === null) return { name: null, roles: [...roles], queues: ['*'], environment }
    const { name, roles: given, queues } = holder.token
    return { name, roles: given, queues, environment }
  })
}

export default routes
