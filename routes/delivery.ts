import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Static } from '@sinclair/typebox'
import type { FastifyReply } from 'fastify'
import { Ack, Nack, Release, Touch } from '../schemas/delivery.ts'
import { AckBatch, NackBatch, ReleaseBatch, TouchBatch } from '../schemas/delivery-batch.ts'
import { ackOne, settle, type SettledOutcome, type Settlement } from '../operations/job/ack.ts'
import { leasedText } from '../operations/job/delivery.ts'
import { nack, type NackOutcome } from '../operations/job/nack.ts'
import { release, releaseMany, type ReleaseOptions } from '../operations/job/release.ts'
import { touchAs } from '../operations/job/touch.ts'
import { errors, type ErrorCode } from '../operations/errors.ts'
import {
  ackAndTakeNext, settleAndTakeNext, type SettledNext
} from '../operations/wait/take-next.ts'
import { elementTexts, memberText } from '../operations/json-text.ts'
import { noteWorker } from '../operations/worker/worker.ts'

type App = Parameters<FastifyPluginAsyncTypebox>[0]

const routes: FastifyPluginAsyncTypebox = async app => {
  ackRoute(app)
  nackRoute(app)
  releaseRoute(app)
  touchRoute(app)
  ackBatchRoute(app)
  nackBatchRoute(app)
  releaseBatchRoute(app)
  touchBatchRoute(app)
}

function ackRoute (app: App): void {
  app.post(
    '/j/:queue/:id/ack',
    { schema: Ack, config: { role: 'consume' } },
    async (request, reply) => {
      const {
        params: { queue, id },
        query: { receipt, next, lease, wait }
      } = request
      const done = { id, receipt, result: request.text }
      const worker = workerIn(request)
      // Also where it does not wait: a wait that is too long is refused before anything is done.
      const deadline = wait ? reply.deadline(wait) : undefined
      if (next !== '1') {
        noteWorker(app.redis, queue, worker)
        const refused = await ackOne(app.redis, queue, done)
        if (refused !== null) throw new errors[refused]()
        void reply.code(204).send()
        return
      }
      const options = { worker, lease: lease === '' ? 0 : lease }
      const [job] = await ackAndTakeNext(app.redis, app.longPoll, queue, done, options, deadline)
      if (job === undefined) throw new errors.NO_JOB()
      return reply.deliver(job, worker)
    }
  )
}

function nackRoute (app: App): void {
  app.post('/j/:queue/:id/nack', { schema: Nack, config: { role: 'consume' } }, async request => {
    const {
      params: { queue, id },
      query: { receipt },
      body,
      text
    } = request
    noteWorker(app.redis, queue, workerIn(request))
    const failure = {
      delay: body?.delay,
      retry: body?.retry,
      error: body?.error && memberText(text, 'error')
    }
    const [outcome] = await nack(app.redis, queue, [{ id, receipt, ...failure }])
    return unlessRefused(outcome!)
  })
}

function releaseRoute (app: App): void {
  app.post(
    '/j/:queue/:id/release',
    { schema: Release, config: { role: 'consume' } },
    async (request, reply) => {
      const {
        params: { queue, id },
        query: { receipt, ...query }
      } = request
      const where = whereTo(query)
      noteWorker(app.redis, queue, workerIn(request))
      const isBack = await release(app.redis, queue, { id, receipt }, where)
      return isBack ? reply.code(204).send() : duplicate
    }
  )
}

const duplicate = { state: 'failed', duplicate: true } as const

function whereTo ({ delay, front }: { delay?: number, front?: '0' | '1' }): ReleaseOptions {
  if (front === '1' && delay) throw new errors.FRONT_DELAYED()
  return { delay, front: front === '1' }
}

function touchRoute (app: App): void {
  app.post(
    '/j/:queue/:id/touch',
    { schema: Touch, config: { role: 'consume' } },
    async (request, reply) => {
      const {
        params: { queue, id },
        query: { receipt },
        body,
        text
      } = request
      const progress = body?.progress === undefined ? undefined : memberText(text, 'progress')
      const {
        outcomes: [expires],
        quiet
      } = await touchAs(app.redis, queue, [{ id, receipt, lease: body?.lease, progress }], {
        worker: workerIn(request)
      })
      if (quiet) reply.header('x-presque-quiet', '1')
      return { lease_expires: unlessRefused(expires!) }
    }
  )
}

function ackBatchRoute (app: App): void {
  app.post(
    '/qb/:queue/ack',
    { schema: AckBatch, config: { role: 'consume' } },
    async (request, reply) => {
      const {
        params: { queue },
        query: { next, lease, wait, batch_size: count },
        body: { jobs },
        text
      } = request
      const worker = workerIn(request)
      const all = settlements(jobs, text)
      const deadline = wait ? reply.deadline(wait) : undefined
      if (next !== '1') {
        noteWorker(app.redis, queue, worker)
        return sendText(reply, settledText(all, await settle(app.redis, queue, all)))
      }
      const options = { count, worker, lease: lease === undefined || lease === '' ? 0 : lease }
      const found = await settleAndTakeNext(app.redis, app.longPoll, queue, all, options, deadline)
      return sendSettled(reply, all, found, worker)
    }
  )
}

type Ended = Static<typeof AckBatch.body>['jobs'][number]

// The result and the error of a job are JSON text, byte for byte.
function settlements (jobs: Ended[], text: string): Settlement[] {
  const texts = elementTexts(text, 'jobs')
  return jobs.map(({ id, receipt, error, delay, retry }, i) => {
    const result = memberText(texts[i]!, 'result')
    const hasMore = delay !== undefined || retry !== undefined
    if (error === undefined ? hasMore : result !== undefined) throw new errors.OUTCOME_MIXED()
    if (error === undefined) return { id, receipt, result }
    return { id, receipt, failure: { error: memberText(texts[i]!, 'error'), delay, retry } }
  })
}

function settledText (all: Settlement[], outcomes: SettledOutcome[]): string {
  return JSON.stringify(all.map(({ id }, i) => answer(id, outcomes[i] ?? {})))
}

function sendSettled (
  reply: FastifyReply, all: Settlement[], { outcomes, jobs, quiet }: SettledNext, worker?: string
) {
  if (quiet) reply.header('x-presque-quiet', '1')
  const told = `{"outcomes":${settledText(all, outcomes)},"jobs":`
  if (jobs.length === 0) return sendText(reply, `${told}[]}`)
  return reply.deliverAll(jobs, `${told}${leasedText(jobs)}}`, worker, `${told}[]}`)
}

function sendText (reply: FastifyReply, text: string): FastifyReply {
  return reply.code(200).type('application/json').send(text as never)
}

function nackBatchRoute (app: App): void {
  app.post('/qb/:queue/nack', { schema: NackBatch, config: { role: 'consume' } }, async request => {
    const {
      params: { queue },
      body: { jobs },
      text
    } = request
    noteWorker(app.redis, queue, workerIn(request))
    const texts = elementTexts(text, 'jobs')
    const outcomes = await nack(
      app.redis,
      queue,
      jobs.map((job, i) => ({ ...job, error: memberText(texts[i]!, 'error') }))
    )
    return jobs.map(({ id }, i) => answer(id, outcomes[i]!))
  })
}

function releaseBatchRoute (app: App): void {
  app.post(
    '/qb/:queue/release',
    { schema: ReleaseBatch, config: { role: 'consume' } },
    async request => {
      const {
        params: { queue },
        query,
        body: { jobs }
      } = request
      const where = whereTo(query)
      noteWorker(app.redis, queue, workerIn(request))
      const outcomes = await releaseMany(app.redis, queue, jobs, where)
      return jobs.map(({ id }, i) => {
        const outcome = outcomes[i]!
        return answer(id, typeof outcome === 'string' ? outcome : outcome ? {} : duplicate)
      })
    }
  )
}

function touchBatchRoute (app: App): void {
  app.post(
    '/qb/:queue/touch',
    { schema: TouchBatch, config: { role: 'consume' } },
    async (request, reply) => {
      const {
        params: { queue },
        body: { jobs },
        text
      } = request
      const texts = elementTexts(text, 'jobs')
      const touches = jobs.map((job, i) => ({
        ...job,
        progress: memberText(texts[i]!, 'progress')
      }))
      const { outcomes, quiet } = await touchAs(app.redis, queue, touches, {
        worker: workerIn(request)
      })
      if (quiet) reply.header('x-presque-quiet', '1')
      return jobs.map(({ id }, i) => {
        const outcome = outcomes[i]!
        return answer(id, typeof outcome === 'number' ? { lease_expires: outcome } : outcome)
      })
    }
  )
}

interface Naming {
  query: { worker_id?: string }
  headers: { 'x-presque-workerid'?: string }
}

function workerIn ({ query, headers }: Naming): string | undefined {
  return query.worker_id ?? headers['x-presque-workerid']
}

function unlessRefused<Outcome extends NackOutcome | number> (
  outcome: Outcome | ErrorCode
): Outcome {
  if (typeof outcome === 'string') throw new errors[outcome]()
  return outcome
}

function answer (id: string, outcome: object | ErrorCode) {
  return typeof outcome === 'string'
    ? { id, error: new errors[outcome]().message }
    : { id, ok: true as const, ...outcome }
}

export default routes
