import fp from 'fastify-plugin'
import type { FastifyReply } from 'fastify'
import { errors } from '../../operations/errors.ts'
import { event, SseStream } from '../../operations/event/sse-stream.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** How many streams are open. */
    eventStreams (): number
    /** Ends all streams with that text. */
    endEventStreams (text: string): void
  }
  interface FastifyReply {
    /** A stream of Server-Sent Events, which ends with the server. Throws STREAMS_FULL. */
    eventStream (): SseStream
  }
}

// A client has this time to read the last event.
const lastMs = 1000

const closing = event('closing', { reason: 'the server stops: come back with the last id' })
const withdrawn = event('withdrawn', { reason: 'the token has changed: ask anew' })

/** `reply.eventStream()`: an answer of Server-Sent Events. */
export default fp(async app => {
  const open = new Set<SseStream>()
  let isClosing = false
  app.decorate('eventStreams', () => open.size)
  app.decorate('endEventStreams', (text: string) => {
    for (const stream of open) stream.end(text, lastMs)
  })
  app.decorateReply('eventStream', function (this: FastifyReply) {
    if (open.size >= app.config.PRESQUE_MAX_STREAMS) throw new errors.STREAMS_FULL()
    const stream = new SseStream()
    open.add(stream)
    stream.once('close', () => open.delete(stream))
    if (isClosing) stream.end(closing, lastMs)
    endWithClient(stream, this)
    return stream
  })
  app.addHook('preClose', async () => {
    isClosing = true
    app.endEventStreams(closing)
  })
}, { name: 'sse', dependencies: ['auth', 'config', 'connections'] })

function endWithClient (stream: SseStream, reply: FastifyReply): void {
  stream.once('close', reply.request.whenWithdrawn(() => stream.end(withdrawn, lastMs)))
  // A client that sends no more may have gone: it gets no more events, and no more jobs.
  reply.whenGone(() => stream.end('', lastMs))
  // Also where the stream was never sent.
  if (reply.raw.destroyed) stream.destroy()
  reply.raw.once('close', () => stream.destroy())
  // The connection ends with the stream, and a proxy must not buffer it.
  reply.headers({
    'content-type': 'text/event-stream', connection: 'close', 'x-accel-buffering': 'no'
  })
}
