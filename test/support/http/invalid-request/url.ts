import { query, target, whole, type Way } from './request.ts'

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
// None of them is longer than the server may wait.
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

/** Requests whose URL is wrong. */
export const url: Record<string, Way> = {
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
  'a huge URL': (plain, random) => ({
    bytes: whole({ ...plain, path: plain.path + 'x'.repeat(200 + random.below(60_000)) }),
    elsewhere: true
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
  }
}
