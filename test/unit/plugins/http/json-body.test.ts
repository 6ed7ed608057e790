import { deflateSync, gzipSync } from 'node:zlib'
import { test } from 'tap'
import { client, json } from '../../../support/http/http-client.ts'
import { listen } from '../../../support/server/app.ts'

const verbs = ['ack', 'nack', 'touch']
const acts = verbs.flatMap(verb => [`POST /j/foo/1/${verb}?receipt=1-0`, `POST /qb/foo/${verb}`])
acts.push('POST /qb/foo/release')
const routes = [
  'POST /q/foo',
  'PUT /q/foo',
  'POST /qb/foo',
  'POST /control/foo',
  'POST /w/foo',
  'DELETE /w/foo',
  ...acts
]
const bodies: Record<string, string> = {
  q: '{}',
  qb: '{"jobs":[{}]}',
  control: '{"status":"start"}',
  w: '{"worker_id":"w1"}',
  j: '{}'
}
const bodyFor = (line: string): string =>
  line.includes('/qb/foo/') ? '{"jobs":[]}' : bodies[line.split('/')[1]!]!

test('/q and /qb take application/json, with parameters and in any case', async t => {
  const { says } = await client(t)
  for (const type of [
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8;x="y"',
    'Application/JSON',
    ' application/json ',
    'application/json ;',
    'application/json;;;'
  ]) {
    await says(201, '', 'POST /q/foo', '{}', { 'content-type': type })
    await says(201, '', 'PUT /q/foo', '{}', { 'content-type': type })
    await says(201, '', 'POST /qb/foo', '{"jobs":[{}]}', { 'content-type': type })
  }
})

test('/q and /qb refuse every other content type, or none, whatever the body', async t => {
  const { says, refuses } = await client(t)
  const types = [
    'appplication/json',
    'application/x-www-form-urlencoded',
    'text/plain',
    'text/json',
    'application/jsonp',
    'application/json, text/plain',
    'application',
    'multipart/form-data; boundary=x',
    '',
    ';',
    'application/problem+json',
    'text/plain; application/json'
  ]
  for (const headers of [...types.map(type => ({ 'content-type': type })), {}]) {
    for (const line of ['POST /q/foo', 'PUT /q/foo', 'POST /qb/foo']) {
      for (const body of [bodyFor(line), '{', undefined]) {
        await refuses(
          400,
          'content-type must be set to application/json',
          line,
          body && Buffer.from(body),
          headers
        )
      }
    }
  }
  await says(200, { queues: [], size: 0 }, 'GET /status')
})

test('GET and DELETE with a JSON content type and no body are fine everywhere, ' +
  'as they are without', async t => {
  const { says, ask } = await client(t)
  for (const headers of [
    json,
    {},
    { ...json, 'content-length': '0' },
    { 'content-type': 'text/plain' }
  ]) {
    await says(201, '', 'POST /qb/foo', '{"jobs":[{},{}]}')
    await says(200, '{}', 'GET /q/foo', undefined, headers)
    await says(200, ['{}'], 'GET /qb/foo', undefined, headers)
    for (const path of [
      '/status',
      '/status/foo',
      '/j/foo',
      '/control/foo',
      '/w',
      '/w/foo',
      '/openapi.json'
    ]) {
      t.equal((await ask(`GET ${path}`, undefined, headers)).statusCode, 200, path)
    }
    await says(201, '', 'POST /q/foo', '{}')
    const { location } = (await ask('POST /q/foo', '{}')).headers
    t.equal((await ask(`GET ${location}`, undefined, headers)).statusCode, 200)
    await says(204, '', `DELETE ${location}`, undefined, headers)
    await says(200, { count: 1 }, 'DELETE /j/foo?state=waiting', undefined, headers)
    await says(204, '', 'DELETE /w/foo?worker_id=w1', undefined, headers)
    await says(204, '', 'DELETE /q/foo', undefined, headers)
  }
})

test('the routes of a job take JSON under any content type, or no body at all', async t => {
  const { says, ask } = await client(t)
  for (const headers of [
    json,
    {},
    { 'content-type': 'appplication/json' },
    { 'content-type': 'application/x-www-form-urlencoded' }
  ]) {
    for (const [verb, status, body] of [
      ['touch', 200, '{"lease":30}'],
      ['nack', 200, '{"delay":0}'],
      ['release', 204, '{}'],
      ['ack', 204, '"done"']
    ] as const) {
      for (const sent of [Buffer.from(body), undefined]) {
        await says(204, '', 'DELETE /q/foo')
        await says(201, '', 'POST /q/foo', '{}')
        const receipt = (await ask('GET /q/foo?lease=30')).headers['x-presque-receipt']
        t.equal(
          (await ask(`POST /j/foo/1/${verb}?receipt=${receipt}`, sent, headers)).statusCode,
          status,
          verb
        )
      }
    }
  }
})

test('a body with a byte-order mark is a 400', async t => {
  const { refuses } = await client(t)
  for (const line of routes) {
    await refuses(
      400,
      'the body begins with a byte-order mark; send it without',
      line,
      `\ufeff${bodyFor(line)}`
    )
  }
})

test('a body that is not UTF-8 is a 400', async t => {
  const { refuses } = await client(t)
  const strings = [
    '\xff',
    '\xc3',
    '\xe4',
    '\xc0\x80',
    '\xed\xa0\x80',
    '\xf5\x80\x80\x80',
    '\xf4\x90\x80\x80',
    '\x80'
  ]
  const wrong = strings.map(bytes => Buffer.from(`{"a":"${bytes}"}`, 'latin1'))
  const others = [
    Buffer.from('\ufeff{}', 'utf16le'),
    Buffer.from('{"a":"\u00e4\ud800"}', 'utf16le'),
    gzipSync('{}'),
    Buffer.from([0xff]),
    Buffer.from([0xfe, 0xff, 0, 0x7b])
  ]
  for (const line of routes) {
    for (const body of [...wrong, ...others]) {
      await refuses(400, 'the body is not valid UTF-8', line, body)
    }
  }
})

test('a body in UTF-16 without a mark, or compressed, is a 400', async t => {
  const { ask } = await client(t)
  for (const line of routes) {
    for (const body of [
      Buffer.from(bodyFor(line), 'utf16le'),
      gzipSync(bodyFor(line)),
      deflateSync(bodyFor(line))
    ]) {
      for (const encoding of ['gzip', 'deflate', 'identity']) {
        const { statusCode } = await ask(line, body, { ...json, 'content-encoding': encoding })
        t.equal(statusCode, 400, `${line} ${encoding}`)
      }
    }
  }
})

test('a body in chunks is read like any other', async t => {
  const { app, url } = await listen(t)
  async function send (
    method: string,
    path: string,
    parts: Array<string | Buffer>
  ): Promise<number> {
    const body = new ReadableStream({
      start (stream) {
        for (const part of parts) stream.enqueue(Buffer.from(part))
        stream.close()
      }
    })
    const { status } = await fetch(url + path, {
      method,
      headers: json,
      body,
      duplex: 'half'
    } as RequestInit)
    return status
  }
  const [bee, wing] = [
    Buffer.from('{"a":"\u{1F41D}"}').subarray(0, 7),
    Buffer.from('{"a":"\u{1F41D}"}').subarray(7)
  ]
  t.equal(await send('POST', '/q/foo', [bee, wing]), 201, 'cut within a letter')
  t.equal(await send('PUT', '/q/foo', ['{', '"a"', ':1', '}']), 201)
  t.equal(await send('POST', '/qb/foo', ['{"jobs":[{"b"', ':1}]}']), 201)
  t.equal(await send('POST', '/control/bar', ['{"status"', ':"stop"}']), 200)
  t.equal(await send('POST', '/w/foo', ['{"worker_id"', ':"w1"}']), 201)
  t.equal(await send('POST', '/q/foo', []), 400, 'job is missing')
  t.equal(await send('POST', '/q/foo', ['{"a":"', 'x'.repeat(1024 * 1024), '"}']), 413)
  const { body } = await app.inject('/qb/foo')
  t.strictSame(JSON.parse(body), ['{"a":"\u{1F41D}"}', '{"a":1}', '{"b":1}'])
})

test('keys such as __proto__ in a body reach no object of the server', async t => {
  const { says } = await client(t)
  await says(
    201,
    '',
    'POST /q/foo',
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'
  )
  await says(201, '', 'POST /qb/foo', '{"jobs":[{"__proto__":{"polluted":1}}]}')
  t.notOk('polluted' in {})
})
