import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface Answer {
  status: number
  head: string
  body: string
}

/**
 * A keep-alive HTTP client of one connection, one request at a time. It is several times cheaper
 * than that of node:http: where client and server share two cores, a client that costs as much as
 * the server would measure itself.
 */
export class Connection {
  readonly #socket: Socket
  #received = ''
  #answer: ((answer: Answer) => void) | undefined
  #fail: ((error: Error) => void) | undefined

  private constructor (socket: Socket) {
    this.#socket = socket.setNoDelay().setEncoding('latin1')
    socket.on('data', (text: string) => this.#hear(text))
    socket.on('error', error => this.#fail?.(error))
    socket.on('close', () => this.#fail?.(new Error('the server closed the connection')))
  }

  static async open (port: number): Promise<Connection> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new Connection(socket)
  }

  get (path: string): Promise<Answer> {
    return this.#send(`GET ${path} HTTP/1.1\r\nhost: bench\r\n\r\n`)
  }

  post (path: string, body = ''): Promise<Answer> {
    const length = Buffer.byteLength(body)
    const head = `host: bench\r\ncontent-type: application/json\r\ncontent-length: ${length}`
    return this.#send(`POST ${path} HTTP/1.1\r\n${head}\r\n\r\n${body}`)
  }

  close (): void {
    this.#fail = undefined
    this.#socket.destroy()
  }

  #send (request: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#answer = resolve
      this.#fail = reject
      this.#socket.write(request)
    })
  }

  #hear (text: string): void {
    this.#received += text
    const end = this.#received.indexOf('\r\n\r\n')
    if (end === -1) return
    const head = this.#received.slice(0, end)
    const body = this.#received.slice(end + 4)
    if (body.length < Number(header({ head }, 'content-length') ?? 0)) return
    this.#received = ''
    this.#answer?.({ status: Number(head.slice(9, 12)), head, body })
  }
}

/** Many connections to one server. */
export async function connections (port: number, count: number): Promise<Connection[]> {
  return await Promise.all(Array.from({ length: count }, () => Connection.open(port)))
}

/** Throws when the answer has another status. */
export function expect (status: number, answer: Answer): Answer {
  if (answer.status !== status) {
    throw new Error(`the server answered ${answer.status} ${answer.body}, not ${status}`)
  }
  return answer
}

export function header ({ head }: Pick<Answer, 'head'>, name: string): string | undefined {
  const at = head.indexOf(`\r\n${name}: `)
  if (at === -1) return undefined
  const from = at + name.length + 4
  const end = head.indexOf('\r\n', from)
  return head.slice(from, end === -1 ? undefined : end)
}
