import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { GetStatus, ListQueues } from '../schemas/status.ts'
import { jobs } from '../operations/document.ts'
import { queues, queueStatus } from '../operations/queue.ts'
import { workersOf } from '../operations/worker.ts'

const routes: FastifyPluginAsyncTypebox = async app => {
  app.get('/status', { schema: ListQueues, config: { role: 'read' } }, async request => {
    const names = (await queues(app.redis)).filter(name => request.sees(name))
    return { queues: names, size: names.length }
  })

  app.get('/status/:queue', { schema: GetStatus, config: { role: 'read' } }, async ({ params: { queue }, query: { with_desc: listed, ...page } }) => {
    const [{ counts, policy, oldestAge, processed, failed, lost, expired }, registered, waiting] = await Promise.all([
      queueStatus(app.redis, queue),
      workersOf(app.redis, queue),
      listed === '1' ? jobs(app.redis, queue, 'waiting', page) : undefined
    ])
    return {
      queue,
      size: counts.waiting,
      policy,
      counts,
      oldest_age: oldestAge,
      processed,
      failed,
      lost,
      expired,
      workers: registered,
      ...(waiting && { jobs: waiting.map(job => job.payload) })
    }
  })
}

export default routes
