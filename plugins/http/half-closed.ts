import type { ServerResponse } from 'node:http'
import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'

type Connection = NonNullable<ReturnType<FastifyInstance['connections']['of']>>

declare module 'fastify' {
  interface FastifyReply {
    /** Resolves once it is known whether a client that sends no more has gone; undefined: it has not said so. */
    stillThere (): Promise<void> | undefined
  }
}

// How every answer begins, and how much of it is written so many ms after the client's side ended.
const beginning = 'HTTP/1.1 '
const steps: Array<[ms: number, length: number]> = [[0, 4], [20, 5], [80, 7], [250, 9]]

// What Node calls with the first line of an answer.
interface Begun { _storeHeader (line: string, headers: object): void }

/**
 * Tells a client that has closed its side of the connection, and still reads, from one that has
 * gone. TCP says the same of both, until something is written: only the second one resets. So the
 * first bytes of the answer, which are the same whatever it will be, go out ahead of it.
 */
export default fp(async app => {
  const known = new WeakMap<Connection, Promise<void>>()
  app.connections.on('left', connection => {
    if (connection.answers.length > 0) known.set(connection, find(connection))
  })
  app.decorateReply('stillThere', function () {
    const connection = app.connections.of(this.request.socket)
    return connection === undefined ? undefined : known.get(connection)
  })
}, { name: 'half-closed', dependencies: ['connections'] })

// Resolves when the connection has outlived the last step, or is no more.
async function find ({ answers, socket }: Connection): Promise<void> {
  const written = new WeakMap<ServerResponse, number>()
  // An answer that has begun meanwhile is written itself.
  function writeAhead (length: number): void {
    const [head] = answers
    if (head === undefined || head.headersSent || head.socket !== socket) return
    const text = beginning.slice(written.get(head) ?? 0, length)
    written.set(head, length)
    leaveOut(head as ServerResponse & Begun, text.length)
    socket.write(text)
  }
  await new Promise<void>(resolve => {
    const timers = steps.map(([ms, length]) => setTimeout(writeAhead, ms, length))
    timers.push(setTimeout(resolve, steps.at(-1)![0]))
    socket.once('close', () => {
      timers.forEach(clearTimeout)
      resolve()
    })
  })
}

function leaveOut (answer: Begun, count: number): void {
  const { _storeHeader: store } = answer
  answer._storeHeader = (line, headers) => store.call(answer, line.slice(count), headers)
}
