import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Purge, Push, Reinsert, Take, TakeByPost } from '../schemas/queue.ts'
import { Consumer } from '../operations/consume/consumer.ts'
import { errors } from '../operations/errors.ts'
import { pushFailed, pushOne, type NewJob } from '../operations/job/push.ts'
import { takeNext } from '../operations/wait/take.ts'
import { purge } from '../operations/queue/queue.ts'
import { pushAndWait } from '../operations/wait/result.ts'
import { parseTrace } from '../operations/trace.ts'

const routes: FastifyPluginAsyncTypebox = async app => {
  app.post(
    '/q/:queue',
    { schema: Push, config: { role: 'produce', makesQueue: true, jsonOnly: true } },
    async (request, reply) => {
      const { wait, ...query } = request.query
      const job = {
        payload: request.text,
        ...query,
        idempotencyKey: request.headers['idempotency-key'],
        trace: parseTrace(request.headers)
      }
      refuseContradictions(job)
      const { queue } = request.params
      const awaiting =
        wait === undefined
          ? undefined
          : await pushAndWait(app.redis, app.longPoll, queue, job, reply.deadline(wait))
      const pushed = awaiting ?? (await pushOne(app.redis, queue, job))
      reply.headers({ location: `/j/${queue}/${pushed.id}`, 'x-presque-job': pushed.id })
      if (pushed.duplicate) reply.header('x-presque-duplicate', 'true')
      if (awaiting === undefined) {
        void reply.code(pushed.duplicate ? 200 : 201).send()
        return
      }
      const result = await awaiting.result()
      if (result === null || request.isWithdrawn()) void reply.code(202).send()
      else void reply.code(200).type('application/json').send(result)
    }
  )

  app.put(
    '/q/:queue',
    { schema: Reinsert, config: { role: 'produce', makesQueue: true, jsonOnly: true } },
    async (request, reply) => {
      const { worker_id: id, ...query } = request.query
      refuseContradictions(query)
      const worker = id ?? request.headers['x-presque-workerid']
      const { queue } = request.params
      const pushed = await pushFailed(
        app.redis,
        queue,
        { payload: request.text, ...query, trace: parseTrace(request.headers) },
        { worker }
      )
      reply.headers({ location: `/j/${queue}/${pushed.id}`, 'x-presque-job': pushed.id })
      if (pushed.duplicate) reply.header('x-presque-duplicate', 'true')
      return reply.code(pushed.duplicate ? 200 : 201).send()
    }
  )

  const byGet = { method: 'GET', url: '/q/:queue', schema: Take, exposeHeadRoute: false } as const
  const byPost = { method: 'POST', url: '/q/:queue/take', schema: TakeByPost } as const
  for (const way of [byGet, byPost]) {
    app.route({
      ...way,
      config: { role: 'consume', takes: true },
      handler: async (request, reply) => {
        const { worker_id: id, lease, wait, credit } = request.query
        const worker = id ?? request.headers['x-presque-workerid']
        const queues = request.params.queue.split(',')
        const wish = { worker, lease: lease === '' ? 0 : lease }
        if (request.headers.accept?.includes('text/event-stream')) {
          const ms = wait === undefined ? undefined : reply.deadline(wait).ms
          const stream = reply.eventStream()
          await new Consumer(app, stream, {
            queues: [...new Set(queues)],
            take: wish,
            credit: credit ?? 1,
            ms
          }).open()
          return await reply.send(stream as never)
        }
        if (credit !== undefined) throw new errors.CREDIT_ALONE()
        const [job] = await takeNext(
          app.redis,
          app.longPoll,
          queues,
          wish,
          wait ? reply.deadline(wait) : undefined
        )
        if (job === undefined) throw new errors.NO_JOB()
        return reply.deliver(job, worker)
      }
    })
  }

  app.delete('/q/:queue', { schema: Purge, config: { role: 'manage' } }, async (request, reply) => {
    await purge(app.redis, request.params.queue)
    return reply.code(204).send()
  })

  app.refuseWithoutName('/q')
}

function refuseContradictions ({
  delay,
  delayed,
  uniq,
  on_duplicate: onDuplicate
}: Omit<NewJob, 'payload'>): void {
  if (delay !== undefined && delayed !== undefined) throw new errors.DELAY_TWICE()
  if (onDuplicate !== undefined && uniq === undefined) throw new errors.ON_DUPLICATE_ALONE()
}

export default routes
