import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { noBatch, PushBatch, TakeBatch, TakeBatchByPost } from '../schemas/batch.ts'
import { errors } from '../operations/errors.ts'
import { push } from '../operations/job/push.ts'
import { takeNext } from '../operations/wait/take-next.ts'
import { elementTexts } from '../operations/json-text.ts'
import { parseTrace } from '../operations/trace.ts'
import { leasedText, type Delivery } from '../operations/job/delivery.ts'

type App = Parameters<FastifyPluginAsyncTypebox>[0]

const routes: FastifyPluginAsyncTypebox = async app => {
  pushRoute(app)
  takeRoutes(app)
  wrongMethods(app)
  app.refuseWithoutName('/qb')
}

function pushRoute (app: App): void {
  app.post(
    '/qb/:queue',
    { schema: PushBatch, config: { role: 'produce', makesQueue: true, jsonOnly: true } },
    async (request, reply) => {
      const { delayed: text = null } = request.body
      const query = { ...(text !== null && { delayed: Number(text) }), ...request.query }
      if (query.delay !== undefined && query.delayed !== undefined) throw new errors.DELAY_TWICE()
      const trace = parseTrace(request.headers)
      const jobs = elementTexts(request.text, 'jobs').map(payload => ({ payload, ...query, trace }))
      const depends = query.depends?.split(',').length ?? 0
      if (jobs.length * depends > 10_000) throw new errors.DEPENDS_TOO_MANY()
      if (jobs.length > 0) await push(app.redis, request.params.queue, jobs)
      return reply.code(201).send()
    }
  )
}

const byGet = {
  method: 'GET',
  url: '/qb/:queue',
  schema: TakeBatch,
  exposeHeadRoute: false
} as const
const byPost = { method: 'POST', url: '/qb/:queue/take', schema: TakeBatchByPost } as const

function takeRoutes (app: App): void {
  for (const way of [byGet, byPost]) {
    app.route({
      ...way,
      config: { role: 'consume', takes: true },
      handler: async (request, reply) => {
        const { worker_id: id, lease, wait, batch_size: count } = request.query
        const worker = id ?? request.headers['x-presque-workerid']
        const options = { count, worker, lease: lease === '' ? 0 : lease }
        const jobs = await takeNext(
          app.redis,
          app.longPoll,
          [request.params.queue],
          options,
          wait ? reply.deadline(wait) : undefined
        )
        if (jobs.length === 0) throw new errors.NO_JOB()
        const text = lease === undefined ? strings(jobs) : leasedText(jobs)
        return reply.deliverAll(jobs, text, worker)
      }
    })
  }
}

function wrongMethods (app: App): void {
  for (const method of ['PUT', 'DELETE']) {
    app.route({
      url: '/qb/:queue',
      method,
      schema: noBatch(method),
      config: { role: 'any' },
      handler: () => {
        throw new errors.BATCH_METHOD(method)
      }
    })
  }
}

// As in 2010: each payload as a string.
function strings (jobs: Delivery[]): string {
  return JSON.stringify(jobs.map(job => job.payload))
}

export default routes
