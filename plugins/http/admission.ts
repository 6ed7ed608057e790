import type { Socket } from 'node:net'
import fp from 'fastify-plugin'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Admission } from '../../operations/redis/admission.ts'

/**
 * The requests of one connection.
 * - `read`: read in this turn of the event loop
 * - `open`: without an answer yet
 */
interface Pipeline { read: number, open: number }

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
  const pipelines = new Pipelines(app.connections, admission)
  app.addHook('onRequest', (request, _reply, done) => {
    const pipeline = pipelines.add(request.raw.socket)
    const queue = queueOf(request)
    const many = pipeline.open > few
    if (admission.admits(queue, many) || request.routeOptions.config.role === 'open') done()
    else admission.defer(queue, many, done)
  })
  app.addHook('onResponse', ({ raw: { socket } }, _reply, done) => {
    pipelines.end(socket)
    admission.end()
    done()
  })
  // After pipelining: of 64 KiB of requests, only those whose turn it is ask for room.
}, {
  name: 'admission',
  dependencies: ['redis', 'auth', 'error-handler', 'security-headers', 'pipelining']
})

class Pipelines {
  readonly #connections: FastifyInstance['connections']
  readonly #admission: Admission
  readonly #known = new WeakMap<Socket, Pipeline>()
  // Those of which something was read in this turn.
  readonly #read: Pipeline[] = []

  constructor (connections: FastifyInstance['connections'], admission: Admission) {
    this.#connections = connections
    this.#admission = admission
  }

  /** Counts a request that begins. */
  add (socket: Socket): Pipeline {
    let pipeline = this.#known.get(socket)
    if (pipeline === undefined) this.#known.set(socket, pipeline = { read: 0, open: 0 })
    pipeline.open++
    if (pipeline.read++ === 0 && this.#read.push(pipeline) === 1) setImmediate(this.#endTurn)
    if (pipeline.read === mostRead) this.#rest(socket, pipeline)
    return pipeline
  }

  end (socket: Socket): void {
    const pipeline = this.#known.get(socket)
    if (pipeline !== undefined) pipeline.open--
  }

  readonly #endTurn = (): void => {
    for (const pipeline of this.#read.splice(0)) pipeline.read = 0
    this.#admission.endTurn()
  }

  // Reading stops after the 64 KiB that are being read. It resumes soon: meanwhile the server does
  // not see the end of the connection.
  #rest (socket: Socket, pipeline: Pipeline): void {
    const connection = this.#connections.of(socket)
    connection?.hold(pipeline)
    const resume = (): void => {
      if (this.#admission.isBusy) setTimeout(resume, restMs)
      else connection?.release(pipeline)
    }
    setImmediate(resume)
  }
}

function queueOf ({ params }: FastifyRequest): string {
  const { queue = '' } = (params ?? {}) as { queue?: string }
  const end = queue.indexOf(',')
  return end === -1 ? queue : queue.slice(0, end)
}
