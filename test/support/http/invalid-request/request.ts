import type { Random } from '../../random.ts'

/** A request as bytes on the wire will say it. */
export interface Plain {
  method: string
  path: string
  /** As 'name=value'. */
  query: string[]
  headers: string[]
  body: Buffer
  /** What else may be in its query. */
  parameters: string[]
}

export interface Spoilt {
  bytes: Buffer
  /** The connection ends with the bytes, which may be half a request: there may be no answer. */
  cut?: boolean
  /** It may be a request for something else by now. */
  elsewhere?: boolean
}

export type Way = (plain: Plain, random: Random) => Spoilt

export const target = ({ path, query }: Plain): string =>
  `${path}${query.length === 0 ? '' : '?'}${query.join('&')}`

export function whole (
  plain: Plain,
  line = '\r\n',
  version = 'HTTP/1.1',
  url = target(plain)
): Buffer {
  const { method, headers, body } = plain
  const head = [`${method} ${url} ${version}`, ...headers, '', ''].join(line)
  return Buffer.concat([Buffer.from(head, 'latin1'), body])
}

export const length = (body: Buffer | string): string =>
  `Content-Length: ${Buffer.byteLength(body)}`

export const without = (name: string, headers: string[]): string[] =>
  headers.filter(header => !header.toLowerCase().startsWith(name))

export function withBody (plain: Plain, text: Buffer | string): Buffer {
  const body = Buffer.from(text as string)
  return whole({
    ...plain,
    headers: [...without('content-length', plain.headers), length(body)],
    body
  })
}

export function withHeaders (plain: Plain, ...headers: string[]): Buffer {
  return whole({ ...plain, headers: [...plain.headers, ...headers] })
}

export const query = (plain: Plain, ...more: string[]): Plain => ({
  ...plain,
  query: [...plain.query, ...more]
})
