import fp from 'fastify-plugin'
import type { FastifyRequest } from 'fastify'

type Connection = NonNullable<FastifyRequest['connection']>

// Requests of one connection that are answered at a time, as many as share one call to Redis; and
// how many may wait for their turn before the server reads no more.
const most = { answers: 128, waiting: 1024 }

// How often the server looks whether a connection makes progress, and after how many looks without
// any it ends the connection.
const lookMs = 500
const mostIdleLooks = 4

/** The requests of one connection that wait for those before them. */
class Backlog {
  readonly #connection: Connection
  readonly #waiting: Array<() => void> = []
  #timer: NodeJS.Timeout | undefined
  #idleLooks = 0

  constructor (connection: Connection) {
    this.#connection = connection
    const { answered } = connection
    connection.answered = () => {
      this.#idleLooks = 0
      answered()
      this.#next()
    }
    connection.socket.once('close', () => {
      clearInterval(this.#timer)
      this.#waiting.length = 0
    })
  }

  add (begin: () => void): void {
    if (this.#waiting.push(begin) >= most.waiting) this.#connection.hold(this)
    this.watch()
  }

  /** Ends the connection unless it makes progress. */
  watch (): void {
    this.#timer ??= setInterval(() => this.#look(), lookMs).unref()
  }

  #next (): void {
    const { answers } = this.#connection
    if (answers.length - this.#waiting.length >= most.answers) return
    this.#waiting.shift()?.()
    if (this.#waiting.length < most.waiting / 2) this.#connection.release(this)
  }

  // A socket that is not read does not report its end: while all its answers wait, and nothing is
  // written, a client that has gone would go on taking jobs.
  #look (): void {
    const { socket } = this.#connection
    const isUnread = socket.isPaused() || this.#waiting.length > 0
    if (isUnread) {
      const isStuck = socket.writableLength === 0 && ++this.#idleLooks >= mostIdleLooks
      if (isStuck) socket.destroy()
      return
    }
    this.#idleLooks = 0
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}

/** Bounds the answers under way on one connection: further requests wait for those before them. */
export default fp(async app => {
  const backlogs = new WeakMap<Connection, Backlog>()
  app.addHook('onRequest', ({ connection }, _reply, done) => {
    if (connection === null) return done()
    const isFull = connection.answers.length > most.answers
    if (!isFull && !connection.socket.isPaused()) return done()
    let backlog = backlogs.get(connection)
    if (backlog === undefined) backlogs.set(connection, backlog = new Backlog(connection))
    if (isFull) return backlog.add(done)
    backlog.watch()
    done()
  })
}, { name: 'pipelining', dependencies: ['connections'] })
