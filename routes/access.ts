import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { GetAccess, roles } from '../schemas/access.ts'

const routes: FastifyPluginAsyncTypebox = async app => {
  const { PRESQUE_NAME: name, PRESQUE_COLOUR: colour } = app.config
  const place = { colour: colour === '' ? null : colour, environment: name || null }
  app.get('/access', { schema: GetAccess, config: { role: 'any' } }, async ({ holder }) => {
    if (holder === null) return { name: null, roles: [...roles], queues: ['*'], ...place }
    const { name, roles: given, queues } = holder.token
    return { name, roles: given, queues, ...place }
  })
}

export default routes
