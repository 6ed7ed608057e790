import { test } from 'tap'
import { client, json, type Client } from '../fixtures/client.ts'

const changes: Array<[string, string?]> = [
  ['GET /q/foo'], ['POST /q/foo', '{}'], ['PUT /q/foo', '{}'], ['DELETE /q/foo'], ['GET /qb/foo'], ['POST /qb/foo', '{"jobs":[{}]}'],
  ['PUT /qb/foo'], ['DELETE /qb/foo'], ['POST /control/foo', '{"status":"stop"}'], ['POST /w/foo', '{"worker_id":"w1"}'], ['DELETE /w/foo?worker_id=w1'],
  ['GET /q/foo,bar?lease=30'], ['GET /qb/foo?lease=30&wait=0'], ['DELETE /j/foo?state=waiting'], ['POST /j/foo/retry?state=failed'],
  ['DELETE /j/foo/1'], ['POST /j/foo/1/retry'], ...['ack', 'nack', 'release', 'touch'].map(verb => [`POST /j/foo/1/${verb}?receipt=1-0`] as [string]),
  ...['ack', 'nack', 'touch'].map(verb => [`POST /qb/foo/${verb}`, '{"jobs":[]}'] as [string, string])
]
const reads = ['/status', '/status/foo?with_desc=1', '/j/foo', '/j/foo?state=waiting', '/j/foo/1', '/j/foo/1/why', '/control/foo', '/w', '/w/foo', '/openapi.json', '/docs']

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

async function before ({ says }: Client): Promise<void> {
  await says(201, '', 'POST /qb/foo', '{"jobs":[{"n":1},{"n":2}]}')
  await says(201, '', 'POST /w/foo?worker_id=w1')
}

test('a page of another site may change nothing, nor take a job', async t => {
  const asking = await client(t)
  await before(asking)
  for (const headers of foreign) {
    for (const [line, body] of changes) await asking.refuses(403, 'a web page of another site may not do this', line, body, { host, ...json, ...headers })
  }
  await asking.says(200, { queue: 'foo', status: '1' }, 'GET /control/foo')
  await asking.says(200, { queue_name: 'foo', workers_list: ['w1'], processed: '0', failed: '0' }, 'GET /w/foo')
  await asking.says(200, ['{"n":1}', '{"n":2}'], 'GET /qb/foo')
})

test('a page of another site that sends what needs no preflight is refused as well', async t => {
  const { refuses, says } = await client(t)
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
    await refuses(403, 'a web page of another site may not do this', 'POST /control/foo', '{"status":"stop"}', { host, 'content-type': type, origin: 'http://evil.example' })
    await refuses(403, 'a web page of another site may not do this', 'POST /w/foo', '{"worker_id":"w1"}', { host, 'content-type': type, 'sec-fetch-site': 'cross-site' })
  }
  await says(200, { queues: [], size: 0 }, 'GET /status')
  await says(200, [], 'GET /w/')
})

test('what only reads is answered to any page, and the browser keeps the answer from it', async t => {
  const asking = await client(t)
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
  const asking = await client(t)
  for (const headers of own) {
    await before(asking)
    for (const [line, body] of changes) {
      const { statusCode } = await asking.ask(line, body, { host, ...json, ...headers })
      t.not(statusCode, 403, `${line} ${JSON.stringify(headers)}`)
    }
    await asking.says(200, { queue: 'foo', response: 'updated' }, 'POST /control/foo', '{"status":"start"}')
  }
})
