import type { Socket } from 'node:net'
import fp from 'fastify-plugin'

// In ms: what was on its way when the server began to close has arrived by then.
const underway = 100

/**
 * Closes, with the server, the connections on which nothing has been asked. Browsers and `fetch` connect ahead, and Node would wait for
 * a first request for a minute.
 */
export default fp(async app => {
  const open = new Set<Socket>()
  app.server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  app.addHook('preClose', async () => { setTimeout(closeSilent, underway, open).unref() })
}, { name: 'connections' })

function closeSilent (open: Set<Socket>): void {
  for (const socket of open) if (socket.bytesRead === 0) socket.destroy()
}
