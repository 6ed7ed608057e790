import { isRefusal, PresqueError, refusal, Unreachable } from './error.ts'
import { backoff, pause } from './backoff.ts'

export type Query = Record<string, string | number | boolean | Array<string | number> | undefined>

export interface Ask {
  query?: Query
  headers?: Record<string, string>
  /** JSON, as text. */
  body?: string | undefined
  /** Called when the answer says that the worker which asked is to take no more jobs. */
  onQuiet?: (() => void) | undefined
  signal?: AbortSignal | undefined
}

/** `repeated`: an earlier try may have reached the server as well. */
export interface Answer { status: number, headers: Headers, text: string, repeated: boolean }

export interface Connection {
  /** Such as 'http://127.0.0.1:5000'; a path is put before all others. */
  url: string
  /** Sent as `Authorization: Bearer`. */
  token?: string | undefined
  /** Tries after the first one that came to nothing: 5, within some three seconds. */
  retries?: number | undefined
  /** Seconds after which a request without an answer has failed, beyond those that the server is to wait: 60. */
  timeout?: number | undefined
  /** Used instead of the `fetch` of the platform. */
  fetch?: typeof fetch | undefined
}

/** Thrown instead of a refusal when an earlier try may have done the work: what is refused may be the repetition. */
export class Repeated extends Error {
  readonly refusal: Error

  constructor (refusal: Error) {
    super(refusal.message)
    this.refusal = refusal
  }
}

/**
 * Asks, and again with growing pauses if the connection fails or presque answers 503, where repeating does no harm.
 * Rejects with the refusal, and with `Repeated` around it if that was not the answer to the first try.
 */
export async function ask (connection: Connection, method: string, path: string, what: Ask): Promise<Answer> {
  const { url, init, repeatable } = prepare(connection, method, path, what)
  const retries = connection.retries ?? 5
  for (let attempt = 0, repeated = false; ; attempt++) {
    try {
      const attempt = (signal: AbortSignal) => once(connection, url, { ...init, signal }, what.onQuiet)
      return { ...await within(connection, what, attempt), repeated }
    } catch (error) {
      if (what.signal?.aborted) throw error
      const [passing, reached] = [isPassing(error), !neverSent(error)]
      if (!passing) throw repeated ? new Repeated(error as Error) : error
      if (attempt >= retries || (reached && !repeatable)) throw named(error, url)
      repeated ||= reached
      await pause(backoff(attempt), what.signal)
    }
  }
}

// A server that has gone without a word never answers, and `fetch` then waits for minutes, or for ever.
async function within<Result> ({ timeout = 60 }: Connection, { query, signal }: Ask, attempt: (signal: AbortSignal) => Promise<Result>) {
  const seconds = timeout + (Number(query?.wait) || 0)
  const limit = new AbortController()
  const stop = () => { limit.abort(signal!.reason) }
  const late = () => { limit.abort(Object.assign(new Error(`no answer within ${seconds} s`), { code: 'ETIMEDOUT' })) }
  const timer = setTimeout(late, seconds * 1000)
  signal?.addEventListener('abort', stop, { once: true })
  if (signal?.aborted) stop()
  try {
    return await attempt(limit.signal)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
  }
}

async function once ({ fetch = globalThis.fetch }: Connection, url: string, init: RequestInit, onQuiet?: () => void) {
  const answer = await fetch(url, init)
  const text = await answer.text()
  // Not before: the worker aborts its requests then, and the job that it brings would come back late.
  if (answer.headers.get('x-presque-quiet') === '1') onQuiet?.()
  if (!answer.ok) throw refusal(answer.status, text)
  return { status: answer.status, headers: answer.headers, text }
}

function prepare ({ url, token }: Connection, method: string, path: string, { query = {}, headers = {}, body }: Ask) {
  // fetch would fold it, and ask for something else.
  if (/(^|\/)\.{1,2}(\/|$)/.test(path)) throw new PresqueError(400, "a queue or a schedule cannot be called '.' or '..'")
  const sent = new Headers(headers)
  if (token !== undefined) sent.set('authorization', `Bearer ${token}`)
  if (body !== undefined) sent.set('content-type', 'application/json')
  // It is what makes repeating a push harmless.
  if (method === 'POST' && /^\/q\/[^/]*$/.test(path) && !sent.has('idempotency-key')) sent.set('idempotency-key', unique())
  const init: RequestInit = { method, headers: sent, ...(body !== undefined && { body }) }
  return { url: url.replace(/\/+$/, '') + path + search(query), init, repeatable: isRepeatable(method, path, query) }
}

function search (query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  return given.length === 0 ? '' : '?' + given.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')
}

// What a repetition would do twice: a job taken for good twice is one lost, a batch or a failure would be counted twice.
function isRepeatable (method: string, path: string, { lease }: Query): boolean {
  if (/^(GET \/qb?\/|POST \/qb?\/[^/]*\/take$)/.test(`${method} ${path}`)) return lease !== undefined
  return !/^(PUT \/q\/|POST \/qb\/[^/]*$)/.test(`${method} ${path}`)
}

// "fetch failed" alone helps nobody.
function named (error: unknown, url: string): unknown {
  if (isRefusal(error, 503)) return error
  const { message, cause } = error as Error
  return new Unreachable(`presque at ${new URL(url).origin} cannot be reached: ${cause instanceof Error ? cause.message || codeOf(error) : message}`, { cause: error })
}

// fetch throws a TypeError for whatever is wrong with a connection.
function isPassing (error: unknown): boolean {
  return error instanceof TypeError || isRefusal(error, 503) || codeOf(error) !== undefined
}

function neverSent (error: unknown): boolean {
  return ['ECONNREFUSED', 'ConnectionRefused', 'ENOTFOUND', 'EAI_AGAIN'].includes(codeOf(error) ?? '')
}

// Node has it in the cause, Bun in the error itself.
function codeOf (error: unknown): string | undefined {
  const { code, cause } = error as { code?: unknown, cause?: { code?: unknown } }
  return [code, cause?.code].find(one => typeof one === 'string') as string | undefined
}

// crypto.randomUUID() exists in secure contexts only, and a page on http:// is none.
function unique (): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('')
}
