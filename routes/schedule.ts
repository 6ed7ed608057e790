import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { DeleteSchedule, GetSchedule, ListSchedules, SetSchedule } from '../schemas/schedule.ts'
import { errors } from '../operations/errors.ts'
import { memberText } from '../operations/json-text.ts'
import { lookAhead } from '../operations/schedule/ahead.ts'
import {
  clock,
  deleteSchedule,
  getSchedule,
  listSchedules,
  setSchedule,
  type QueueGuard,
  type Schedule
} from '../operations/schedule/schedule.ts'

type App = Parameters<FastifyPluginAsyncTypebox>[0]

const routes: FastifyPluginAsyncTypebox = async app => {
  listRoute(app)
  getRoute(app)
  setRoute(app)
  deleteRoute(app)
}

function listRoute (app: App): void {
  app.get(
    '/schedule',
    { schema: ListSchedules, config: { role: 'read' } },
    async (request, reply) => {
      const { schedules: page, size } = await listSchedules(
        app.redis,
        queue => request.sees(queue),
        request.query
      )
      const shown = await withTicks(app, page, request.query.ahead)
      return reply
        .type('application/json')
        .send(`{"schedules":[${shown.map(text).join(',')}],"size":${size}}` as never)
    }
  )
}

function getRoute (app: App): void {
  app.get(
    '/schedule/:name',
    { schema: GetSchedule, config: { role: 'read' } },
    async (request, reply) => {
      const document = await getSchedule(app.redis, request.params.name)
      if (document === null) throw new errors.NO_SUCH_SCHEDULE()
      guarding(request)(document.queue)
      const [shown] = await withTicks(app, [document], request.query.ahead)
      return reply.type('application/json').send(text(shown!) as never)
    }
  )
}

async function withTicks (app: App, all: Schedule[], hours: number): Promise<Schedule[]> {
  return hours === 0 ? all : await lookAhead(all, hours, await clock(app.redis))
}

function setRoute (app: App): void {
  app.put(
    '/schedule/:name',
    { schema: SetSchedule, config: { role: 'manage', makesQueue: true } },
    async (request, reply) => {
      const {
        params: { name },
        body
      } = request
      refuseContradictions(body)
      const { before, schedule } = await setSchedule(
        app.redis,
        name,
        { ...body, payload: memberText(request.text, 'payload')! },
        guarding(request)
      )
      request.changes = { before, after: ruleOf(schedule), queue: schedule.queue }
      // It is for Redis's clock to say when that is.
      app.scheduler.look(0)
      return reply
        .code(before === null ? 201 : 200)
        .type('application/json')
        .send(text(schedule) as never)
    }
  )
}

function deleteRoute (app: App): void {
  app.delete(
    '/schedule/:name',
    { schema: DeleteSchedule, config: { role: 'manage' } },
    async (request, reply) => {
      const before = await deleteSchedule(app.redis, request.params.name, guarding(request))
      request.changes = { before, after: null, queue: before.queue }
      return reply.code(204).send()
    }
  )
}

function guarding (request: FastifyRequest): QueueGuard {
  return queue => {
    if (!request.sees(queue)) throw new errors.SCHEDULE_FORBIDDEN()
  }
}

function refuseContradictions ({
  cron,
  every,
  tz
}: {
  cron?: string
  every?: number
  tz?: string
}): void {
  if (cron === undefined && every === undefined) throw new errors.SCHEDULE_TIME_MISSING()
  if (cron !== undefined && every !== undefined) throw new errors.SCHEDULE_TIME_TWICE()
  // UTC is what the document of such a schedule says, and so may come back.
  if (cron === undefined && tz !== undefined && tz !== 'UTC') throw new errors.TZ_ALONE()
}

// What a client sets; not what its ticks have come to, nor the payload, which may be large.
function ruleOf ({ queue, cron, every, tz, overlap, catchup }: Schedule): object {
  return { queue, cron, every, tz, overlap, catchup }
}

// By hand: the payload goes out as it came in.
function text ({ payload, ...rest }: Schedule): string {
  return `${JSON.stringify(rest).slice(0, -'}'.length)},"payload":${payload}}`
}

export default routes
