import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { errors } from '../operations/errors.ts'
import {
  beginOperation, listOperations, queueOf, readOperation, setOperation,
  type ShownOperation, type Verb
} from '../operations/operation/operation.ts'
import { countMatching, previewOf } from '../operations/operation/preview.ts'
import {
  AbortOperation, BeginOperation, GetOperation, ListOperations, PauseOperation, ResumeOperation,
  UndoOperation
} from '../schemas/operation.ts'
import type { NewOperation } from '../schemas/new-operation.ts'

type App = Parameters<FastifyPluginAsyncTypebox>[0]

const routes: FastifyPluginAsyncTypebox = async app => {
  beginRoute(app)
  app.get(
    '/operations',
    { schema: ListOperations, config: { role: 'read' } },
    async request => {
      const sees = (queue: string) => request.sees(queue)
      return await listOperations(app.redis, { ...request.query, sees })
    }
  )
  getRoute(app)
  const config = { role: 'manage' } as const
  const id = '/operations/:operation'
  app.post(`${id}/pause`, { schema: PauseOperation, config }, setting(app, 'pause'))
  app.post(`${id}/resume`, { schema: ResumeOperation, config }, setting(app, 'resume'))
  app.post(`${id}/undo`, { schema: UndoOperation, config }, setting(app, 'undo'))
  app.delete(id, { schema: AbortOperation, config }, setting(app, 'abort'))
}

function beginRoute (app: App): void {
  app.post(
    '/operations',
    { schema: BeginOperation, config: { role: 'manage' } },
    async (request, reply) => {
      const { body, query: { dry } } = request
      const { queue, where } = body
      const unseen = [queue, body.to ?? queue].find(name => !request.sees(name))
      if (unseen !== undefined) throw new errors.QUEUE_FORBIDDEN(unseen)
      refuseContradictions(body)
      void reply.type('application/json')
      if (dry === '1') {
        const matched = await countMatching(app.redis, queue, where)
        const preview = await previewOf(app.redis, queue, where)
        request.changes = { queue, count: 0 }
        return reply.send(`{"matched":${matched},"preview":${preview}}` as never)
      }
      const begun = await beginOperation(app.redis, body, request.holder?.token.name ?? null)
      const { id, counts } = begun.operation
      const count = counts.matched ?? undefined
      request.changes = { queue, count, before: null, after: { id, ...body } }
      app.operator.look()
      return reply.code(201).send(text(begun) as never)
    }
  )
}

function getRoute (app: App): void {
  app.get(
    '/operations/:operation',
    { schema: GetOperation, config: { role: 'read' } },
    async (request, reply) => {
      const { operation: id } = request.params
      const queue = await seenQueue(app, request, id)
      const found = await readOperation(app.redis, queue, id)
      if (found === null) throw new errors.NO_SUCH_OPERATION()
      return reply.type('application/json').send(text(found) as never)
    }
  )
}

function setting (app: App, verb: Verb) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { operation: id } = request.params as { operation: string }
    const queue = await seenQueue(app, request, id)
    const before = await readOperation(app.redis, queue, id)
    const set = await setOperation(app.redis, queue, id, verb)
    request.changes = {
      queue,
      count: set.operation.counts.done,
      before: before && { state: before.operation.state },
      after: { state: set.operation.state }
    }
    if (verb === 'resume' || verb === 'undo') app.operator.look()
    return reply.type('application/json').send(text(set) as never)
  }
}

const retried = ['failed', 'retrying', 'delayed']
const statesOf = {
  retry: retried,
  move: [...retried, 'waiting'],
  delete: [...retried, 'waiting', 'blocked', 'completed']
}

function refuseContradictions (body: NewOperation): void {
  const { queue, where: { state, error, since, until }, do: what, to, canary } = body
  if (error !== undefined && state !== 'failed' && state !== 'retrying') {
    throw new errors.ERROR_STATE_INVALID()
  }
  if (since !== undefined && until !== undefined && since >= until) {
    throw new errors.PERIOD_INVALID()
  }
  if (!statesOf[what].includes(state)) throw new errors.STATE_INVALID(state)
  if (what !== 'retry' && canary !== undefined) throw new errors.CANARY_ALONE()
  if (what !== 'move' && to !== undefined) throw new errors.TO_ALONE()
  if (what === 'move' && to === undefined) throw new errors.TO_MISSING()
  if (to === queue) throw new errors.TO_SAME()
}

async function seenQueue (app: App, request: FastifyRequest, id: string): Promise<string> {
  const queue = await queueOf(app.redis, id)
  if (!request.sees(queue)) throw new errors.OPERATION_FORBIDDEN()
  return queue
}

// By hand: the payloads of the preview go out as they came in.
function text ({ operation, preview }: ShownOperation): string {
  return `${JSON.stringify(operation).slice(0, -'}'.length)},"preview":${preview}}`
}

export default routes
