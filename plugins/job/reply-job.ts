import fp from 'fastify-plugin'
import type { FastifyReply } from 'fastify'
import { sizeOf, type Delivery } from '../../operations/job/delivery.ts'
import { restore } from '../../operations/job/put-back.ts'
import { errors } from '../../operations/errors.ts'
import type { Trace } from '../../operations/trace.ts'

declare module 'fastify' {
  interface FastifyReply {
    /**
     * Answers with a job: the payload as the body, all else in headers. What does not arrive goes
     * back. A handler must return what this returns: it may have to wait for the client.
     */
    deliver (job: Delivery, worker?: string): Promise<void> | undefined
    /** The same for several, as JSON text. */
    deliverAll (jobs: Delivery[], body: string, worker?: string): Promise<void> | undefined
  }
}

/** `reply.deliver()`: how a job leaves presque. */
export default fp(async app => {
  app.decorateReply('deliver', function (this: FastifyReply, job, worker) {
    this.headers(job.lease === null ? { 'x-presque-queue': job.queue, 'x-presque-job': job.id } : leaseHeaders(job))
    if (job.trace !== undefined) this.headers(traceHeaders(job.trace))
    return this.deliverAll([job], job.payload, worker)
  })
  app.decorateReply('deliverAll', function (this: FastifyReply, jobs, body, worker) {
    const size = jobs.reduce((sum, job) => sum + sizeOf(job), 0)
    // Withdrawn while the jobs were on their way from Redis: they go back, as if there had been none.
    if (this.request.isWithdrawn()) {
      app.returns.add(ticket => restore(app.redis, jobs[0]!.queue, jobs, { worker, ticket }), size, this.request.id)
      throw new errors.NO_JOB()
    }
    this.whenUndelivered(ticket => restore(app.redis, jobs[0]!.queue, jobs, { worker, ticket }), size)
    const known = this.stillThere()
    const send = (): void => { void this.code(200).type('application/json').send(body) }
    if (known !== undefined) return known.then(send)
    send()
  })
}, { name: 'reply-job', dependencies: ['auth', 'half-closed', 'redis', 'put-back'] })

function leaseHeaders ({ queue, id, lease }: Delivery): Record<string, string | number> {
  const { receipt, attempt, expires } = lease!
  return {
    'x-presque-queue': queue,
    'x-presque-job': id,
    'x-presque-receipt': receipt,
    'x-presque-attempt': attempt,
    'x-presque-lease-expires': expires,
    link: `</j/${queue}/${id}/ack?receipt=${receipt}>; rel="ack", </j/${queue}/${id}/nack?receipt=${receipt}>; rel="nack", ` +
      `</j/${queue}/${id}/touch?receipt=${receipt}>; rel="touch"`
  }
}

function traceHeaders ({ traceparent, tracestate }: Trace): Record<string, string> {
  return tracestate === '' ? { traceparent } : { traceparent, tracestate }
}
