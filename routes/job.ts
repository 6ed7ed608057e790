import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Static } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import { CancelAll, RetryAll } from '../schemas/bulk.ts'
import { Cancel, GetJob, GetWhy, Retry, type ListedState } from '../schemas/job.ts'
import { GetJobs } from '../schemas/job-list.ts'
import type { Counts } from '../schemas/status.ts'
import { job, jobByKey, jobs, why, type Job } from '../operations/job/job.ts'
import { filterText, type JobFilter } from '../operations/job-filter.ts'
import { countJobs, scanJobs } from '../operations/list/scan.ts'
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

type ListQuery = Static<typeof GetJobs.querystring>

function listRoute (app: App): void {
  app.get(
    '/j/:queue',
    { schema: GetJobs, config: { role: 'read' } },
    async ({ params: { queue }, query }, reply) => {
      assertList(query)
      const { fields, payload_max: payloadMax } = query
      const { counts, failed, processed } = await queueStatus(app.redis, queue)
      const numbers = {
        queue_name: queue,
        job_count: counts.waiting,
        job_failed: failed,
        job_processed: processed
      }
      const { jobs: found, ...more } = await listed(app, queue, query, counts)
      const extent = { fields: namesIn(fields), payloadMax }
      const list = found?.map(job => text(excerpt(job, extent)))
      const texts = { jobs: list === undefined ? undefined : `[${list.join(',')}]` }
      return reply.type('application/json').send(written(numbers, texts, more) as never)
    }
  )
}

function isScan ({ after, ...query }: ListQuery): boolean {
  return after !== undefined || filterText(filterIn(query)) !== ''
}

function assertList (query: ListQuery): void {
  const { state, uniq, offset } = query
  if (state !== undefined && uniq !== undefined) {
    throw new errors.INVALID('give state or uniq, not both')
  }
  if (!isScan(query)) return
  if (state === undefined) throw new errors.FILTER_ALONE()
  if (offset !== 0) throw new errors.AFTER_OFFSET()
  assertFilter(state, query)
}

interface Listed { jobs?: Job[], next?: string | null, scanned?: number, total?: number }

async function listed (
  app: App, queue: string, query: ListQuery, counts: Counts
): Promise<Listed> {
  const { state, uniq, offset, limit, order, payload_max: payloadMax } = query
  if (state === undefined) {
    const job = uniq === undefined ? undefined : await jobByKey(app.redis, queue, uniq)
    return job === undefined ? {} : { jobs: job === null ? [] : [job] }
  }
  const page = { limit, order, payloadMax }
  if (!isScan(query)) return { jobs: await jobs(app.redis, queue, state, { ...page, offset }) }
  const scan = { ...page, state, after: query.after ?? '', filter: filterIn(query) }
  return { ...(await scanJobs(app.redis, queue, scan)), total: counts[state] }
}

function filterIn (query: JobFilter): JobFilter {
  const { error, worker, since, until, min_attempt: attempt, tag, text: part } = query
  return { error, worker, since, until, min_attempt: attempt, tag, text: part }
}

function assertFilter (state: string, { error, since, until }: JobFilter): void {
  if (error !== undefined && state !== 'failed' && state !== 'retrying') {
    throw new errors.ERROR_STATE_INVALID()
  }
  if (since !== undefined && until !== undefined && since >= until) {
    throw new errors.PERIOD_INVALID()
  }
}

function cancelAllRoute (app: App): void {
  app.delete(
    '/j/:queue',
    { schema: CancelAll, config: { role: 'manage' } },
    async request => {
      const { params: { queue }, query } = request
      const { state, limit } = query
      assertFilter(state, query)
      const filter = filterIn(query)
      if (query.dry === '1') return await counted(app, request, { state, limit, filter })
      const count = await cancelAll(app.redis, queue, state, limit, { filter })
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
      const { params: { queue }, query } = request
      const { state, limit } = query
      assertFilter(state, query)
      const filter = filterIn(query)
      if (query.dry === '1') return await counted(app, request, { state, limit, filter })
      const { count, duplicates } = await retryAll(app.redis, queue, state, limit, { filter })
      request.changes = { count }
      return duplicates > 0 ? { count, duplicates } : { count }
    }
  )
}

interface Many { state: ListedState, limit: number | undefined, filter: JobFilter }

async function counted (
  app: App, request: FastifyRequest, { state, limit = Infinity, filter }: Many
): Promise<{ count: number, dry: true }> {
  const { queue } = request.params as { queue: string }
  request.changes = { count: 0 }
  return { count: await countJobs(app.redis, queue, { state, limit, filter }), dry: true }
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
function written (
  facts: object, texts: Record<string, string | null | undefined>, behind: object = {}
): string {
  const json = (values: object): Array<[string, string]> => {
    const known = Object.entries(values).filter(([, value]) => value !== undefined)
    return known.map(([name, value]) => [name, JSON.stringify(value)])
  }
  const given = Object.entries(texts).filter(([, text]) => text !== undefined)
  const members = [...json(facts), ...given, ...json(behind)]
  return `{${members.map(([name, value]) => `"${name}":${value}`).join(',')}}`
}

export default routes
