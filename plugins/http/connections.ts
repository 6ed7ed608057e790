import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { Socket, type Server } from 'node:net'
import fp from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyInstance { connections: Connections }
  interface FastifyReply {
    /**
     * Calls `end` when the client goes before this answer is complete, or says that it sends no
     * more; at once where it has gone already. It may be called twice.
     */
    whenGone (end: () => void): void
  }
}

// In ms: what was on its way when the server began to close has arrived by then; and after so long
// the server cuts off what still goes on, a second before the process would end with a failure.
const underway = 100
const longest = 9000

// In ms: an answer of which a client reads nothing for so long ends its connection.
const unread = 120_000

/** One connection, and what is being answered on it. */
export class Connection {
  readonly socket: Socket
  /** Those under way, in the order of their requests. */
  readonly answers: ServerResponse[] = []
  /** Calls to make when the client goes: they end what waits and what goes on. */
  readonly ends = new Set<() => void>()
  /** Is called whenever one of the answers is over. */
  answered = (): void => {}
  readonly #holders = new Set<object>()
  // One for all answers: a listener of its own for each would cost a request more than all else here.
  readonly #close: (this: ServerResponse) => void

  constructor (socket: Socket) {
    this.socket = socket
    const { answers } = this
    const answered = (): void => this.answered()
    this.#close = function () {
      const place = answers.indexOf(this)
      if (place === -1) return
      answers.splice(place, 1)
      answered()
    }
    // Node tells only the answer at the head of the line that the connection has gone.
    socket.once('close', () => { for (const answer of [...this.answers]) end(answer) })
  }

  /** The client sends no more: it has gone, or only waits for what it has asked. */
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
    answer.on('close', this.#close)
  }
}

// In the way in which Node does it for the answer at the head.
function end (answer: ServerResponse): void {
  if (answer.closed) return
  Object.assign(answer, { destroyed: true, _closed: true })
  answer.emit('close')
}

/** All connections on which something was asked. Says 'left' of one whose client sends no more. */
export class Connections extends EventEmitter<{ left: [Connection] }> {
  /** All sockets, those on which nothing was asked included. */
  readonly open = new Set<Socket>()
  readonly #known = new WeakMap<Socket, Connection>()

  of (socket: Socket): Connection | undefined { return this.#known.get(socket) }

  add (socket: Socket): Connection {
    const connection = new Connection(socket)
    this.#known.set(socket, connection)
    socket.once('end', () => {
      for (const leave of connection.ends) leave()
      this.emit('left', connection)
    })
    return connection
  }
}

/**
 * Watches every connection, so that its end ends all that was asked on it, wherever in line that
 * stands; and ends, with the server, the connections on which nothing is being answered.
 */
export default fp(async app => {
  const connections = new Connections()
  const servers = new WeakSet<Server>()
  const { open } = connections
  let closing = false

  app.decorate('connections', connections)
  app.addHook('onRequest', ({ socket }, { raw }, done) => {
    // A request that a test injects has no connection.
    if (socket instanceof Socket) (connections.of(socket) ?? begin(socket)).add(raw)
    done()
  })
  app.decorateReply('whenGone', function (end) {
    const { raw, request: { socket } } = this
    const connection = connections.of(socket)
    if (raw.destroyed || connection?.halfClosed === true) return end()
    connection?.ends.add(end)
    raw.once('close', () => {
      connection?.ends.delete(end)
      if (!raw.writableFinished) end()
    })
  })

  function begin (socket: Socket): Connection {
    // For HOST=localhost Fastify makes a second server, of which it tells nothing.
    const { server } = socket as Socket & { server: Server }
    if (!servers.has(server)) watch(server)
    if (!open.has(socket)) accept(socket)
    const connection = connections.add(socket)
    if (closing) leaveWhenAnswered(connection)
    return connection
  }

  function watch (server: Server): void {
    servers.add(server)
    // A client that closes its side of the connection gets the answer that it has asked for.
    Object.assign(server, { httpAllowHalfOpen: true, timeout: unread, closeIdleConnections })
    server.on('connection', accept)
    // Nothing has come or gone for a while; that is what a long-poll looks like as well.
    server.on('timeout', (socket: Socket) => {
      const isWaiting = (connections.of(socket)?.answers.length ?? 0) > 0
      if (!isWaiting || socket.writableLength > 0) socket.destroy()
    })
  }

  // Node calls it at the end. Its own cuts off answers that are still being written.
  function closeIdleConnections (): void {
    for (const socket of open) if (connections.of(socket)?.answers.length === 0) socket.destroySoon()
  }

  function accept (socket: Socket): void {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    if (closing) setTimeout(leave, underway, socket).unref()
  }

  // Browsers and `fetch` connect ahead, and Node would wait for a first request for a minute.
  function leave (socket: Socket): void {
    const connection = connections.of(socket)
    const isIdle = connection === undefined ? socket.bytesRead === 0 : connection.answers.length === 0
    if (isIdle) socket.destroySoon()
  }

  // An answer that had begun before does not say that it is the last one.
  function leaveWhenAnswered (connection: Connection): void {
    const { answered } = connection
    connection.answered = () => {
      answered()
      if (connection.answers.length === 0) setTimeout(leave, underway, connection.socket).unref()
    }
  }

  watch(app.server)
  app.addHook('preClose', async () => {
    closing = true
    for (const socket of open) {
      const connection = connections.of(socket)
      if (connection !== undefined) leaveWhenAnswered(connection)
    }
    setTimeout(() => open.forEach(leave), underway).unref()
    setTimeout(() => { for (const socket of open) socket.destroy() }, longest).unref()
  })
}, { name: 'connections' })
