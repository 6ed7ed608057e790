import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import fp from 'fastify-plugin'
import type { FastifyReply } from 'fastify'
import { PutBack } from '../../operations/job/put-back.ts'
import { storeOf, type Undo } from '../../operations/redis/store.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Puts back jobs whose answer reached no client. */
    putBack: PutBack
  }
  interface FastifyReply {
    /**
     * Calls `undo` once it is certain that the client went before this answer was handed to the
     * network; again, with the same ticket, while Redis is away. `size`: about how many bytes that
     * keeps in memory.
     */
    whenUndelivered (undo: Undo, size?: number): void
  }
}

/** What to undo unless an answer arrives, by answer, in the order of the takes. */
type Pending = Map<ServerResponse, { undo: Undo, size: number, id: string }>

// Without another answer for this time, all takes of a dead connection have been answered.
const quietMs = 20

/**
 * `reply.whenUndelivered()`: puts back the jobs of an answer that no client received. What goes
 * back, and the retries: operations/job/put-back.ts.
 */
export default fp(async app => {
  const putBack = new PutBack((err, reqId) => {
    app.log.error({ reqId, err }, 'an undelivered job could not be put back')
  })
  app.decorate('putBack', putBack)
  storeOf(app.redis).putBack = putBack
  const undelivered = new Undelivered(putBack)
  app.decorateReply('whenUndelivered', function (this: FastifyReply, undo, size = 0) {
    undelivered.add(this, undo, size)
  })
  app.addHook('onClose', async () => await undelivered.close())
}, { name: 'put-back', dependencies: ['redis'] })

class Undelivered {
  readonly #putBack: PutBack
  readonly #connections = new WeakMap<Socket, Pending>()
  readonly #dead = new Map<Pending, NodeJS.Timeout>()
  // One for all answers, for each costs a take its time.
  readonly #onFinish: (this: ServerResponse) => void

  constructor (putBack: PutBack) {
    this.#putBack = putBack
    const connections = this.#connections
    // A write that failed, or was cut off, ends with 'finish' as well.
    this.#onFinish = function () {
      const { socket } = this.req
      if (!socket.destroyed && !socket.errored) connections.get(socket)!.delete(this)
    }
  }

  add ({ raw, request: { id, socket } }: FastifyReply, undo: Undo, size: number): void {
    const pending = this.#pendingOn(socket).set(raw, { undo, size, id })
    if (socket.destroyed) this.#gather(pending)
    else raw.on('finish', this.#onFinish)
  }

  async close (): Promise<void> {
    for (const [pending, timer] of this.#dead) {
      clearTimeout(timer)
      this.#undo(pending)
    }
    await this.#putBack.close()
  }

  // One listener a connection, not one a request: pipelined requests share it.
  #pendingOn (socket: Socket): Pending {
    const known = this.#connections.get(socket)
    if (known !== undefined) return known
    const pending: Pending = new Map()
    this.#connections.set(socket, pending)
    socket.once('close', () => this.#gather(pending))
    return pending
  }

  // The jobs of pipelined requests are put back together, the last one first, in their old order.
  #gather (pending: Pending): void {
    clearTimeout(this.#dead.get(pending))
    if (pending.size === 0) return
    this.#dead.set(pending, setTimeout(() => this.#undo(pending), quietMs))
  }

  #undo (pending: Pending): void {
    this.#dead.delete(pending)
    const all = [...pending.values()].reverse()
    pending.clear()
    for (const { undo, size, id } of all) this.#putBack.add(undo, size, id)
  }
}
