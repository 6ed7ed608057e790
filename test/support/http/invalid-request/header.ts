import { whole, withHeaders, without, type Way } from './request.ts'

const types = [
  '',
  ';',
  'text/plain',
  '\xff',
  'application/json;;=',
  'a'.repeat(5000),
  'application/json; charset=utf-16'
]
const idempotencyKeys = ['', 'a', 'a', ' ', '\xff', 'x'.repeat(257), '"', '\\', '%s', 'a\tb']

/** Requests whose headers are wrong. */
export const header: Record<string, Way> = {
  'a NUL in a header': plain => ({ bytes: withHeaders(plain, 'X-Presque-WorkerId: a\0b') }),
  'a huge header': (plain, random) => ({
    bytes: withHeaders(plain, `X-Presque-WorkerId: ${'w'.repeat(200 + random.below(60_000))}`)
  }),
  'many headers': (plain, random) => ({
    bytes: withHeaders(plain, ...Array.from({ length: random.below(3000) }, (_, i) => `X${i}: y`))
  }),
  'odd letters in a header': (plain, random) => ({
    bytes: withHeaders(
      plain,
      `X-Presque-WorkerId: ${random
        .bytes(5)
        .toString('latin1')
        .replace(/[\r\n]/g, '')}`
    )
  }),
  'a header folded, unnamed, or spaced': (plain, random) => ({
    bytes: withHeaders(
      plain,
      random.pick([' folded: x', ': x', 'X : y', 'X\t: y', '\u00e4: x', 'X'])
    )
  }),
  'headers twice': (plain, random) => ({
    bytes: withHeaders(
      plain,
      random.pick([
        'Content-Type: text/plain',
        'Host: y',
        'Content-Length: 0',
        'X-Presque-WorkerId: a\r\nX-Presque-WorkerId: b',
        'Origin: null\r\nOrigin: http://x'
      ])
    )
  }),
  'another content type': (plain, random) => ({
    bytes: whole({
      ...plain,
      headers: [
        ...without('content-type', plain.headers),
        `Content-Type: ${random.pick(types)}`
      ]
    })
  }),
  'a page of another site': (plain, random) => ({
    bytes: withHeaders(
      plain,
      random.pick([
        'Origin: null',
        'Origin: http://[',
        'Origin: ' + 'x'.repeat(5000),
        'Sec-Fetch-Site: cross-site'
      ])
    )
  }),
  'conditions and ranges': (plain, random) => ({
    bytes: withHeaders(
      plain,
      random.pick([
        'Range: bytes=9-1',
        'If-Match: *',
        'If-None-Match: *',
        'Accept: x/y;q=z',
        'Accept-Encoding: \xff',
        'Transfer-Encoding:',
        'TE: trailers'
      ])
    )
  }),
  'an expectation': (plain, random) => ({
    bytes: withHeaders(plain, `Expect: ${random.pick(['100-continue', 'tea', '200-ok', ''])}`)
  }),
  'an upgrade': (plain, random) => ({
    bytes: withHeaders(
      plain,
      'Connection: Upgrade',
      `Upgrade: ${random.pick(['websocket', 'h2c', '', 'x/y'])}`
    )
  }),
  'an idempotency key': (plain, random) => ({
    bytes: withHeaders(
      plain,
      `Idempotency-Key: ${random.pick(idempotencyKeys)}`
    )
  }),
  'no Host': plain => ({ bytes: whole({ ...plain, headers: without('host', plain.headers) }) })
}
