import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { GetSummary } from '../schemas/summary.ts'
import type { Changes, QueueSummary, Summaries, Summary } from '../operations/summary.ts'

type Sees = (one: Pick<QueueSummary, 'queue'>) => boolean

const routes: FastifyPluginAsyncTypebox = async app => {
  const open = new Set<Readable>()
  app.addHook('preClose', async () => open.forEach(events => events.push(null)))

  app.get('/summary', { schema: GetSummary, config: { role: 'read' } }, async (request, reply) => {
    const { search, offset, limit } = request.query
    const sees: Sees = ({ queue }) => queue.includes(search) && request.sees(queue)
    const summary = await app.summaries.latest()
    if (/\btext\/event-stream\b/.test(request.headers.accept ?? '')) {
      const events = live(app.summaries, summary, sees)
      open.add(events)
      events.once('close', () => open.delete(events))
      events.once('close', request.whenWithdrawn(() => {
        events.push(event('withdrawn', { reason: 'the token has changed: ask anew' }))
        events.push(null)
      }))
      return reply.type('text/event-stream').header('x-accel-buffering', 'no').send(events as never)
    }
    const found = summary.queues.filter(sees)
    return { time: summary.time, size: found.length, queues: found.slice(offset, offset + limit) }
  })
}

// Whoever reads slower than things change gets no queue of changes, but all there is once there is room.
const mostUnread = 2 ** 20

function live (summaries: Summaries, summary: Summary, sees: Sees): Readable {
  const events = new Readable({ read () {} })
  let behind = false
  const stop = summaries.listen((changes, latest) => {
    if (events.readableLength > mostUnread) behind = true
    else if (latest === null) events.push(event('away', {}))
    else {
      events.push(behind ? whole(latest, sees) : news(changes!, sees))
      behind = false
    }
  }, summary)
  events.once('close', stop)
  events.push(whole(summary, sees))
  return events
}

function whole ({ time, queues }: Summary, sees: Sees): string {
  return event('summary', { time, queues: queues.filter(sees) })
}

function news ({ time, changed, gone }: Changes, sees: Sees): string {
  return event('changes', { time, queues: changed.filter(sees), gone: gone.filter(queue => sees({ queue })) })
}

function event (name: string, data: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}

export default routes
