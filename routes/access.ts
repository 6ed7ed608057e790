import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { GetAccess, roles } from '../schemas/access.ts'

const routes: FastifyPluginAsyncTypebox = async app => {
  app.get('/access', { schema: GetAccess, config: { role: 'any' } }, async ({ holder }) => {
    if (holder === null) return { name: null, roles: [...roles], queues: ['*'] }
    return { name: holder.token.name, roles: holder.token.roles, queues: holder.token.queues }
  })
}

export default routes
