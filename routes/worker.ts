import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import {
  GetQueueWorkers,
  GetWorkers,
  Register,
  SetQuiet,
  Unregister,
  UnsetQuiet,
  type QueueWorkers,
  type Worker
} from '../schemas/worker.ts'
import { errors } from '../operations/errors.ts'
import { queueStatus } from '../operations/queue/queue.ts'
import {
  parseAbout,
  idsOf,
  register,
  setQuiet,
  unregister,
  worker,
  workers,
  type Worker as Described
} from '../operations/worker/worker.ts'

type App = Parameters<FastifyPluginAsyncTypebox>[0]

const routes: FastifyPluginAsyncTypebox = async app => {
  registerRoutes(app)
  quietRoutes(app)
  queueWorkersRoute(app)
  workersRoute(app)
  app.refuseWithoutName('/w', ['POST', 'DELETE'])
}

function registerRoutes (app: App): void {
  app.post(
    '/w/:queue',
    { schema: Register, config: { role: 'consume' } },
    async (request, reply) => {
      await register(app.redis, request.params.queue, idIn(request), parseAbout(request.body ?? {}))
      return reply.code(201).send()
    }
  )

  app.delete(
    '/w/:queue',
    { schema: Unregister, config: { role: 'consume' } },
    async (request, reply) => {
      await unregister(app.redis, request.params.queue, idIn(request))
      return reply.code(204).send()
    }
  )
}

function quietRoutes (app: App): void {
  app.post(
    '/w/:queue/quiet',
    { schema: SetQuiet, config: { role: 'manage' } },
    async (request, reply) => {
      await setQuiet(app.redis, request.params.queue, idIn(request), true, queue =>
        request.sees(queue)
      )
      request.changes = { before: { quiet: false }, after: { quiet: true } }
      return reply.code(204).send()
    }
  )

  app.delete(
    '/w/:queue/quiet',
    { schema: UnsetQuiet, config: { role: 'manage' } },
    async (request, reply) => {
      await setQuiet(app.redis, request.params.queue, idIn(request), false, queue =>
        request.sees(queue)
      )
      request.changes = { before: { quiet: true }, after: { quiet: false } }
      return reply.code(204).send()
    }
  )
}

function queueWorkersRoute (app: App): void {
  app.get(
    '/w/:queue',
    { schema: GetQueueWorkers, config: { role: 'read' } },
    async ({ params, query }, reply) => {
      return await byQueue(app, reply, params.queue, query)
    }
  )
}

function workersRoute (app: App): void {
  app.get('/w', { schema: GetWorkers, config: { role: 'read' } }, async (request, reply) => {
    const { worker_id: id, queue_name: name, queue, ...page } = request.query
    if ([id, name, queue].filter(given => given !== undefined).length > 1) {
      throw new errors.INVALID('give worker_id or queue_name, not both')
    }
    if (name !== undefined) return await byQueue(app, reply, name, page)
    const sees = (queue: string): boolean => request.sees(queue)
    if (id === undefined) {
      const { workers: found, more } = await workers(app.redis, { ...page, queue, sees })
      const path = `/w?${queue === undefined ? '' : `queue=${queue}&`}`
      if (more) link(reply, path, page.limit, found.at(-1)!.worker_id)
      // By hand: to find out which of the forms it has, the serializer would check each worker.
      return reply.type('application/json').send(JSON.stringify(found.map(shown)) as never)
    }
    const found = await worker(app.redis, id, sees)
    if (found === null) throw new errors.NO_SUCH_WORKER(id)
    return shown(found)
  })
}

async function byQueue (
  app: App, reply: FastifyReply, queue: string, page: { after?: string; limit: number }
): Promise<QueueWorkers> {
  const [{ ids, more }, { processed, failed }] = await Promise.all([
    idsOf(app.redis, queue, page),
    queueStatus(app.redis, queue)
  ])
  if (more) link(reply, `/w/${queue}?`, page.limit, ids.at(-1)!)
  return {
    queue_name: queue,
    workers_list: ids,
    processed: String(processed),
    failed: String(failed)
  }
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

// RFC 8288: where the next page is. The body stays the array that clients of 2010 read.
function link (reply: FastifyReply, path: string, limit: number, last: string): void {
  void reply.header('link', `<${path}limit=${limit}&after=${encodeURIComponent(last)}>; rel="next"`)
}

function shown (described: Described): Worker {
  return { ...described, processed: String(described.processed), failed: String(described.failed) }
}

export default routes
