import { test } from 'tap'
import { bearer, tokenFile } from '../../../support/http/tokens.ts'
import { build } from '../../../support/server/app.ts'

const origin = 'https://ops.example'
const preflight = {
  method: 'OPTIONS',
  url: '/q/mail',
  headers: {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type,authorization'
  }
} as const

test('web pages of named origins may use presque, and read its headers', async t => {
  const { path, secrets } = tokenFile(t, { name: 'ann', roles: ['produce'], queues: ['*'] })
  const app = await build(t, {
    PRESQUE_CORS_ORIGINS: `${origin},http://localhost:8080`,
    PRESQUE_TOKENS: path
  })
  const asked = await app.inject(preflight)
  t.match(
    [asked.statusCode, asked.headers],
    [
      204,
      {
        'access-control-allow-origin': origin,
        'access-control-allow-headers': 'content-type,authorization',
        'access-control-allow-methods': /POST/
      }
    ]
  )
  const pushed = await app.inject({
    method: 'POST',
    url: '/q/mail',
    payload: {},
    headers: { origin, 'sec-fetch-site': 'cross-site', ...bearer(secrets['ann']) }
  })
  t.match(
    [pushed.statusCode, pushed.headers],
    [
      201,
      {
        'access-control-allow-origin': origin,
        'access-control-expose-headers': /x-presque-receipt/
      }
    ]
  )
  const refused = await app.inject({
    method: 'POST',
    url: '/q/mail',
    payload: {},
    headers: { origin }
  })
  t.match(
    [refused.statusCode, refused.headers],
    [401, { 'access-control-allow-origin': origin }],
    'and why not'
  )
  const others = ['https://evil.example', `${origin}.evil.example`, 'http://ops.example', 'null']
  for (const other of others) {
    const answer = await app.inject({
      method: 'POST',
      url: '/q/mail',
      payload: {},
      headers: { origin: other, ...bearer(secrets['ann']) }
    })
    t.same(
      [answer.statusCode, answer.headers['access-control-allow-origin']],
      [403, undefined],
      other
    )
  }
})

test('without origins no page is let in', async t => {
  const app = await build(t)
  const answer = await app.inject(preflight)
  t.same([answer.statusCode, answer.headers['access-control-allow-origin']], [403, undefined])
})

test('a page may read every header that the routes document', async t => {
  const app = await build(t, { PRESQUE_CORS_ORIGINS: origin })
  const answer = await app.inject({ url: '/status', headers: { origin } })
  const exposed = String(answer.headers['access-control-expose-headers']).split(', ')
  const named = documented(app.swagger())
  t.ok(named.has('x-presque-receipt') && named.has('x-presque-quiet'), [...named].join(', '))
  t.strictSame(
    [...named].filter(name => !exposed.includes(name)),
    []
  )
})

// The names of all headers of all answers in an OpenAPI document, but for those of the safelist.
function documented (document: object): Set<string> {
  const names = new Set<string>()
  JSON.stringify(document, (member, value) => {
    if (member === 'headers') for (const name of Object.keys(value)) names.add(name.toLowerCase())
    return value
  })
  const safelist = ['cache-control', 'content-length', 'content-type', 'expires', 'last-modified']
  return new Set([...names].filter(name => !safelist.includes(name)))
}
