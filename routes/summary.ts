import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { GetSummary } from '../schemas/summary.ts'
import { event, type SseStream } from '../operations/event/sse-stream.ts'
import type { Changes, Page, Range, Summaries } from '../operations/queue/summary.ts'

const routes: FastifyPluginAsyncTypebox = async app => {
  app.get('/summary', { schema: GetSummary, config: { role: 'read' } }, async (request, reply) => {
    const range = { ...request.query, ...request.sight }
    const page = await app.summaries.page(range)
    if (!/\btext\/event-stream\b/.test(request.headers.accept ?? '')) return page
    const stream = reply.eventStream()
    tell(stream, app.summaries, page, range)
    return await reply.send(stream as never)
  })
}

// A client that reads slower than things change gets no queue of changes, but its whole page once
// there is room.
function tell (stream: SseStream, summaries: Summaries, page: Page, range: Range): void {
  let behind = false
  stream.write(wholePage(page))
  const stop = summaries.listen(
    (changes, latest) => {
      if (stream.full) behind = true
      else if (latest === null) stream.write(event('away', {}))
      else {
        stream.write(behind ? wholePage(latest) : changesOf(changes!, latest))
        behind = false
      }
    },
    range,
    page
  )
  stream.once('close', stop)
  if (stream.destroyed) stop()
}

function wholePage ({ time, size, queues }: Page): string {
  return event('summary', { time, size, queues })
}

function changesOf ({ time, changed, gone }: Changes, { size }: Page): string {
  return event('changes', { time, size, queues: changed, gone })
}

export default routes
