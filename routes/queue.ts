import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import { Purge, Push, Reinsert, Take, TakeByPost } from '../schemas/queue.ts'
import { Consumer } from '../operations/consume/consumer.ts'
import { errors } from '../operations/errors.ts'
import { pushFailed, pushOne, type NewJob, type Pushed } from '../operations/job/push.ts'
import type { SseStream } from '../operations/event/sse-stream.ts'
import type { TakeOptions } from '../operations/job/take.ts'
import { takeNext } from '../operations/wait/take-next.ts'
import { purge, queueStatus } from '../operations/queue/queue.ts'
import { pushAndWait } from '../operations/wait/result.ts'
import { parseTrace } from '../operations/trace.ts'

type App = Parameters<FastifyPluginAsyncTypebox>[0]

const routes: FastifyPluginAsyncTypebox = async app => {
  pushRoute(app)
  reinsertRoute(app)
  takeRoutes(app)
  purgeRoute(app)
  app.refuseWithoutName('/q')
}

function pushRoute (app: App): void {
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
      if (wait === undefined) {
        const pushed = await pushOne(app.redis, queue, job)
        setJobHeaders(reply, queue, pushed)
        void reply.code(pushed.duplicate ? 200 : 201).send()
        return
      }
      const deadline = reply.deadline(wait)
      const awaiting = await pushAndWait(app.redis, app.longPoll, queue, job, deadline)
      setJobHeaders(reply, queue, awaiting)
      const result = await awaiting.result()
      if (result === null || request.isWithdrawn()) void reply.code(202).send()
      else void reply.code(200).type('application/json').send(result)
    }
  )
}

function reinsertRoute (app: App): void {
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
      setJobHeaders(reply, queue, pushed)
      return reply.code(pushed.duplicate ? 200 : 201).send()
    }
  )
}

function setJobHeaders (reply: FastifyReply, queue: string, { id, duplicate }: Pushed): void {
  reply.headers({ location: `/j/${queue}/${id}`, 'x-presque-job': id })
  if (duplicate) reply.header('x-presque-duplicate', 'true')
}

const byGet = { method: 'GET', url: '/q/:queue', schema: Take, exposeHeadRoute: false } as const
const byPost = { method: 'POST', url: '/q/:queue/take', schema: TakeByPost } as const

function takeRoutes (app: App): void {
  for (const way of [byGet, byPost]) {
    app.route({
      ...way,
      config: { role: 'consume', takes: true },
      handler: async (request, reply) => {
        const { worker_id: id, lease, wait, credit } = request.query
        const worker = id ?? request.headers['x-presque-workerid']
        const queues = request.params.queue.split(',')
        const options = { worker, lease: lease === '' ? 0 : lease }
        if (request.headers.accept?.includes('text/event-stream')) {
          const stream = await consume(app, reply, { queues, options, credit, wait })
          return await reply.send(stream as never)
        }
        if (credit !== undefined) throw new errors.CREDIT_ALONE()
        const [job] = await takeNext(
          app.redis,
          app.longPoll,
          queues,
          options,
          wait ? reply.deadline(wait) : undefined
        )
        if (job === undefined) throw new errors.NO_JOB()
        return reply.deliver(job, worker)
      }
    })
  }
}

interface StreamOptions {
  queues: string[]
  options: TakeOptions
  credit: number | undefined
  wait: number | undefined
}

async function consume (
  app: App, reply: FastifyReply, { queues, options, credit = 1, wait }: StreamOptions
): Promise<SseStream> {
  const ms = wait === undefined ? undefined : reply.deadline(wait).ms
  const stream = reply.eventStream()
  const consumer = { queues: [...new Set(queues)], take: options, credit, ms }
  await new Consumer(app, stream, consumer).open()
  return stream
}

function purgeRoute (app: App): void {
  app.delete('/q/:queue', { schema: Purge, config: { role: 'manage' } }, async (request, reply) => {
    const { queue } = request.params
    const { counts, policy } = await queueStatus(app.redis, queue)
    await purge(app.redis, queue)
    const { waiting, delayed, blocked, active, failed, completed } = counts
    const count = waiting + delayed + blocked + active + failed + completed
    request.changes = { count, before: { counts, policy }, after: null }
    return reply.code(204).send()
  })
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
