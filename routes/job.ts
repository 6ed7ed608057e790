import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { CancelAll, RetryAll } from '../schemas/bulk.ts'
import { Cancel, GetJob, GetJobs, GetWhy, Retry } from '../schemas/job.ts'
import { job, jobByKey, jobs, why } from '../operations/job/job.ts'
import { errors } from '../operations/errors.ts'
import { excerpt, type Excerpt } from '../operations/job/excerpt.ts'
import { cancel, cancelAll, retry, retryAll } from '../operations/job/bulk.ts'
import { lastMinutes } from '../operations/queue/history.ts'
import { queueStatus } from '../operations/queue/queue.ts'
import { explain } from '../operations/job/why.ts'
import { jobAtEnd } from '../operations/wait/result.ts'

type App = Parameters<FastifyPluginAsyncTypebox>[0]

const routes: FastifyPluginAsyncTypebox = async app => {
  listRoute(app)
  cancelAllRoute(app)
  retryAllRoute(app)
  jobRoute(app)
  cancelRoute(app)
  whyRoute(app)
  retryRoute(app)
  app.refuseWithoutName('/j')
}

function listRoute (app: App): void {
  app.get(
    '/j/:queue',
    { schema: GetJobs, config: { role: 'read' } },
    async ({ params: { queue }, query }, reply) => {
      const { state, uniq, fields, payload_max: payloadMax, ...page } = query
      if (state !== undefined && uniq !== undefined) {
        throw new errors.INVALID('give state or uniq, not both')
      }
      const { counts, failed, processed } = await queueStatus(app.redis, queue)
      const numbers = JSON.stringify({
        queue_name: queue,
        job_count: counts.waiting,
        job_failed: failed,
        job_processed: processed
      })
      const found =
        state !== undefined
          ? await jobs(app.redis, queue, state, { ...page, payloadMax })
          : uniq !== undefined
            ? [await jobByKey(app.redis, queue, uniq)]
            : null
      const extent = { fields: namesIn(fields), payloadMax }
      const list = found?.flatMap(job => (job === null ? [] : [text(excerpt(job, extent))]))
      const listed = list === undefined ? '' : `,"jobs":[${list.join(',')}]`
      return reply.type('application/json').send(`${numbers.slice(0, -1)}${listed}}` as never)
    }
  )
}

function cancelAllRoute (app: App): void {
  app.delete(
    '/j/:queue',
    { schema: CancelAll, config: { role: 'manage' } },
    async request => {
      const { state, limit, error } = request.query
      assertGroupable(state, error)
      const count = await cancelAll(app.redis, request.params.queue, state, limit, { error })
      request.changes = { count }
      return { count }
    }
  )
}

function retryAllRoute (app: App): void {
  app.post(
    '/j/:queue/retry',
    { schema: RetryAll, config: { role: 'manage' } },
    async request => {
      const { params: { queue }, query: { state, limit, error } } = request
      assertGroupable(state, error)
      const { count, duplicates } = await retryAll(app.redis, queue, state, limit, { error })
      request.changes = { count }
      return duplicates > 0 ? { count, duplicates } : { count }
    }
  )
}

function assertGroupable (state: string, error: string | undefined): void {
  if (error === undefined || state === 'failed' || state === 'retrying') return
  throw new errors.ERROR_STATE_INVALID()
}

function jobRoute (app: App): void {
  app.get(
    '/j/:queue/:id',
    { schema: GetJob, config: { role: 'read' } },
    async ({ params: { queue, id }, query: { wait = 0, fields } }, reply) => {
      const found = await jobAtEnd(app.redis, app.longPoll, queue, id, reply.deadline(wait))
      if (found === null) throw new errors.NO_SUCH_JOB()
      return reply
        .type('application/json')
        .send(text(excerpt(found, { fields: namesIn(fields) })) as never)
    }
  )
}

function cancelRoute (app: App): void {
  app.delete(
    '/j/:queue/:id',
    { schema: Cancel, config: { role: 'manage' } },
    async (request, reply) => {
      const { queue, id } = request.params
      const before = await stateOf(app, queue, id)
      await cancel(app.redis, queue, id)
      request.changes = { count: 1, before, after: null }
      return reply.code(204).send()
    }
  )
}

// The longest window of the throughput, and one to count from.
const minutesForEta = 61

function whyRoute (app: App): void {
  app.get(
    '/j/:queue/:id/why',
    { schema: GetWhy, config: { role: 'read' } },
    async ({ params: { queue, id } }, reply) => {
      const [found, obstacles] = await why(app.redis, queue, id)
      const isWaiting = found.state === 'waiting'
      const minutes = isWaiting ? await lastMinutes(app.redis, queue, minutesForEta) : []
      const { last_error: error, ...reason } = explain(found, obstacles, minutes)
      return reply
        .type('application/json')
        .send(written(reason, error === undefined ? {} : { last_error: error }) as never)
    }
  )
}

function retryRoute (app: App): void {
  app.post(
    '/j/:queue/:id/retry',
    { schema: Retry, config: { role: 'manage' } },
    async (request, reply) => {
      const { queue, id } = request.params
      const before = await stateOf(app, queue, id)
      await retry(app.redis, queue, id)
      // The job runs, also if Redis is away by now.
      const after = await stateOf(app, queue, id).catch(() => null)
      request.changes = { count: 1, before, after }
      return reply.code(204).send()
    }
  )
}

// For the audit: as it stood when the call was looked at.
async function stateOf (app: App, queue: string, id: string): Promise<object | null> {
  const found = await job(app.redis, queue, id)
  return found === null ? null : { state: found.state, attempt: found.attempt }
}

function namesIn (fields: string | undefined): Set<string> | undefined {
  return fields === undefined ? undefined : new Set(fields.split(','))
}

function text ({ progress, last_error: error, result, payload, ...rest }: Excerpt): string {
  return written(
    { ...rest, keep: undefined, identity: undefined, proof: undefined },
    { progress, last_error: error, result, payload }
  )
}

// JSON that came in goes out by hand, as it came: it may be too deep to be written out again.
function written (facts: object, texts: Record<string, string | null | undefined>): string {
  const known = Object.entries(facts).filter(([, value]) => value !== undefined)
  const given = Object.entries(texts).filter(([, json]) => json !== undefined)
  const members = [...known.map(([name, value]) => [name, JSON.stringify(value)]), ...given]
  return `{${members.map(([name, json]) => `"${name}":${json}`).join(',')}}`
}

export default routes
