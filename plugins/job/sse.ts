import fp from 'fastify-plugin'
import type { FastifyReply } from 'fastify'
import { errors } from '../../operations/errors.ts'
import { event } from '../../operations/event/event.ts'
import { SseStream } from '../../operations/event/sse-stream.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** How many are open. */
    eventStreams (): number
    /** Ends them all with that as the last they say. */
    endEventStreams (text: string): void
  }
  interface FastifyReply {
    /** A stream of Server-Sent Events to answer with. It ends with the server. Throws STREAMS_FULL. */
    eventStream (): SseStream
  }
}

// In ms: how long a client has to take the last event.
const patience = 1000

const stopping = event('closing', { reason: 'the server stops: come back with the last id' }).text
const withdrawn = event('withdrawn', { reason: 'the token has changed: ask anew' }).text

/** `reply.eventStream()`: an answer that goes on. */
export default fp(async app => {
  const open = new Set<SseStream>()
  let closing = false
  app.decorate('eventStreams', () => open.size)
  app.decorate('endEventStreams', (text: string) => {
    for (const stream of open) stream.end(text, patience)
  })
  app.decorateReply('eventStream', function (this: FastifyReply) {
    if (open.size >= app.config.PRESQUE_MAX_STREAMS) throw new errors.STREAMS_FULL()
    const stream = new SseStream()
    open.add(stream)
    stream.once('close', () => open.delete(stream))
    stream.once('close', this.request.whenWithdrawn(() => stream.end(withdrawn, patience)))
    if (closing) stream.end(stopping, patience)
    // A client that sends no more may have gone: it is told no more, and given no more jobs.
    this.whenGone(() => stream.end('', patience))
    // Also if it was never sent.
    if (this.raw.destroyed) stream.destroy()
    this.raw.once('close', () => stream.destroy())
    // Its end is that of the connection, and no proxy is to gather what it says.
    this.headers({ 'content-type': 'text/event-stream', connection: 'close', 'x-accel-buffering': 'no' })
    return stream
  })
  app.addHook('preClose', async () => {
    closing = true
    app.endEventStreams(stopping)
  })
}, { name: 'sse', dependencies: ['auth', 'config', 'connections'] })
