import fp from 'fastify-plugin'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { sizeOf, type Delivery } from '../../operations/job/delivery.ts'
import { restore } from '../../operations/job/put-back.ts'
import { errors } from '../../operations/errors.ts'
import type { Trace } from '../../operations/trace.ts'

declare module 'fastify' {
  interface FastifyReply {
    /**
     * Answers with a job: the payload as the body, all else in headers. A job whose answer does not
     * arrive is put back. A handler must return what this returns: it may have to wait for the
     * client.
     */
    deliver (job: Delivery, worker?: string): Promise<void> | undefined
    /**
     * The same for several jobs, as JSON text. `without`: the answer where no job may be delivered
     * any more, in place of NO_JOB.
     */
    deliverAll (
      jobs: Delivery[], body: string, worker?: string, without?: string
    ): Promise<void> | undefined
  }
}

/** `reply.deliver()`: the answer to a take. */
export default fp(async app => {
  app.decorateReply('deliver', function (this: FastifyReply, job, worker) {
    this.headers(job.lease === null ? headers(job) : leaseHeaders(job))
    if (job.trace !== undefined) this.headers(traceHeaders(job.trace))
    return this.deliverAll([job], job.payload, worker)
  })
  app.decorateReply('deliverAll', function (this: FastifyReply, jobs, body, worker, without) {
    return deliverAll(app, this, jobs, body, worker, without)
  })
}, { name: 'reply-job', dependencies: ['auth', 'half-closed', 'redis', 'put-back'] })

function deliverAll (
  app: FastifyInstance, reply: FastifyReply, jobs: Delivery[], body: string, worker?: string,
  without?: string
): Promise<void> | undefined {
  const size = jobs.reduce((sum, job) => sum + sizeOf(job), 0)
  const { queue } = jobs[0]!
  const undo = (ticket: string) => restore(app.redis, queue, jobs, { worker, ticket })
  // The token was removed after the take began: the jobs are put back, as if there had been none.
  const isWithdrawn = reply.request.isWithdrawn()
  if (isWithdrawn) app.putBack.add(undo, size, reply.request.id)
  else reply.whenUndelivered(undo, size)
  if (isWithdrawn && without === undefined) throw new errors.NO_JOB()
  const text = isWithdrawn ? without : body
  const probe = reply.stillThere()
  const send = (): void => {
    void reply.code(200).type('application/json').send(text)
  }
  if (probe !== undefined) return probe.then(send)
  send()
}

function headers ({ queue, id }: Delivery): Record<string, string> {
  return { 'x-presque-queue': queue, 'x-presque-job': id }
}

function leaseHeaders ({ queue, id, lease }: Delivery): Record<string, string | number> {
  const { receipt, attempt, expires } = lease!
  const path = `/j/${queue}/${id}`
  return {
    'x-presque-queue': queue,
    'x-presque-job': id,
    'x-presque-receipt': receipt,
    'x-presque-attempt': attempt,
    'x-presque-lease-expires': expires,
    link: `<${path}/ack?receipt=${receipt}>; rel="ack", ` +
      `<${path}/nack?receipt=${receipt}>; rel="nack", ` +
      `<${path}/touch?receipt=${receipt}>; rel="touch"`
  }
}

function traceHeaders ({ traceparent, tracestate }: Trace): Record<string, string> {
  return tracestate === '' ? { traceparent } : { traceparent, tracestate }
}
