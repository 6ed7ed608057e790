import type { ServerResponse } from 'node:http'
import fp from 'fastify-plugin'
import type { FastifyRequest } from 'fastify'

type Connection = NonNullable<FastifyRequest['connection']>

declare module 'fastify' {
  interface FastifyReply {
    /**
     * Resolves once the server knows whether a client that sends no more has gone; undefined where
     * the client has not said so.
     */
    stillThere (): Promise<void> | undefined
  }
}

// The first bytes of every answer, and how many of them are written how long after the client
// closed its side.
const beginning = 'HTTP/1.1 '
const steps: Array<[ms: number, length: number]> = [[0, 4], [20, 5], [80, 7], [250, 9]]

// Node calls it with the first line of an answer.
interface Answer { _storeHeader (line: string, headers: object): void }

/**
 * Tells a client that has closed its side of the connection, and still reads, from one that has
 * gone. TCP says the same of both until something is written: only the second one resets. So the
 * first bytes of the answer, which are the same for every answer, are written ahead of it.
 */
export default fp(async app => {
  const probes = new WeakMap<Connection, Promise<void>>()
  app.connections.on('left', connection => {
    if (connection.answers.length > 0) probes.set(connection, probe(connection))
  })
  app.decorateReply('stillThere', function () {
    const { connection } = this.request
    return connection === null ? undefined : probes.get(connection)
  })
}, { name: 'half-closed', dependencies: ['connections'] })

// Resolves when the connection has outlived the last step, or has closed.
async function probe ({ answers, socket }: Connection): Promise<void> {
  const written = new WeakMap<ServerResponse, number>()
  // An answer that has begun meanwhile is written itself.
  function writeAhead (length: number): void {
    const [first] = answers
    if (first === undefined || first.headersSent || first.socket !== socket) return
    const text = beginning.slice(written.get(first) ?? 0, length)
    written.set(first, length)
    omitFirstBytes(first as ServerResponse & Answer, text.length)
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

function omitFirstBytes (answer: Answer, count: number): void {
  const { _storeHeader: store } = answer
  answer._storeHeader = (line, headers) => store.call(answer, line.slice(count), headers)
}
