import { Box } from '../state/box.ts'

const place = 'presque-token'

/** Whether the server wants a token that it has not been given, or another than that: it knows it not, or it may not read. */
export const wanted = new Box<'' | 'missing' | 'unknown' | 'insufficient'>('')

/** What the server refused, as it says it. */
export class Refusal extends Error {
  readonly status: number

  constructor (status: number, sentence: string) {
    super(sentence)
    this.status = status
  }
}

interface Asked {
  body?: string
  query?: Record<string, string | number | undefined>
  headers?: Record<string, string>
  signal?: AbortSignal
}

// For as long as this tab is open, and for no other.
export function token (): string {
  return sessionStorage.getItem(place) ?? ''
}

export function keepToken (text: string): void {
  if (text === '') sessionStorage.removeItem(place)
  else sessionStorage.setItem(place, text)
  wanted.value = ''
}

/** Asks the server. Throws a Refusal when it refuses, or with status 0 when there is none to hear it. */
export async function send (method: string, path: string, { body, query = {}, headers = {}, signal }: Asked = {}): Promise<Response> {
  const given = Object.entries(query).flatMap(([name, value]) => value === undefined || value === '' ? [] : [[name, String(value)]])
  const search = given.length === 0 ? '' : `?${new URLSearchParams(given)}`
  const answer = await fetch(`${path}${search}`, {
    method,
    headers: { ...headers, ...(token() && { authorization: `Bearer ${token()}` }), ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body }),
    ...(signal && { signal })
  }).catch(error => { throw signal?.aborted ? error : new Refusal(0, 'presque does not answer') })
  if (answer.ok) return answer
  if (answer.status === 401) wanted.value = token() === '' ? 'missing' : 'unknown'
  throw new Refusal(answer.status, await sentence(answer))
}

async function sentence (answer: Response): Promise<string> {
  try {
    return String((await answer.json()).error)
  } catch {
    return `the server answered ${answer.status}`
  }
}

/** The text of an answer: payloads are shown as they came, so they are not parsed on the way. */
export async function text (path: string, query?: Asked['query']): Promise<string> {
  return await (await send('GET', path, { ...(query && { query }) })).text()
}

export async function json<Answer> (path: string, query?: Asked['query']): Promise<Answer> {
  return JSON.parse(await text(path, query))
}

/** A path, each of its parts escaped. */
export function path (...parts: string[]): string {
  return `/${parts.map(encodeURIComponent).join('/')}`
}
