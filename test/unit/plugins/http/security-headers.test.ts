import { test } from 'tap'
import { client } from '../../../support/http/http-client.ts'
import { operations, request } from '../../../support/http/openapi-document.ts'
import { listen } from '../../../support/server/app.ts'
import { exchange } from '../../../support/http/raw-http.ts'

const coded = (coding: string): string =>
  'POST /q/foo HTTP/1.1\r\nHost: x\r\n' +
  `Content-Type: application/json\r\nTransfer-Encoding: ${coding}\r\n\r\n2\r\n{}\r\n0\r\n\r\n`

const brokenEscape = [400, 'the URL has an invalid percent-escape'] as const

test('a URL with a broken escape is a 400, in its path and in its query', async t => {
  const { refuses } = await client(t)
  for (const escape of ['%', '%2', '%zz', '%ff', '%C3', '%E0%80%80', '%ED%A0%80', '%u0041']) {
    for (const url of [
      `/q/foo${escape}`,
      `/q/${escape}-foo`,
      `/${escape}`,
      `/status?a=${escape}`,
      `/q/foo?worker_id=${escape}`,
      `/w?${escape}=1`
    ]) {
      await refuses(...brokenEscape, `GET ${url}`)
    }
    await refuses(...brokenEscape, `POST /q/foo?uniq=${escape}`, '{}')
  }
})

test('errors of the HTTP layer itself look like every other error', async t => {
  const { url } = await listen(t)
  const requests: Array<[number, string, string]> = [
    [400, 'no HTTP at all', 'hello\r\n\r\n'],
    [400, 'an unknown method', 'NOPE /q/foo HTTP/1.1\r\nHost: x\r\n\r\n'],
    [400, 'another version', 'GET /q/foo HTTP/9.9\r\nHost: x\r\n\r\n'],
    [400, 'HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    [400, 'no Host', 'GET /q/foo HTTP/1.1\r\n\r\n'],
    [400, 'two Hosts', 'GET /q/foo HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n'],
    [400, 'two Hosts in HTTP/1.0', 'GET /status HTTP/1.0\r\nhost: x\r\nHOST: y\r\n\r\n'],
    [501, 'another coding', coded('gzip')],
    [501, 'none, as a coding', coded('identity')],
    [501, 'another coding before chunks', coded('gzip, chunked')],
    [501, 'chunks within chunks', coded('chunked, chunked')],
    [400, 'a header without a colon', 'GET /q/foo HTTP/1.1\r\nHost: x\r\nnope\r\n\r\n'],
    [
      400,
      'a length that is none',
      'POST /q/foo HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n{}'
    ],
    [
      400,
      'a length and chunks',
      'POST /q/foo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n' +
        '2\r\n{}\r\n0\r\n\r\n'
    ],
    [
      417,
      'an expectation',
      'GET /q/foo HTTP/1.1\r\nHost: x\r\nExpect: tea\r\nConnection: close\r\n\r\n'
    ],
    [
      431,
      'headers of 64 KiB',
      `GET /q/foo HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(64 * 1024)}\r\n\r\n`
    ],
    [431, 'a URL of 64 KiB', `GET /q/${'x'.repeat(64 * 1024)} HTTP/1.1\r\nHost: x\r\n\r\n`]
  ]
  for (const [status, name, bytes] of requests) {
    const [answer] = await exchange(url, bytes)
    t.match(
      answer,
      { status, headers: { 'content-type': /^application\/json(;|$)/, ...withBody } },
      name
    )
    t.match(JSON.parse(answer!.body), { error: /^[a-z]/i }, name)
    t.strictSame(Object.keys(JSON.parse(answer!.body)), ['error'], name)
  }
})

test('a coding of chunks is read in any case', async t => {
  const { url } = await listen(t)
  const [answer] = await exchange(url, coded('Chunked'))
  t.equal(answer!.status, 201)
})

test('an unknown route, and one without a name, is a 404 whatever the body is', async t => {
  const { ask } = await client(t)
  const bodies = ['', '{', '[]', 'a=b', '\xff', '{"a":"' + 'x'.repeat(2 ** 21) + '"}']
  for (const path of ['/nope', '/q/a/b/c', '/q', '/q/', '/qb', '/j/', '/control/', '/w/']) {
    for (const body of bodies) {
      for (const type of ['application/json', 'text/plain', 'nonsense']) {
        const { statusCode } = await ask(`POST ${path}`, body, { 'content-type': type })
        t.equal(statusCode, 404, `${path} ${type} ${body.slice(0, 5)}`)
      }
    }
  }
})

test('HTTP/1.0 without a Host is served', async t => {
  const { url } = await listen(t)
  const [answer] = await exchange(url, 'GET /status HTTP/1.0\r\n\r\n')
  t.match(answer, { status: 200, body: '{"queues":[],"size":0}' })
})

test('no answer is to be stored, whatever it is', async t => {
  const { ask } = await client(t)
  const lines = [
    'GET /q/foo',
    'POST /q/foo',
    'PATCH /q/foo',
    'GET /nope',
    'GET /',
    'GET /docs',
    'GET /docs/',
    'GET /docs/static/swagger-ui.css',
    'GET /openapi.json',
    'GET /q/%',
    'GET /status',
    'HEAD /status',
    'DELETE /q/foo'
  ]
  for (const line of lines) t.equal((await ask(line)).headers['cache-control'], 'no-store', line)
})

const withBody = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin'
}

test('every answer of every route is stored nowhere, and one with a body says what it is, ' +
  'and is for no page of another site', async t => {
  const { app } = await client(t)
  for (const operation of operations(app)) {
    for (const more of [
      {},
      { headers: { 'sec-fetch-site': 'cross-site' } },
      { query: { leese: '1' } }
    ]) {
      const { statusCode, headers, body } = await app.inject(request(operation, {}, more))
      t.match(
        headers,
        body === '' ? { 'cache-control': 'no-store' } : withBody,
        `${operation.name}: ${statusCode}`
      )
    }
  }
})

test('a page may stand in no frame, and tells no other site where a ' +
  'visitor comes from', async t => {
  const { ask } = await client(t)
  const page = { ...withBody, 'x-frame-options': 'DENY', 'referrer-policy': 'no-referrer' }
  const { headers } = await ask('GET /docs/')
  t.match(headers, page)
  for (const rule of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"]) {
    t.match(headers['content-security-policy'], rule)
  }
  t.notMatch(
    headers['content-security-policy'],
    /script-src[^;]*unsafe|https|upgrade/,
    'no script but its own, nothing from elsewhere, and plain HTTP stays'
  )
  for (const line of [
    'GET /docs/static/swagger-ui.css',
    'GET /openapi.json',
    'GET /nope',
    'PATCH /q/foo',
    'GET /q/%'
  ]) {
    t.match((await ask(line)).headers, withBody, line)
  }
})

test('a stream of events carries the same', async t => {
  const { url } = await listen(t)
  for (const path of ['/events', '/q/mail', '/summary']) {
    const { headers, body } = await fetch(url + path, { headers: { accept: 'text/event-stream' } })
    t.match(Object.fromEntries(headers), { ...withBody, 'x-accel-buffering': 'no' }, path)
    await body!.cancel()
  }
})
