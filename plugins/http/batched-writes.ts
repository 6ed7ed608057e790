import { Socket } from 'node:net'
import fp from 'fastify-plugin'

/**
 * Hands the answers of one turn of the event loop to the network together, at its end. A client that finds nothing more to read goes to sleep,
 * and each write that has to wake it costs as much again: so one writes while it is awake. A stream, and an answer without a body, goes as it comes.
 */
export default fp(async app => {
  const held = new Set<Socket>()

  function release (): void {
    const all = [...held]
    held.clear()
    for (const socket of all) while (socket.writableCorked > 0) socket.uncork()
  }

  // Node uncorks a socket at the end of an answer, however often it was corked before.
  app.server.on('connection', (socket: Socket) => {
    const { uncork } = socket
    socket.uncork = () => { if (!held.has(socket)) uncork.call(socket) }
  })
  app.addHook('onSend', ({ socket }, _reply, payload, done) => {
    if (typeof payload === 'string' && socket instanceof Socket && !held.has(socket)) {
      if (held.size === 0) setImmediate(release)
      held.add(socket)
      socket.cork()
    }
    done(null, payload)
  })
}, { name: 'batched-writes' })
