import { whole, without, type Way } from './request.ts'

/** Requests that are wrong as a whole: method, version, ends of lines, bytes. */
export const message: Record<string, Way> = {
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
  'lines that end in CR or LF alone': (plain, random) => ({
    bytes: whole(plain, random.pick(['\n', '\r', '\n\r', '\r\r\n'])),
    cut: true
  }),
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
