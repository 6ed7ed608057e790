import { Socket } from 'node:net'
import fp from 'fastify-plugin'

/**
 * Writes the answers of one turn of the event loop to the network together, at its end. A client
 * that finds nothing more to read sleeps, and each write that wakes it costs as much again.
 * Streams, and answers without a body, are written at once.
 */
export default fp(async app => {
  const corked = new Set<Socket>()

  function release (): void {
    const all = [...corked]
    corked.clear()
    for (const socket of all) {
      while (socket.writableCorked > 0) socket.uncork()
    }
  }

  // Node uncorks a socket at the end of each answer, however often it was corked before.
  app.server.on('connection', (socket: Socket) => {
    const { uncork } = socket
    socket.uncork = () => {
      if (!corked.has(socket)) uncork.call(socket)
    }
  })
  app.addHook('onSend', ({ socket }, _reply, payload, done) => {
    if (typeof payload === 'string' && socket instanceof Socket && !corked.has(socket)) {
      if (corked.size === 0) setImmediate(release)
      corked.add(socket)
      socket.cork()
    }
    done(null, payload)
  })
}, { name: 'batched-writes' })
