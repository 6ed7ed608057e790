import { PresqueError, Unreachable } from '../../client/error.ts'
import { token, tokenProblem } from '../state/token.ts'
import { root } from './root.ts'

interface Ask {
  /** JSON, as text. */
  body?: string
  query?: Record<string, string | number | undefined>
  headers?: Record<string, string>
  signal?: AbortSignal
}

/**
 * Sends a request with the token of this tab. Rejects with a PresqueError if the server answers an
 * error, with Unreachable if it does not answer, and with an AbortError if `signal` was aborted.
 */
export async function send (method: string, path: string, ask: Ask = {}): Promise<Response> {
  const { body, query = {}, headers = {}, signal } = ask
  const init: RequestInit = {
    method,
    headers: {
      ...headers,
      ...(token() && { authorization: `Bearer ${token()}` }),
      ...(body !== undefined && { 'content-type': 'application/json' })
    },
    ...(body !== undefined && { body }),
    ...(signal && { signal })
  }
  const url = root + path + search(query, path.includes('?') ? '&' : '?')
  const answer = await fetch(url, init).catch(error => {
    throw signal?.aborted ? error : new Unreachable('presque does not answer')
  })
  if (answer.ok) return answer
  if (answer.status === 401) tokenProblem.value = token() === '' ? 'missing' : 'unknown'
  throw new PresqueError(answer.status, await sentenceOf(answer))
}

function search (query: NonNullable<Ask['query']>, first: string): string {
  const given = Object.entries(query).flatMap(([name, value]) => {
    return value === undefined || value === '' ? [] : [[name, String(value)]]
  })
  return given.length === 0 ? '' : `${first}${new URLSearchParams(given)}`
}

// A proxy may answer something else than JSON.
async function sentenceOf (answer: Response): Promise<string> {
  try {
    return String((await answer.json()).error)
  } catch {
    return `the server answered ${answer.status}`
  }
}

export function hasStatus (error: unknown, ...statuses: number[]): boolean {
  return error instanceof PresqueError && statuses.includes(error.status)
}

/** The answer to a GET as text: payloads are shown byte for byte, so they must not be parsed. */
export async function text (path: string, query?: Ask['query']): Promise<string> {
  return await (await send('GET', path, { ...(query && { query }) })).text()
}

export async function json<Answer> (path: string, query?: Ask['query']): Promise<Answer> {
  return JSON.parse(await text(path, query))
}

/** A path; each part is escaped. */
export function path (...parts: string[]): string {
  return `/${parts.map(encodeURIComponent).join('/')}`
}
