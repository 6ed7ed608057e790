import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { GetSummary } from '../schemas/summary.ts'
import type { EventStream } from '../operations/event-stream.ts'
import type { Changes, QueueSummary, Summaries, Summary } from '../operations/summary.ts'

type Sees = (one: Pick<QueueSummary, 'queue'>) => boolean

const routes: FastifyPluginAsyncTypebox = async app => {
  app.get('/summary', { schema: GetSummary, config: { role: 'read' } }, async (request, reply) => {
    const { search, offset, limit } = request.query
    const sees: Sees = ({ queue }) => queue.includes(search) && request.sees(queue)
    const summary = await app.summaries.latest()
    if (/\btext\/event-stream\b/.test(request.headers.accept ?? '')) {
      const stream = reply.eventStream()
      tell(stream, app.summaries, summary, sees)
      return await reply.send(stream as never)
    }
    const found = summary.queues.filter(sees)
    return { time: summary.time, size: found.length, queues: found.slice(offset, offset + limit) }
  })
}

// A client that reads slower than things change gets no queue of changes, but all there is once
// there is room.
function tell (stream: EventStream, summaries: Summaries, summary: Summary, sees: Sees): void {
  let behind = false
  stream.write(whole(summary, sees))
  const stop = summaries.listen((changes, latest) => {
    if (stream.full) behind = true
    else if (latest === null) stream.write(event('away', {}))
    else {
      stream.write(behind ? whole(latest, sees) : news(changes!, sees))
      behind = false
    }
  }, summary)
  stream.once('close', stop)
  if (stream.destroyed) stop()
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
