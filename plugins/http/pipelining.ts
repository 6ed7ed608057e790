import { Socket } from 'node:net'
import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'

type Connection = NonNullable<ReturnType<FastifyInstance['connections']['of']>>

// So many requests of one connection are answered at a time, as many as share one call to Redis;
// and while so many wait for their turn, no more is read.
const most = { answers: 128, waiting: 1024 }

// In ms: how often it is asked whether a connection goes on, and after how many times it has not.
const pause = 500
const patience = 4

/** The requests of one connection that stand behind as many as are answered at a time. */
class Turns {
  readonly #connection: Connection
  readonly #waiting: Array<() => void> = []
  #watch: NodeJS.Timeout | undefined
  #still = 0

  constructor (connection: Connection) {
    this.#connection = connection
    const { answered } = connection
    connection.answered = () => {
      this.#still = 0
      answered()
      this.#next()
    }
    connection.socket.once('close', () => {
      clearInterval(this.#watch)
      this.#waiting.length = 0
    })
  }

  wait (begin: () => void): void {
    if (this.#waiting.push(begin) >= most.waiting) this.#connection.hold(this)
    this.watch()
  }

  /** Ends the connection unless it goes on. */
  watch (): void {
    this.#watch ??= setInterval(() => this.#look(), pause).unref()
  }

  #next (): void {
    const { answers } = this.#connection
    if (answers.length - this.#waiting.length >= most.answers) return
    this.#waiting.shift()?.()
    if (this.#waiting.length < most.waiting / 2) this.#connection.release(this)
  }

  // What is not read cannot be heard to end: with all that is being answered waiting, and nothing
  // to be written, a client that has gone would go on taking jobs.
  #look (): void {
    const { socket } = this.#connection
    const isDeaf = socket.isPaused() || this.#waiting.length > 0
    if (isDeaf && socket.writableLength === 0 && ++this.#still >= patience) socket.destroy()
    if (isDeaf) return
    this.#still = 0
    clearInterval(this.#watch)
    this.#watch = undefined
  }
}

/** Bounds what is under way on one connection, by letting requests wait for those before them. */
export default fp(async app => {
  const known = new WeakMap<Connection, Turns>()
  app.addHook('onRequest', ({ socket }, _reply, done) => {
    const connection = socket instanceof Socket ? app.connections.of(socket) : undefined
    if (connection === undefined) return done()
    const isFull = connection.answers.length > most.answers
    if (!isFull && !socket.isPaused()) return done()
    let turns = known.get(connection)
    if (turns === undefined) known.set(connection, turns = new Turns(connection))
    if (isFull) return turns.wait(done)
    turns.watch()
    done()
  })
}, { name: 'pipelining', dependencies: ['connections'] })
