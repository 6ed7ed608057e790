import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { readAudit } from '../operations/access/audit.ts'
import { GetAudit } from '../schemas/audit.ts'

const routes: FastifyPluginAsyncTypebox = async app => {
  app.get('/audit', { schema: GetAudit, config: { role: 'manage' } }, async request => {
    const seesAll = request.holder?.seesAll ?? true
    const sees = (queue: string | null): boolean => {
      return queue === null ? seesAll : request.sees(queue)
    }
    return await readAudit(app.redis, { ...request.query, sees })
  })
}

export default routes
