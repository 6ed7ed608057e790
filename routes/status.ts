import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { GetStatus, GetStatusWhy, ListQueues } from '../schemas/status.ts'
import { jobs } from '../operations/job/job.ts'
import { shareCalls } from '../operations/queue/cached.ts'
import { filterInPieces } from '../operations/in-pieces.ts'
import { queues, queueStatus } from '../operations/queue/queue.ts'
import { whyQueue } from '../operations/queue/why.ts'
import { workersOf } from '../operations/worker/worker.ts'

type App = Parameters<FastifyPluginAsyncTypebox>[0]

const routes: FastifyPluginAsyncTypebox = async app => {
  listRoute(app)
  statusRoute(app)
  whyRoute(app)
}

function listRoute (app: App): void {
  const names = shareCalls(async () => await queues(app.redis))

  app.get('/status', { schema: ListQueues, config: { role: 'read' } }, async (request, reply) => {
    const all = await filterInPieces(await names(), name => request.sees(name))
    // By hand: nothing in a name has to be escaped, and there may be a hundred thousand.
    const list = all.length === 0 ? '' : `"${all.join('","')}"`
    return reply.type('application/json').send(`{"queues":[${list}],"size":${all.length}}` as never)
  })
}

function statusRoute (app: App): void {
  app.get(
    '/status/:queue',
    { schema: GetStatus, config: { role: 'read' } },
    async ({ params: { queue }, query: { with_desc: listed, ...page } }) => {
      const [status, registered, waiting] = await Promise.all([
        queueStatus(app.redis, queue),
        workersOf(app.redis, queue),
        listed === '1' ? jobs(app.redis, queue, 'waiting', page) : undefined
      ])
      return {
        queue,
        size: status.counts.waiting,
        policy: status.policy,
        counts: status.counts,
        oldest_age: status.oldestAge,
        processed: status.processed,
        failed: status.failed,
        lost: status.lost,
        expired: status.expired,
        discarded: status.discarded,
        workers: registered,
        ...(waiting && { jobs: waiting.map(job => job.payload) })
      }
    }
  )
}

function whyRoute (app: App): void {
  app.get(
    '/status/:queue/why',
    { schema: GetStatusWhy, config: { role: 'read' } },
    async ({ params: { queue } }) => ({ queue, ...(await whyQueue(app.redis, queue)) })
  )
}

export default routes
