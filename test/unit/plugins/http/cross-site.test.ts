import { test } from 'tap'
import { client, json, type Client } from '../../../support/http/http-client.ts'

const changes: Array<[string, string?]> = [
  ['GET /q/foo'],
  ['POST /q/foo', '{}'],
  ['PUT /q/foo', '{}'],
  ['DELETE /q/foo'],
  ['GET /qb/foo'],
  ['POST /qb/foo', '{"jobs":[{}]}'],
  ['PUT /qb/foo'],
  ['DELETE /qb/foo'],
  ['POST /control/foo', '{"status":"stop"}'],
  ['POST /w/foo', '{"worker_id":"w1"}'],
  ['DELETE /w/foo?worker_id=w1'],
  ['GET /q/foo,bar?lease=30'],
  ['GET /qb/foo?lease=30&wait=0'],
  ['DELETE /j/foo?state=waiting'],
  ['POST /j/foo/retry?state=failed'],
  ['DELETE /j/foo/1'],
  ['POST /j/foo/1/retry'],
  ...['ack', 'nack', 'release', 'touch'].map(
    verb => [`POST /j/foo/1/${verb}?receipt=1-0`] as [string]
  ),
  ...['ack', 'nack', 'release', 'touch'].map(
    verb => [`POST /qb/foo/${verb}`, '{"jobs":[]}'] as [string, string]
  )
]
const reads = [
  '/status',
  '/status/foo?with_desc=1',
  '/j/foo',
  '/j/foo?state=waiting',
  '/j/foo/1',
  '/j/foo/1/why',
  '/control/foo',
  '/w',
  '/w/foo',
  '/openapi.json',
  '/docs'
]

const foreign: Array<Record<string, string>> = [
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
  { 'sec-fetch-site': 'cross-site', origin: 'http://presque.example:5000' },
  { 'sec-fetch-site': 'same-origin', origin: 'http://evil.example' },
  { origin: 'http://evil.example' },
  { origin: 'http://presque.example' },
  { origin: 'http://presque.example:5001' },
  { origin: 'http://presque.example:5000.evil.example' },
  { origin: 'http://evil.example/presque.example:5000' },
  { origin: 'null' },
  { origin: '' },
  { origin: 'presque.example:5000' },
  { origin: 'http://presque.example:5000, http://presque.example:5000' }
]
const own: Array<Record<string, string>> = [
  {},
  { origin: 'http://presque.example:5000' },
  { origin: 'https://presque.example:5000', 'sec-fetch-site': 'same-origin' },
  { 'sec-fetch-site': 'same-origin' },
  { 'sec-fetch-site': 'none' }
]

const host = 'presque.example:5000'
const asked = { PRESQUE_HOSTS: 'presque.example' }

async function before ({ says }: Client): Promise<void> {
  await says(201, '', 'POST /qb/foo', '{"jobs":[{"n":1},{"n":2}]}')
  await says(201, '', 'POST /w/foo?worker_id=w1')
}

test('a page of another site may change nothing, nor take a job', async t => {
  const asking = await client(t, asked)
  await before(asking)
  for (const headers of foreign) {
    for (const [line, body] of changes) {
      await asking.refuses(403, 'a web page of another site may not do this', line, body, {
        host,
        ...json,
        ...headers
      })
    }
  }
  await asking.says(200, { queue: 'foo', status: '1' }, 'GET /control/foo')
  await asking.says(
    200,
    { queue_name: 'foo', workers_list: ['w1'], processed: '0', failed: '0' },
    'GET /w/foo'
  )
  await asking.says(200, ['{"n":1}', '{"n":2}'], 'GET /qb/foo')
})

test('a page of another site that sends what needs no preflight is refused as well', async t => {
  const { refuses, says } = await client(t, asked)
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
    await refuses(
      403,
      'a web page of another site may not do this',
      'POST /control/foo',
      '{"status":"stop"}',
      { host, 'content-type': type, origin: 'http://evil.example' }
    )
    await refuses(
      403,
      'a web page of another site may not do this',
      'POST /w/foo',
      '{"worker_id":"w1"}',
      { host, 'content-type': type, 'sec-fetch-site': 'cross-site' }
    )
  }
  await says(200, { queues: [], size: 0 }, 'GET /status')
  await says(200, [], 'GET /w/')
})

test('what only reads is answered to any page, ' +
  'and the browser keeps the answer from it', async t => {
  const asking = await client(t, asked)
  await before(asking)
  for (const headers of foreign) {
    for (const path of reads) {
      for (const method of ['GET', 'HEAD']) {
        const answer = await asking.ask(`${method} ${path}`, undefined, { host, ...headers })
        t.equal(answer.statusCode, 200, `${method} ${path}`)
        t.notOk('access-control-allow-origin' in answer.headers)
      }
    }
  }
})

test('programs, and pages of the server itself, may do everything', async t => {
  const asking = await client(t, asked)
  for (const headers of own) {
    await before(asking)
    for (const [line, body] of changes) {
      const { statusCode } = await asking.ask(line, body, { host, ...json, ...headers })
      t.not(statusCode, 403, `${line} ${JSON.stringify(headers)}`)
    }
    await asking.says(
      200,
      { queue: 'foo', response: 'updated' },
      'POST /control/foo',
      '{"status":"start"}'
    )
  }
})

const takes = ['GET /q/foo', 'GET /q/foo,bar?lease=30', 'GET /qb/foo', 'GET /qb/foo?lease=30']
const chrome =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, ' +
    'like Gecko) Chrome/141.0.0.0 Safari/537.36'
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const fetched = {
  'sec-fetch-site': 'same-origin',
  'sec-fetch-mode': 'cors',
  'sec-fetch-dest': 'empty'
}

const browsers: Array<Record<string, string>> = [
  { ...fetched, 'sec-purpose': 'prefetch' },
  {
    'sec-purpose': 'prefetch;prerender',
    'sec-fetch-site': 'none',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document'
  },
  { 'sec-purpose': 'prefetch;anonymous-client-ip' },
  { purpose: 'prefetch' },
  { 'x-moz': 'prefetch' },
  { ...fetched, 'sec-fetch-mode': 'navigate' },
  {
    'sec-fetch-site': 'none',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
    'user-agent': chrome
  },
  ...[
    'document',
    'iframe',
    'image',
    'script',
    'style',
    'video',
    'font',
    'object',
    'embed',
    'worker',
    'report',
    'json'
  ].map(to => ({ ...fetched, 'sec-fetch-dest': to })),
  ...[
    chrome,
    firefox,
    'Opera/9.80 (X11; Linux)',
    'AppleCoreMedia/1.0.0.24A335 (Macintosh; U; Intel Mac OS X 15_0)'
  ].map(agent => ({ 'user-agent': agent })),
  { 'user-agent': chrome, authorization: `Basic ${Buffer.from('ann:secret').toString('base64')}` },
  { 'user-agent': chrome, 'sec-fetch-mode': 'cors', origin: `http://${host}` }
]

const programs: Array<Record<string, string>> = [
  { 'user-agent': 'curl/8.5.0', accept: '*/*' },
  { 'user-agent': 'node', 'accept-language': '*', 'sec-fetch-mode': 'cors' },
  { 'user-agent': 'Deno/2.0', 'accept-language': '*' },
  { 'user-agent': 'Python-urllib/3.12' },
  { 'user-agent': 'Go-http-client/1.1' },
  { 'user-agent': 'Wget/1.21' },
  { 'user-agent': 'libwww-perl/6.67' },
  {
    'user-agent':
      'Mozilla/5.0 (Windows NT 10.0; Microsoft Windows 10.0.19045; en-US) PowerShell/7.4.0'
  },
  { ...fetched, 'user-agent': chrome },
  { 'user-agent': chrome, authorization: 'Bearer presque_x' },
  {
    'user-agent': chrome,
    'sec-fetch-site': 'cross-site',
    'sec-fetch-mode': 'cors',
    'sec-fetch-dest': 'empty',
    origin: 'https://ops.example'
  },
  { 'user-agent': chrome, origin: 'https://ops.example' }
]

test('a GET that takes is refused where only a browser can have sent it of itself; a look, ' +
  'and a POST, are not', async t => {
  const sentence =
    'a browser takes no job by a GET, since pages of other sites can make it send one: ' +
      'use POST /q/NAME/take'
  const asking = await client(t, asked)
  await before(asking)
  for (const headers of browsers) {
    for (const line of takes) {
      await asking.refuses(403, sentence, line, undefined, { host, ...headers })
    }
    t.equal(
      (await asking.ask('GET /status/foo', undefined, { host, ...headers })).statusCode,
      200,
      JSON.stringify(headers)
    )
  }
  t.equal((await asking.ask('GET /j/foo')).json().job_count, 2)
  for (const headers of [
    { 'user-agent': chrome, origin: `http://${host}` },
    { ...fetched, 'user-agent': firefox }
  ]) {
    t.equal((await asking.ask('POST /q/foo/take', undefined, { host, ...headers })).statusCode, 200)
  }
})

test('a GET that takes is served to programs, to scripts of the own pages and to those of ' +
  'PRESQUE_CORS_ORIGINS', async t => {
  const asking = await client(t, { ...asked, PRESQUE_CORS_ORIGINS: 'https://ops.example' })
  for (const headers of programs) {
    for (const line of takes) {
      await before(asking)
      t.equal(
        (await asking.ask(line, undefined, { host, ...headers })).statusCode,
        200,
        `${line} ${JSON.stringify(headers)}`
      )
    }
  }
})
