import type { Socket } from 'node:net'
import fp from 'fastify-plugin'
import type { FastifyRequest } from 'fastify'
import { Admission } from '../../operations/redis/admission.ts'

/** Requests one after another on one connection: in this turn of the event loop, and without an answer yet. */
interface Line { turn: number, open: number }

// A connection with more requests under way than this shares what there is with others.
const few = 8

// So many requests of one connection are read in a turn, and so many ms it is not read while there is much to do.
const turn = 32
const pause = 5

/**
 * What a burst may do: a request for which there is no room is refused at once with a 503, and a connection with many
 * requests one after another is read no faster than they are answered, so that others have their turn.
 */
export default fp(async app => {
  const admission = new Admission(app.redis)
  const lines = new WeakMap<Socket, Line>()
  const read: Line[] = []

  function lineOf (socket: Socket): Line {
    let line = lines.get(socket)
    if (line === undefined) lines.set(socket, line = { turn: 0, open: 0 })
    return line
  }

  function endTurn (): void {
    for (const line of read.splice(0)) line.turn = 0
    admission.endTurn()
  }

  // Reading stops after the 64 KiB that are being read. It goes on soon: the end of a connection is
  // not seen meanwhile.
  function hold (socket: Socket, line: Line): void {
    const connection = app.connections.of(socket)
    connection?.hold(line)
    const goOn = (): void => {
      if (admission.isBusy) setTimeout(goOn, pause)
      else connection?.release(line)
    }
    setImmediate(goOn)
  }

  app.addHook('onRequest', (request, _reply, done) => {
    const { socket } = request.raw
    const line = lineOf(socket)
    line.open++
    if (line.turn++ === 0 && read.push(line) === 1) setImmediate(endTurn)
    if (line.turn === turn) hold(socket, line)
    const queue = queueOf(request)
    const many = line.open > few
    if (admission.admits(queue, many) || request.routeOptions.config.role === 'open') done()
    else admission.defer(queue, many, done)
  })
  app.addHook('onResponse', ({ raw: { socket } }, _reply, done) => {
    const line = lines.get(socket)
    if (line !== undefined) line.open--
    admission.end()
    done()
  })
  // After the turns: of 64 KiB of requests only those whose turn it is are to find room.
}, { name: 'admission', dependencies: ['redis', 'auth', 'error-handler', 'security-headers', 'pipelining'] })

function queueOf ({ params }: FastifyRequest): string {
  const { queue = '' } = (params ?? {}) as { queue?: string }
  const end = queue.indexOf(',')
  return end === -1 ? queue : queue.slice(0, end)
}
