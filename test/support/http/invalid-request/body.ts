import { length, whole, withBody, withHeaders, without, type Way } from './request.ts'

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
const lengths = ['-1', 'x', '1e3', '0x2', '2, 2', '9'.repeat(30), '+2', '']
const encodings = ['chunked', 'gzip', 'identity', 'chunked, chunked', 'Chunked', 'x']

const list = (count: number, text: () => string): string =>
  Array.from({ length: count }, text).join()

const object = (count: number, member: () => string): string => `{${list(count, member)}}`

/** Requests whose body, or its length, is wrong. */
export const body: Record<string, Way> = {
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
  }
}
