import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import fp from 'fastify-plugin'
import type { FastifyReply } from 'fastify'

declare module 'fastify' {
  interface FastifyReply {
    /** Calls `undo` once it is certain that the client went before this answer was handed to the network. */
    whenUndelivered (undo: () => Promise<unknown>): void
  }
}

/** `reply.whenUndelivered()`: what a take must give back when nobody is there any more to receive it. */
export default fp(async app => {
  app.decorateReply('whenUndelivered', function (this: FastifyReply, undo) {
    const { raw, request: { socket } } = this
    const giveUp = () => {
      undo().catch(error => this.log.error(error, 'an undelivered job could not be put back'))
    }
    if (socket.destroyed) giveUp()
    else watch(socket, raw, giveUp)
  })
}, { name: 'undelivered' })

const waiting = new WeakMap<Socket, Map<ServerResponse, () => void>>()

// One listener a connection, not one a request: pipelined requests share it.
function watch (socket: Socket, response: ServerResponse, giveUp: () => void): void {
  let pending = waiting.get(socket)
  if (pending === undefined) {
    const answers = pending = new Map()
    waiting.set(socket, answers)
    // The last one first, so that they stand in line again as they stood.
    socket.once('close', () => [...answers.values()].reverse().forEach(putBack => putBack()))
  }
  const answers = pending.set(response, giveUp)
  // A write that failed, or was cut off, ends with 'finish' as well.
  response.once('finish', () => {
    if (!socket.destroyed && !socket.errored) answers.delete(response)
  })
}
