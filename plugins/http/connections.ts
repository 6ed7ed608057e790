import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { Socket, type Server } from 'node:net'
import fp from 'fastify-plugin'
import type { FastifyReply } from 'fastify'

declare module 'fastify' {
  interface FastifyInstance { connections: Connections }
  interface FastifyRequest {
    /** null where a test injects the request. */
    connection: Connection | null
  }
  interface FastifyReply {
    /**
     * Calls `end` when the client goes before this answer is complete, or says that it sends no
     * more; at once where it has gone already. It may be called twice.
     */
    whenGone (end: () => void): void
  }
}

// Requests on their way when the server begins to close arrive within this time.
const arrivalMs = 100

// The server cuts off answers that still go on, a second before the process would end in failure.
const closeMs = 9000

// How often the server looks for answers that are not read.
const lookMs = 10_000

/** One connection, and the answers on it. */
export class Connection {
  readonly socket: Socket
  /** The answers that are not complete, in the order of their requests. */
  readonly answers: ServerResponse[] = []
  /** Calls to make when the client goes: each ends a wait or a stream. */
  readonly ends = new Set<() => void>()
  /** How many requests were read in this turn of the event loop. */
  read = 0
  /** Is called whenever an answer is complete. */
  answered = (): void => {}
  readonly #holders = new Set<object>()

  constructor (socket: Socket) {
    this.socket = socket
    // Node tells only the first answer on a connection that it has gone.
    socket.once('close', () => {
      for (const answer of this.answers.splice(0)) end(answer)
    })
  }

  /** The client sends no more: it has gone, or waits for its answers. */
  get halfClosed (): boolean { return this.socket.readableEnded }

  /** Reads nothing more until all that hold the connection have released it. */
  hold (holder: object): void {
    this.#holders.add(holder)
    this.socket.pause()
  }

  release (holder: object): void {
    if (this.#holders.delete(holder) && this.#holders.size === 0) this.socket.resume()
  }

  add (answer: ServerResponse): void {
    if (this.socket.destroyed) return end(answer)
    this.answers.push(answer)
  }

  /** An answer is complete. */
  complete (answer: ServerResponse): void {
    const index = this.answers.indexOf(answer)
    if (index === -1) return
    // A splice makes an array of what it removes.
    if (index === 0) this.answers.shift()
    else this.answers.splice(index, 1)
    this.answered()
  }
}

// As Node does for the first answer on a connection.
function end (answer: ServerResponse): void {
  if (answer.closed) return
  Object.assign(answer, { destroyed: true, _closed: true })
  answer.emit('close')
}

/**
 * All connections of a server. Emits 'left' with a connection whose client sends no more.
 * When the server closes, a connection without an open answer ends.
 */
export class Connections extends EventEmitter<{ left: [Connection] }> {
  /** All sockets, those without a request included. */
  readonly open = new Set<Socket>()
  /** An answer of which a client reads nothing for this time ends its connection. */
  unreadMs = 120_000
  readonly #known = new WeakMap<Socket, Connection>()
  readonly #servers = new WeakSet<Server>()
  #closing = false

  /** The connection of a socket, from its first request on. */
  of (socket: Socket): Connection | undefined { return this.#known.get(socket) }

  /** The same, made where the request is the first. */
  begin (socket: Socket): Connection {
    // For HOST=localhost Fastify makes a second server, and announces it nowhere.
    const { server } = socket as Socket & { server: Server }
    if (!this.#servers.has(server)) this.watch(server)
    if (!this.open.has(socket)) this.#accept(socket)
    const connection = new Connection(socket)
    this.#known.set(socket, connection)
    socket.once('end', () => {
      for (const leave of connection.ends) leave()
      this.emit('left', connection)
    })
    if (this.#closing) this.#endWhenAnswered(connection)
    return connection
  }

  watch (server: Server): void {
    this.#servers.add(server)
    Object.assign(server, {
      // A client that closes its side of the connection gets the answer that it has asked for.
      httpAllowHalfOpen: true,
      // Node calls it at the end of close(). Its own cuts off answers that are being written.
      closeIdleConnections: () => this.#closeIdle()
    })
    server.on('connection', (socket: Socket) => this.#accept(socket))
    // No byte has moved since watchUnread(), or no request came since the last answer.
    server.on('timeout', (socket: Socket) => {
      const isWaiting = (this.of(socket)?.answers.length ?? 0) > 0
      if (!isWaiting || socket.writableLength > 0) socket.destroy()
    })
  }

  /**
   * Sets a time limit on each connection that still holds bytes for its client, and on no other: a
   * timer that each read and each write moves is a tenth of what presque adds to a request.
   */
  watchUnread (): void {
    for (const socket of this.open) {
      const limit = socket.writableLength > 0 ? this.unreadMs : 0
      const isIdle = this.of(socket)?.answers.length === 0
      if (!isIdle && (socket.timeout ?? 0) !== limit) socket.setTimeout(limit)
    }
  }

  /** Ends each connection as soon as nothing is being answered on it, and all in the end. */
  close (): void {
    this.#closing = true
    for (const socket of this.open) {
      const connection = this.of(socket)
      if (connection !== undefined) this.#endWhenAnswered(connection)
    }
    setTimeout(() => this.open.forEach(socket => this.#endIdle(socket)), arrivalMs).unref()
    setTimeout(() => this.open.forEach(socket => socket.destroy()), closeMs).unref()
  }

  #accept (socket: Socket): void {
    this.open.add(socket)
    socket.once('close', () => this.open.delete(socket))
    if (this.#closing) setTimeout(() => this.#endIdle(socket), arrivalMs).unref()
  }

  #closeIdle (): void {
    for (const socket of this.open) {
      if (this.of(socket)?.answers.length === 0) socket.destroySoon()
    }
  }

  // Browsers and `fetch` connect ahead; Node would wait a minute for the first request.
  #endIdle (socket: Socket): void {
    const answers = this.of(socket)?.answers
    const isIdle = answers === undefined ? socket.bytesRead === 0 : answers.length === 0
    if (isIdle) socket.destroySoon()
  }

  // An answer that had begun before the close does not say `connection: close`.
  #endWhenAnswered (connection: Connection): void {
    const { answered } = connection
    connection.answered = () => {
      answered()
      if (connection.answers.length > 0) return
      setTimeout(() => this.#endIdle(connection.socket), arrivalMs).unref()
    }
  }
}

/** `app.connections`: the end of a connection ends every answer on it, in whatever order. */
export default fp(async app => {
  const connections = new Connections()
  app.decorate('connections', connections)
  app.decorateRequest('connection', null)
  app.addHook('onRequest', (request, { raw }, done) => {
    const { socket } = request
    if (socket instanceof Socket) {
      request.connection = connections.of(socket) ?? connections.begin(socket)
      request.connection.add(raw)
    }
    done()
  })
  // A listener on each answer would cost a request more than all else here. An answer that its
  // client does not wait for ends with its socket.
  app.addHook('onResponse', ({ connection }, { raw }, done) => {
    connection?.complete(raw)
    done()
  })
  app.decorateReply('whenGone', function (this: FastifyReply, end) {
    const { raw, request: { connection } } = this
    if (raw.destroyed || connection?.halfClosed === true) return end()
    connection?.ends.add(end)
    raw.once('close', () => {
      connection?.ends.delete(end)
      if (!raw.writableFinished) end()
    })
  })
  connections.watch(app.server)
  const looks = setInterval(() => connections.watchUnread(), lookMs).unref()
  app.addHook('onClose', async () => clearInterval(looks))
  app.addHook('preClose', async () => connections.close())
}, { name: 'connections' })
