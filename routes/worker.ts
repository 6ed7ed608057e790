import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { GetQueueWorkers, GetWorkers, Register, Unregister, type QueueWorkers, type Worker } from '../schemas/worker.ts'
import { errors } from '../operations/errors.ts'
import { queueStatus } from '../operations/queue.ts'
import { register, unregister, worker, workers, workersOf, type Worker as Described } from '../operations/worker.ts'
import type { RedisClient } from '../operations/redis.ts'

const routes: FastifyPluginAsyncTypebox = async app => {
  app.post('/w/:queue', { schema: Register, config: { role: 'consume' } }, async (request, reply) => {
    await register(app.redis, request.params.queue, idIn(request))
    return reply.code(201).send()
  })

  app.delete('/w/:queue', { schema: Unregister, config: { role: 'consume' } }, async (request, reply) => {
    await unregister(app.redis, request.params.queue, idIn(request))
    return reply.code(204).send()
  })

  app.get('/w/:queue', { schema: GetQueueWorkers, config: { role: 'read' } }, ({ params }) => byQueue(app.redis, params.queue))

  app.get('/w', { schema: GetWorkers, config: { role: 'read' } }, async request => {
    const { worker_id: id, queue_name: queue } = request.query
    if (id !== undefined && queue !== undefined) throw new errors.INVALID('give worker_id or queue_name, not both')
    if (queue !== undefined) return await byQueue(app.redis, queue)
    const found = (id === undefined ? await workers(app.redis) : [await worker(app.redis, id)]).flatMap(one => seen(request, one))
    if (id === undefined) return found.map(shown)
    if (found.length === 0) throw new errors.NO_SUCH_WORKER(id)
    return shown(found[0]!)
  })

  app.route({
    url: '/w',
    method: ['POST', 'DELETE'],
    schema: { hide: true },
    handler: () => { throw new errors.QUEUE_NAME_MISSING() }
  })
}

interface Naming {
  query: { worker_id?: string }
  headers: { 'x-presque-workerid'?: string }
  body: { worker_id?: string } | null
}

function idIn ({ query, headers, body }: Naming): string {
  const id = query.worker_id ?? headers['x-presque-workerid'] ?? body?.worker_id
  if (id === undefined) throw new errors.WORKER_ID_MISSING()
  return id
}

// What a token may know of a worker: nothing, if it is for none of its queues.
function seen (request: FastifyRequest, worker: Described | null): Described[] {
  if (worker === null || request.holder === null) return worker === null ? [] : [worker]
  const queues = worker.queues.filter(name => request.sees(name))
  const held = worker.working_on.filter(({ queue }) => request.sees(queue))
  return queues.length === 0 ? [] : [{ ...worker, queues, working_on: held }]
}

function shown (described: Described): Worker {
  return { ...described, processed: String(described.processed), failed: String(described.failed) }
}

async function byQueue (redis: RedisClient, queue: string): Promise<QueueWorkers> {
  const [list, { processed, failed }] = await Promise.all([workersOf(redis, queue), queueStatus(redis, queue)])
  return { queue_name: queue, workers_list: list, processed: String(processed), failed: String(failed) }
}

export default routes
