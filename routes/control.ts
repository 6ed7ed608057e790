import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { GetControl, SetControl } from '../schemas/control.ts'
import { setPolicy } from '../operations/queue/policy.ts'
import { errors } from '../operations/errors.ts'
import { queueStatus } from '../operations/queue/queue.ts'

const routes: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/control/:queue',
    { schema: GetControl, config: { role: 'read' } },
    async ({ params: { queue } }) => {
      const { policy } = await queueStatus(app.redis, queue)
      return { queue, status: policy.stopped ? ('0' as const) : ('1' as const) }
    }
  )

  app.post(
    '/control/:queue',
    { schema: SetControl, config: { role: 'manage', makesQueue: true } },
    async request => {
      const { queue } = request.params
      const { action, status = action, ...change } = request.body
      if (change.for !== undefined && status !== 'stop') throw new errors.FOR_ALONE()
      request.changes = await setPolicy(app.redis, queue, { status, ...change })
      return { queue, response: 'updated' as const }
    }
  )

  app.refuseWithoutName('/control')
}

export default routes
