import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import fp from 'fastify-plugin'
import type { FastifyReply } from 'fastify'
import { PutBack } from '../../operations/job/put-back.ts'
import { storeOf, type Undo } from '../../operations/redis/store.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Puts back what nobody received. */
    returns: PutBack
  }
  interface FastifyReply {
    /**
     * Calls `undo` once it is certain that the client went before this answer was handed to the network; again, with the same ticket,
     * while Redis is away. `size`: about how many bytes that keeps in memory.
     */
    whenUndelivered (undo: Undo, size?: number): void
  }
}

/** What is to be undone unless an answer arrives, by answer, in the order of the takes. */
type Pending = Map<ServerResponse, { undo: Undo, size: number, id: string }>

// In ms without another answer: then all that a dead connection had asked for has been taken.
const quiet = 20

/** `reply.whenUndelivered()`: what a take must give back when nobody is there any more to receive it. */
export default fp(async app => {
  const returns = new PutBack((err, reqId) => app.log.error({ reqId, err }, 'an undelivered job could not be put back'))
  app.decorate('returns', returns)
  storeOf(app.redis).putBack = returns
  const connections = new WeakMap<Socket, Pending>()
  const dead = new Map<Pending, NodeJS.Timeout>()

  // Requests one after another on one connection: their jobs go back together, the last one first, so that they stand as they stood.
  function gather (pending: Pending): void {
    clearTimeout(dead.get(pending))
    if (pending.size > 0) dead.set(pending, setTimeout(() => putBack(pending), quiet))
  }

  function putBack (pending: Pending): void {
    dead.delete(pending)
    const all = [...pending.values()].reverse()
    pending.clear()
    for (const { undo, size, id } of all) returns.add(undo, size, id)
  }

  // One listener a connection, not one a request: pipelined requests share it.
  function pendingOn (socket: Socket): Pending {
    const known = connections.get(socket)
    if (known !== undefined) return known
    const pending: Pending = new Map()
    connections.set(socket, pending)
    socket.once('close', () => gather(pending))
    return pending
  }

  // A write that failed, or was cut off, ends with 'finish' as well.
  function arrived (this: ServerResponse): void {
    const { socket } = this.req
    if (!socket.destroyed && !socket.errored) connections.get(socket)!.delete(this)
  }

  app.decorateReply('whenUndelivered', function (this: FastifyReply, undo, size = 0) {
    const { raw, request: { id, socket } } = this
    const pending = pendingOn(socket).set(raw, { undo, size, id })
    if (socket.destroyed) gather(pending)
    else raw.on('finish', arrived)
  })
  app.addHook('onClose', async () => {
    for (const [pending, timer] of dead) {
      clearTimeout(timer)
      putBack(pending)
    }
    await returns.close()
  })
}, { name: 'put-back', dependencies: ['redis'] })
