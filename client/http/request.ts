import { errorOf, hasStatus, PresqueError, Unreachable } from '../error.ts'
import { retry } from './backoff.ts'
import type { HttpAnswer, HttpRequest, Send } from './message.ts'

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
export interface Answer extends HttpAnswer { repeated: boolean }

export interface Connection {
  /** Such as 'http://127.0.0.1:5000'. A path in it is put before the path of each request. */
  url: string
  /** Sent as `Authorization: Bearer`. */
  token?: string | undefined
  /** Tries after the first one failed: 5, within some three seconds. */
  retries?: number | undefined
  /** Seconds that a request waits for its answer, beside those that the server is to wait: 60. */
  timeout?: number | undefined
  /**
   * Used for all requests. If left out, Node uses `node:http` with connections that are kept alive,
   * and other platforms their own `fetch`.
   */
  fetch?: typeof fetch | undefined
}

/** A connection, and what sends its requests. */
export interface Sender extends Connection { send: Send }

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
  connection: Sender, method: string, path: string, what: Ask
): Promise<Answer> {
  const request = prepare(connection, method, path, what)
  const repeatable = isRepeatable(method, path, what.query ?? {})
  const retries = connection.retries ?? 5
  let repeated = false
  const attempt = async (): Promise<Answer> => {
    return Object.assign(await sendOnce(connection, request, what), { repeated })
  }
  const isRetried = (error: unknown, failures: number): boolean => {
    if (what.signal?.aborted) return false
    if (!isConnectionError(error)) throw repeated ? new Repeated(error as Error) : error
    const mayHaveArrived = !wasNeverSent(error)
    const isLast = failures >= retries || (mayHaveArrived && !repeatable)
    if (isLast) throw unreachable(error, request.url)
    repeated ||= mayHaveArrived
    return true
  }
  return await retry(attempt, isRetried, what.signal)
}

async function sendOnce (
  { send }: Sender, request: HttpRequest, { onQuiet }: Ask
): Promise<HttpAnswer> {
  const answer = await send(request)
  // After the text: a quiet worker aborts its requests, and the job in this answer would come late.
  if (answer.header('x-presque-quiet') === '1') onQuiet?.()
  if (answer.status < 200 || answer.status > 299) throw errorOf(answer.status, answer.text)
  return answer
}

function prepare (
  { url, token, timeout = 60 }: Connection, method: string, path: string,
  { query = {}, headers = {}, body, signal }: Ask
): HttpRequest {
  // A URL would resolve the dots, and ask for another path.
  if (/(^|\/)\.{1,2}(\/|$)/.test(path)) {
    throw new PresqueError(400, "a queue or a schedule cannot be called '.' or '..'")
  }
  const sent: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) sent[name.toLowerCase()] = value
  if (token !== undefined) sent['authorization'] = `Bearer ${token}`
  if (body !== undefined) sent['content-type'] = 'application/json'
  // The key makes it harmless to repeat a push.
  const isPush = method === 'POST' && /^\/q\/[^/]*$/.test(path)
  if (isPush) sent['idempotency-key'] ??= randomKey()
  checkHeaders(sent)
  // A server that vanished without a word never answers.
  const timeoutMs = (timeout + (Number(query['wait']) || 0)) * 1000
  const whole = url.replace(/\/+$/, '') + path + search(query)
  return { method, url: whole, headers: sent, body, signal, timeoutMs }
}

// Another try would fail alike: no transport is to take this for a fault of the connection.
function checkHeaders (headers: Record<string, string>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) throw new TypeError(`${name} is no header value`)
  }
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
