import { errorOf, hasStatus, PresqueError, Unreachable } from './error.ts'
import { retry } from './backoff.ts'

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
  /** Such as 'http://127.0.0.1:5000'. A path in it is put before the path of each request. */
  url: string
  /** Sent as `Authorization: Bearer`. */
  token?: string | undefined
  /** Tries after the first one failed: 5, within some three seconds. */
  retries?: number | undefined
  /** Seconds that a request waits for its answer, beside those that the server is to wait: 60. */
  timeout?: number | undefined
  /** Used instead of the `fetch` of the platform. */
  fetch?: typeof fetch | undefined
}

/**
 * Thrown instead of an error when an earlier try may have done the work: then the answer may be
 * about the repetition alone.
 */
export class Repeated extends Error {
  readonly error: Error

  constructor (error: Error) {
    super(error.message)
    this.error = error
  }
}

/**
 * Sends a request. Repeats it with growing pauses if the connection fails or presque answers 503,
 * where a repetition does no harm. Rejects with
 * - a `PresqueError` for an error that presque answered,
 * - `Repeated` around that if it was not the answer to the first try,
 * - `Unreachable` if there was no answer.
 */
export async function ask (
  connection: Connection, method: string, path: string, what: Ask
): Promise<Answer> {
  const { url, init, repeatable } = prepare(connection, method, path, what)
  const retries = connection.retries ?? 5
  let repeated = false
  const attempt = async (): Promise<Answer> => {
    const send = (signal: AbortSignal) => once(connection, url, { ...init, signal }, what.onQuiet)
    return { ...await withTimeout(connection, what, send), repeated }
  }
  const isRetried = (error: unknown, failures: number): boolean => {
    if (what.signal?.aborted) return false
    if (!isConnectionError(error)) throw repeated ? new Repeated(error as Error) : error
    const mayHaveArrived = !wasNeverSent(error)
    if (failures >= retries || (mayHaveArrived && !repeatable)) throw unreachable(error, url)
    repeated ||= mayHaveArrived
    return true
  }
  return await retry(attempt, isRetried, what.signal)
}

// A server that vanished without a word never answers. `fetch` would wait for minutes, or for ever.
async function withTimeout<Result> (
  { timeout = 60 }: Connection, { query, signal }: Ask,
  send: (signal: AbortSignal) => Promise<Result>
): Promise<Result> {
  const seconds = timeout + (Number(query?.wait) || 0)
  const limit = new AbortController()
  const stop = () => limit.abort(signal!.reason)
  const timer = setTimeout(() => {
    const reason = new Error(`no answer within ${seconds} s`)
    limit.abort(Object.assign(reason, { code: 'ETIMEDOUT' }))
  }, seconds * 1000)
  signal?.addEventListener('abort', stop, { once: true })
  if (signal?.aborted) stop()
  try {
    return await send(limit.signal)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
  }
}

async function once (
  { fetch = globalThis.fetch }: Connection, url: string, init: RequestInit, onQuiet?: () => void
) {
  const answer = await fetch(url, init)
  const text = await answer.text()
  // After the text: a quiet worker aborts its requests, and the job in this answer would come late.
  if (answer.headers.get('x-presque-quiet') === '1') onQuiet?.()
  if (!answer.ok) throw errorOf(answer.status, text)
  return { status: answer.status, headers: answer.headers, text }
}

function prepare (
  { url, token }: Connection, method: string, path: string,
  { query = {}, headers = {}, body }: Ask
) {
  // fetch would resolve the dots, and ask for another path.
  if (/(^|\/)\.{1,2}(\/|$)/.test(path)) {
    throw new PresqueError(400, "a queue or a schedule cannot be called '.' or '..'")
  }
  const sent = new Headers(headers)
  if (token !== undefined) sent.set('authorization', `Bearer ${token}`)
  if (body !== undefined) sent.set('content-type', 'application/json')
  // The key makes it harmless to repeat a push.
  const isPush = method === 'POST' && /^\/q\/[^/]*$/.test(path)
  if (isPush && !sent.has('idempotency-key')) sent.set('idempotency-key', randomKey())
  const init: RequestInit = { method, headers: sent, ...(body !== undefined && { body }) }
  const repeatable = isRepeatable(method, path, query)
  return { url: url.replace(/\/+$/, '') + path + search(query), init, repeatable }
}

function search (query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  const parts = given.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
  return parts.length === 0 ? '' : `?${parts.join('&')}`
}

// A job that is taken for good twice is lost once; a batch of pushes would be stored twice.
function isRepeatable (method: string, path: string, { lease }: Query): boolean {
  const request = `${method} ${path}`
  if (/^(GET \/qb?\/|POST \/qb?\/[^/]*\/take$)/.test(request)) return lease !== undefined
  return !/^(PUT \/q\/|POST \/qb\/[^/]*$)/.test(request)
}

// The message of `fetch` ("fetch failed") does not tell which server, nor why.
function unreachable (error: unknown, url: string): unknown {
  if (hasStatus(error, 503)) return error
  const { message, cause } = error as Error
  const why = cause instanceof Error ? cause.message || codeOf(error) : message
  const sentence = `presque at ${new URL(url).origin} cannot be reached: ${why}`
  return new Unreachable(sentence, { cause: error })
}

// fetch throws a TypeError for every fault of a connection.
function isConnectionError (error: unknown): boolean {
  return error instanceof TypeError || hasStatus(error, 503) || codeOf(error) !== undefined
}

const neverSent = ['ECONNREFUSED', 'ConnectionRefused', 'ENOTFOUND', 'EAI_AGAIN']

function wasNeverSent (error: unknown): boolean {
  return neverSent.includes(codeOf(error) ?? '')
}

// Node has the code in the cause, Bun in the error itself.
function codeOf (error: unknown): string | undefined {
  const { code, cause } = error as { code?: unknown, cause?: { code?: unknown } }
  return [code, cause?.code].find(one => typeof one === 'string') as string | undefined
}

// crypto.randomUUID() exists in secure contexts only; a page on http:// is none.
function randomKey (): string {
  const bytes = [...crypto.getRandomValues(new Uint8Array(16))]
  return bytes.map(byte => byte.toString(16).padStart(2, '0')).join('')
}
