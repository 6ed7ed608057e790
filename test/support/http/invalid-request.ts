import type { Random } from '../random.ts'

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

type Way = (plain: Plain, random: Random) => Spoilt

const target = ({ path, query }: Plain): string =>
  `${path}${query.length === 0 ? '' : '?'}${query.join('&')}`

function whole (plain: Plain, line = '\r\n', version = 'HTTP/1.1', url = target(plain)): Buffer {
  const { method, headers, body } = plain
  const head = [`${method} ${url} ${version}`, ...headers, '', ''].join(line)
  return Buffer.concat([Buffer.from(head, 'latin1'), body])
}

const length = (body: Buffer | string): string => `Content-Length: ${Buffer.byteLength(body)}`

const without = (name: string, headers: string[]): string[] =>
  headers.filter(header => !header.toLowerCase().startsWith(name))

function withBody (plain: Plain, text: Buffer | string): Buffer {
  const body = Buffer.from(text as string)
  return whole({
    ...plain,
    headers: [...without('content-length', plain.headers), length(body)],
    body
  })
}

function withHeaders (plain: Plain, ...headers: string[]): Buffer {
  return whole({ ...plain, headers: [...plain.headers, ...headers] })
}

const query = (plain: Plain, ...more: string[]): Plain => ({
  ...plain,
  query: [...plain.query, ...more]
})

const values = [
  'null',
  '0',
  '-1',
  '1e400',
  '""',
  '"\\ud800"',
  '[]',
  '{}',
  '[null]',
  '{"toString":1,"valueOf":2}',
  '{"__proto__":null}',
  '{"constructor":{}}',
  '[[[]]]',
  'true',
  '"%s%d%j"'
]
const letters = [
  '%',
  '&',
  '=',
  '?',
  '#',
  ';',
  '+',
  '[',
  ']',
  '\\',
  "'",
  '"',
  '<',
  '%00',
  '%2500',
  '%0d%0a',
  '%C3%A4',
  '\xe4',
  '..',
  '//',
  '\t',
  '__proto__',
  'worker_id',
  'delayed',
  'uniq',
  'a'
]
// None of them longer than the server may wait.
const amounts = [
  '',
  '0',
  '0.01',
  '0.05',
  '1',
  '1.5',
  '5',
  '10',
  '42',
  '1e3',
  '0x1',
  '-1',
  '-0.5',
  '43200',
  '9007199254740993',
  '253402300799',
  '9'.repeat(400),
  'NaN',
  'x',
  '%20',
  '%00',
  'failed',
  'delayed',
  'waiting',
  'active',
  'completed',
  'ignore',
  'replace',
  'reject',
  'w1',
  '1-0',
  '1,2',
  '[]',
  '{}',
  'null',
  'true'
]
const keys = [
  'jobs',
  'status',
  'action',
  'for',
  'worker_id',
  'tries',
  'max_lost',
  'lease',
  'keep',
  'backoff',
  'rate',
  'concurrency',
  'max_jobs',
  'error',
  'delay',
  'retry',
  'progress',
  'result',
  '__proto__',
  'toString'
]
const members = [
  '"id":"1"',
  '"id":1',
  '"receipt":"1-0"',
  '"receipt":[]',
  '"result":null',
  '"error":{}',
  '"error":{"message":{"toString":1}}',
  '"error":{"type":"a","backtrace":[1]}',
  '"delay":0',
  '"delay":1e308',
  '"retry":false',
  '"lease":1',
  '"lease":"1"',
  '"progress":"\\ud800"',
  '"__proto__":1'
]

const types = [
  '',
  ';',
  'text/plain',
  '\xff',
  'application/json;;=',
  'a'.repeat(5000),
  'application/json; charset=utf-16'
]
const lengths = ['-1', 'x', '1e3', '0x2', '2, 2', '9'.repeat(30), '+2', '']
const encodings = ['chunked', 'gzip', 'identity', 'chunked, chunked', 'Chunked', 'x']
const idempotencyKeys = ['', 'a', 'a', ' ', '\xff', 'x'.repeat(257), '"', '\\', '%s', 'a\tb']

const list = (count: number, text: () => string): string =>
  Array.from({ length: count }, text).join()

const object = (count: number, member: () => string): string => `{${list(count, member)}}`

/** Every way to get a request wrong that we could think of, by its name. */
export const ways: Record<string, Way> = {
  'a bad escape in the path': (plain, random) => ({
    bytes: whole({
      ...plain,
      path: plain.path + random.pick(['%', '%2', '%zz', '%ff', '%c3%28', '/%', '%00', '%2f'])
    }),
    elsewhere: true
  }),
  'a bad escape in the query': (plain, random) => ({
    bytes: whole(query(plain, `a=${random.pick(['%', '%f', '%zz', '%ff', '%ed%a0%80'])}`))
  }),
  'a query of odd characters': (plain, random) => ({
    bytes: whole(query(plain, Array.from({ length: 12 }, () => random.pick(letters)).join('')))
  }),
  'a parameter again and again': (plain, random) => ({
    bytes: whole(
      query(
        plain,
        ...Array(500).fill(
          `${random.pick([...plain.parameters, 'x'])}=${random.pick(['1', 'w', ''])}`
        )
      )
    )
  }),
  'its parameters, of any value': (plain, random) => ({
    bytes: whole(
      query(
        plain,
        ...plain.parameters
          .filter(() => random.below(2) === 0)
          .map(name => `${name}=${random.pick(amounts)}`)
      )
    )
  }),
  'one of its parameters, of any value': (plain, random) => ({
    bytes: whole(query(plain, `${random.pick([...plain.parameters, 'x'])}=${random.pick(amounts)}`))
  }),
  'none of its parameters': plain => ({ bytes: whole({ ...plain, query: [] }) }),
  'a NUL in the path': plain => ({
    bytes: whole({ ...plain, path: `${plain.path}\0` }),
    elsewhere: true
  }),
  'a NUL in a header': plain => ({ bytes: withHeaders(plain, 'X-Presque-WorkerId: a\0b') }),
  'a huge header': (plain, random) => ({
    bytes: withHeaders(plain, `X-Presque-WorkerId: ${'w'.repeat(200 + random.below(60_000))}`)
  }),
  'many headers': (plain, random) => ({
    bytes: withHeaders(plain, ...Array.from({ length: random.below(3000) }, (_, i) => `X${i}: y`))
  }),
  'a huge URL': (plain, random) => ({
    bytes: whole({ ...plain, path: plain.path + 'x'.repeat(200 + random.below(60_000)) }),
    elsewhere: true
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
  'a body cut short': (plain, random) => ({
    bytes: whole({
      ...plain,
      headers: [
        ...without('content-length', plain.headers),
        `Content-Length: ${plain.body.length + 1 + random.below(2e6)}`
      ]
    }),
    cut: true
  }),
  'a length too small': (plain, random) => ({
    bytes: whole({
      ...plain,
      headers: [...without('content-length', plain.headers), length('')],
      body: Buffer.concat([plain.body, random.bytes(9)])
    })
  }),
  'a length that is none': (plain, random) => ({
    bytes: whole({
      ...plain,
      headers: [
        ...without('content-length', plain.headers),
        `Content-Length: ${random.pick(lengths)}`
      ]
    }),
    cut: true
  }),
  'a length and chunks': plain => ({
    bytes: withHeaders(plain, length(plain.body), 'Transfer-Encoding: chunked'),
    cut: true
  }),
  'chunks that are none': (plain, random) => ({
    bytes: whole({
      ...plain,
      headers: [
        ...without('content-length', plain.headers),
        `Transfer-Encoding: ${random.pick(encodings)}`
      ],
      body: Buffer.from(
        random.pick([
          'x\r\n',
          '-1\r\n',
          'ffffffffffffffffff\r\n',
          '2\r\n{}\r\n',
          '2\r\n{}x',
          '0\r\n',
          '2;a="\r\n{}\r\n0\r\n\r\n'
        ])
      )
    }),
    cut: true
  }),
  'a body in another encoding': (plain, random) => ({
    bytes: withBody(
      plain,
      random.pick([
        Buffer.from('{"a":"\xe4"}', 'latin1'),
        Buffer.from('\ufeff{}'),
        Buffer.from('{"status":"stop"}', 'utf16le'),
        Buffer.from([0xff, 0xfe]),
        Buffer.from('\0')
      ])
    )
  }),
  'a body of random bytes': (plain, random) => ({
    bytes: withBody(plain, random.bytes(1 + random.below(300)))
  }),
  'a body with one byte flipped': (plain, random) => ({
    bytes: withBody(plain, random.flip(plain.body))
  }),
  'a body far too large': plain => ({
    bytes: withBody(plain, `{"a":"${'x'.repeat(1024 * 1024)}"}`)
  }),
  'JSON of 100 000 levels': (plain, random) => ({
    bytes: withBody(
      plain,
      random.pick([
        '['.repeat(1e5),
        '{"a":'.repeat(1e5),
        `${'['.repeat(1e5)}${']'.repeat(1e5)}`,
        `{"status":${'['.repeat(1e5)}${']'.repeat(1e5)}}`,
        `{"jobs":[${'{"a":'.repeat(1e5)}1${'}'.repeat(1e5)}]}`
      ])
    )
  }),
  'JSON of other types': (plain, random) => ({
    bytes: withBody(
      plain,
      random.pick([random.pick(values), `{"${random.pick(keys)}":${random.pick(values)}}`])
    )
  }),
  'JSON of several members': (plain, random) => ({
    bytes: withBody(
      plain,
      object(1 + random.below(4), () => {
        return `"${random.pick(keys)}":${random.pick([...values, '1', '30', '"stop"'])}`
      })
    )
  }),
  'jobs of all sorts': (plain, random) => ({
    bytes: withBody(
      plain,
      `{"jobs":[${list(random.below(4), () => {
        return object(random.below(5), () => random.pick(members))
      })}]}`
    )
  }),
  'deep JSON where any is allowed': (plain, random) => {
    const deep = random.pick([
      `${'['.repeat(1e5)}${']'.repeat(1e5)}`,
      `${'{"a":'.repeat(1e5)}1${'}'.repeat(1e5)}`
    ])
    return {
      bytes: withBody(
        plain,
        random.pick([
          deep,
          `{"error":{"backtrace":${deep}}}`,
          `{"error":{"a":${deep}},"retry":false}`,
          `{"progress":${deep}}`,
          `{"a":${deep}}`
        ])
      )
    }
  },
  'an idempotency key': (plain, random) => ({
    bytes: withHeaders(
      plain,
      `Idempotency-Key: ${random.pick(idempotencyKeys)}`
    )
  }),
  'an unknown method': (plain, random) => ({
    bytes: whole({
      ...plain,
      method: random.pick([
        'BREW',
        'get',
        'PATCH',
        'OPTIONS',
        'TRACE',
        'PROPFIND',
        'G\0T',
        '',
        'QUERY'
      ])
    }),
    elsewhere: true
  }),
  'another version': (plain, random) => ({
    bytes: whole(
      plain,
      '\r\n',
      random.pick(['HTTP/0.9', 'HTTP/9.9', 'HTTP/1', 'http/1.1', '', 'HTTPS/1.1'])
    ),
    elsewhere: true,
    cut: true
  }),
  'HTTP/1.0': plain => ({
    bytes: whole({ ...plain, headers: without('host', plain.headers) }, '\r\n', 'HTTP/1.0')
  }),
  'the preface of HTTP/2': () => ({ bytes: Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n') }),
  'no Host': plain => ({ bytes: whole({ ...plain, headers: without('host', plain.headers) }) }),
  'lines that end in CR or LF alone': (plain, random) => ({
    bytes: whole(plain, random.pick(['\n', '\r', '\n\r', '\r\r\n'])),
    cut: true
  }),
  'another form of URL': (plain, random) => {
    const url = target(plain)
    const forms = [
      '*',
      `http://x${url}`,
      `//${url}`,
      `${plain.path}//`,
      `${plain.path}/../..`,
      url.slice(1),
      `${url}#a`,
      '?',
      `${plain.path};a`,
      'x:y',
      `\\${url}`
    ]
    return { bytes: whole(plain, '\r\n', 'HTTP/1.1', random.pick(forms)), elsewhere: true }
  },
  'a request cut anywhere': (plain, random) => ({
    bytes: whole(plain).subarray(0, 1 + random.below(whole(plain).length)),
    cut: true,
    elsewhere: true
  }),
  'a request with one byte flipped': (plain, random) => ({
    bytes: random.flip(whole(plain)),
    cut: true,
    elsewhere: true
  }),
  'random bytes': (_plain, random) => ({
    bytes: random.bytes(1 + random.below(2000)),
    cut: true,
    elsewhere: true
  })
}
