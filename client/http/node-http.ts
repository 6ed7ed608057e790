import type { Agent, ClientRequest, IncomingMessage } from 'node:http'
import { timeoutError, type HttpAnswer, type HttpRequest, type Send } from './message.ts'

interface Http { Agent: typeof Agent, request: (options: object) => ClientRequest }

/** What this file asks of its platform. Bundlers for browsers see no import of `node:http`. */
interface Platform {
  process?: { getBuiltinModule?: (name: string) => unknown }
  Bun?: unknown
  Deno?: unknown
}

/**
 * Sends requests over connections that are kept alive. Undefined where this is not Node. `fetch`
 * gets what only it can do: redirects, and URLs with a user name, which it refuses.
 */
export function nodeHttp (fetch: Send): Send | undefined {
  const { process, Bun, Deno } = globalThis as unknown as Platform
  if (Bun !== undefined || Deno !== undefined || !process?.getBuiltinModule) return undefined
  const senders = new Map<string, (url: URL, request: HttpRequest) => Promise<IncomingAnswer>>()
  const senderOf = (protocol: string) => {
    const known = senders.get(protocol)
    if (known !== undefined) return known
    const http = process.getBuiltinModule!(`node:${protocol.slice(0, -1)}`) as Http
    const agent = new http.Agent({ keepAlive: true })
    const sender = async (url: URL, request: HttpRequest) => await send(http, agent, url, request)
    senders.set(protocol, sender)
    return sender
  }
  return async request => {
    const url = new URL(request.url)
    if (url.username !== '' || url.password !== '') return await fetch(request)
    const { message, text } = await senderOf(url.protocol)(url, request)
    const isRedirect = [301, 302, 303, 307, 308].includes(message.statusCode!)
    if (isRedirect && message.headers.location !== undefined) return await fetch(request)
    return answerOf(message, text)
  }
}

interface IncomingAnswer { message: IncomingMessage, text: string }

async function send (
  http: Http, agent: Agent, url: URL, { method, headers, body, signal, timeoutMs }: HttpRequest
): Promise<IncomingAnswer> {
  signal?.throwIfAborted()
  const request = http.request({ ...addressOf(url), method, headers, agent })
  let fail!: (error: Error) => void
  const answered = new Promise<IncomingAnswer>((resolve, reject) => {
    fail = reject
    // As fetch does: callers tell faults of a connection by their type, and find the code in it.
    const onFault = (cause: Error) => reject(new TypeError('fetch failed', { cause }))
    request.on('error', onFault)
    request.on('response', message => read(message, resolve, onFault))
  })
  const stop = () => fail(signal!.reason as Error)
  const timer = setTimeout(() => fail(timeoutError(timeoutMs)), timeoutMs)
  signal?.addEventListener('abort', stop, { once: true })
  request.end(body)
  try {
    return await answered
  } catch (error) {
    request.destroy()
    throw error
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
  }
}

function read (
  message: IncomingMessage, resolve: (answer: IncomingAnswer) => void,
  onFault: (cause: Error) => void
): void {
  let text = ''
  message.setEncoding('utf8')
  message.on('error', onFault)
  message.on('data', (part: string) => {
    text += part
  })
  message.on('end', () => resolve({ message, text }))
}

function addressOf ({ hostname, port, pathname, search }: URL) {
  const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
  return { host, ...(port !== '' && { port }), path: pathname + search }
}

function answerOf ({ statusCode, headers, rawHeaders }: IncomingMessage, text: string): HttpAnswer {
  return {
    status: statusCode!,
    text,
    header: name => headers[name]?.toString(),
    get headers () {
      const all = new Headers()
      for (let i = 0; i < rawHeaders.length; i += 2) all.append(rawHeaders[i]!, rawHeaders[i + 1]!)
      return all
    }
  }
}
