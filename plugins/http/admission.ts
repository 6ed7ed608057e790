import fp from 'fastify-plugin'
import type { FastifyRequest } from 'fastify'
import { Admission } from '../../operations/redis/admission.ts'

type Connection = NonNullable<FastifyRequest['connection']>

// A connection with more open requests than this shares the room with others.
const few = 8

// Requests of one connection that are read in a turn, and for how long reading then rests while
// the server is busy.
const mostRead = 32
const restMs = 5

/**
 * Bounds a burst. A request for which there is no room is refused at once with a 503. A connection
 * with many requests one after another is read no faster than they are answered, so that others
 * have their turn.
 */
export default fp(async app => {
  const admission = new Admission(app.redis)
  const turn = new Turn(admission)
  app.addHook('onRequest', (request, _reply, done) => {
    const { connection } = request
    if (connection !== null) turn.count(connection)
    const queue = queueOf(request)
    const many = connection !== null && connection.answers.length > few
    if (admission.admits(queue, many) || request.routeOptions.config.role === 'open') done()
    else admission.defer(queue, many, done)
  })
  // After pipelining: of 64 KiB of requests, only those whose turn it is ask for room.
}, {
  name: 'admission',
  dependencies: ['redis', 'auth', 'error-handler', 'security-headers', 'pipelining']
})

/** The requests that one turn of the event loop reads. */
class Turn {
  readonly #admission: Admission
  readonly #connections: Connection[] = []

  constructor (admission: Admission) {
    this.#admission = admission
  }

  /** Counts a request that begins. */
  count (connection: Connection): void {
    const isFirst = connection.read++ === 0
    if (isFirst && this.#connections.push(connection) === 1) setImmediate(this.#end)
    if (connection.read === mostRead) this.#rest(connection)
  }

  readonly #end = (): void => {
    for (const connection of this.#connections.splice(0)) connection.read = 0
    this.#admission.endTurn()
  }

  // Reading stops after the 64 KiB that are being read. It resumes soon: meanwhile the server does
  // not see the end of the connection.
  #rest (connection: Connection): void {
    connection.hold(this)
    const resume = (): void => {
      if (this.#admission.isBusy) setTimeout(resume, restMs)
      else connection.release(this)
    }
    setImmediate(resume)
  }
}

function queueOf ({ params }: FastifyRequest): string {
  const { queue = '' } = (params ?? {}) as { queue?: string }
  const end = queue.indexOf(',')
  return end === -1 ? queue : queue.slice(0, end)
}
