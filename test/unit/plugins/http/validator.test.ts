import { test } from 'tap'
import { client } from '../../../support/http/http-client.ts'

const requests: Array<[string, string?]> = [
  ['GET /q/foo'],
  ['POST /q/foo', '{}'],
  ['PUT /q/foo', '{}'],
  ['DELETE /q/foo'],
  ['GET /qb/foo'],
  ['POST /qb/foo', '{"jobs":[{}]}'],
  ['GET /status'],
  ['GET /status/foo'],
  ['GET /j/foo'],
  ['GET /control/foo'],
  ['POST /control/foo', '{"status":"stop"}'],
  ['GET /w'],
  ['GET /w/foo'],
  ['POST /w/foo', '{"worker_id":"w1"}'],
  ['DELETE /w/foo', '{"worker_id":"w1"}'],
  ['DELETE /j/foo'],
  ['POST /j/foo/retry'],
  ['GET /j/foo/1'],
  ['DELETE /j/foo/1'],
  ['GET /j/foo/1/why'],
  ['POST /j/foo/1/retry'],
  ['POST /j/foo/1/ack', '{}'],
  ['POST /j/foo/1/nack', '{}'],
  ['POST /j/foo/1/release'],
  ['POST /j/foo/1/touch', '{}'],
  ['POST /qb/foo/ack', '{"jobs":[]}'],
  ['POST /qb/foo/nack', '{"jobs":[]}'],
  ['POST /qb/foo/release', '{"jobs":[]}'],
  ['POST /qb/foo/touch', '{"jobs":[]}']
]

test('a parameter that a route does not know is a 400 that names it, ' +
  'and nothing is done', async t => {
  const { says, refuses } = await client(t)
  const names: Array<[string, string]> = [
    ['leese', 'leese=30'],
    ['leese', 'leese'],
    ['', '=x'],
    ['__proto__', '__proto__=x'],
    ['constructor', 'constructor=x'],
    ['a b', 'a+b=1'],
    ['Delayed', 'Delayed=1'],
    ['delayed[]', 'delayed[]=1'],
    ['%', '%25=1'],
    ['ä', '%C3%A4=1'],
    ['x', 'x=1&x=2']
  ]
  for (const [line, body] of requests) {
    for (const [name, query] of names) {
      await refuses(400, `unknown parameter '${name}'`, `${line}?${query}`, body)
    }
  }
  await says(200, { queues: [], size: 0 }, 'GET /status')
  await says(200, [], 'GET /w')
})

test('a parameter that must be there is missed only when no unknown one is', async t => {
  const { refuses } = await client(t)
  await refuses(400, "unknown parameter 'reciept'", 'POST /j/foo/1/ack?reciept=1-0')
  await refuses(
    400,
    'receipt is missing: it came with the job, as X-Presque-Receipt',
    'POST /j/foo/1/ack'
  )
  await refuses(400, "unknown parameter 'sate'", 'DELETE /j/foo?sate=failed')
  await refuses(400, 'state is missing: which jobs?', 'DELETE /j/foo')
})

test('a mistake within a body is named', async t => {
  const { refuses } = await client(t)
  const digits = 'a job id is a string of 1 to 16 digits, such as "42"'
  const wrong: Array<[string, string, string]> = [
    ['/j/foo/1/nack?receipt=1-0', '{"error":"no such address"}', 'body/error must be object'],
    ['/j/foo/1/nack?receipt=1-0', '{"error":{"message":1}}', 'body/error/message must be string'],
    ['/j/foo/1/nack?receipt=1-0', '{"retry":0}', 'body/retry must be boolean'],
    [
      '/j/foo/1/nack?receipt=1-0',
      '{"delay":-1}',
      'delay must be seconds from now, from 0 to 315360000'
    ],
    ['/j/foo/1/nack?receipt=1-0', '{"eror":{}}', "unknown property 'eror' in the body"],
    ['/j/foo/1/nack?receipt=1-0', '[]', 'the body must be a JSON object'],
    ['/j/foo/1/touch?receipt=1-0', '{"lease":"30"}', 'lease must be seconds, from 1 to 43200'],
    ['/j/foo/1/touch?receipt=1-0', '30', 'the body must be a JSON object'],
    [
      '/qb/foo/ack',
      '{"jobs":[{"id":"1","receipt":"1-0","reslut":1}]}',
      "unknown property 'reslut' in the body"
    ],
    [
      '/qb/foo/ack',
      '{"jobs":[{"id":"1"}]}',
      'receipt is missing: it came with the job, as X-Presque-Receipt'
    ],
    ['/qb/foo/nack', '{"jobs":[{"id":"x","receipt":"1-0"}]}', digits],
    ...['ack', 'nack', 'release', 'touch'].map((verb): [string, string, string] => [
      `/qb/foo/${verb}`,
      '{"jobs":[{"id":1,"receipt":"1-0"}]}',
      digits
    ]),
    ['/control/foo', '{"backoff":{"base":-1}}', 'body/backoff/base must be >= 0'],
    ['/control/foo', '{"tries":0}', 'tries must be a whole number from 1 to 1000']
  ]
  for (const [path, body, sentence] of wrong) await refuses(400, sentence, `POST ${path}`, body)
})

test('of one known and one unknown parameter the unknown one is named', async t => {
  const { refuses } = await client(t)
  await refuses(400, "unknown parameter 'unique'", 'POST /q/foo?uniq=a&unique=b', '{}')
  await refuses(400, "unknown parameter 'size'", 'GET /qb/foo?batch_size=5&size=5')
  await refuses(400, "unknown parameter 'waite'", 'GET /q/foo?worker_id=w1&waite=5')
  await refuses(400, "unknown parameter 'leese'", 'GET /q/foo?lease=x&leese=30')
})

test('a wait that is no number is refused with the bound of the server, ' +
  'as one beyond it is', async t => {
  const { refuses } = await client(t, { PRESQUE_MAX_WAIT: 5 })
  for (const wait of ['abc', '-1', '1e0', '5.5', '3601', '']) {
    for (const line of ['GET /q/foo', 'GET /qb/foo', 'GET /events']) {
      await refuses(400, 'wait must be seconds, from 0 to 5', `${line}?wait=${wait}`)
    }
    const ack = `POST /j/foo/1/ack?receipt=1&wait=${wait}`
    await refuses(400, 'wait must be seconds, from 0 to 5', ack)
  }
})

test('parameters of other routes are unknown where they mean nothing', async t => {
  const { refuses } = await client(t)
  for (const [line, body] of [
    ['GET /q/foo?batch_size=5'],
    ['GET /q/foo?delayed=5'],
    ['DELETE /q/foo?worker_id=w1'],
    ['GET /status?with_desc=1'],
    ['POST /q/foo?lease=30', '{}'],
    ['PUT /q/foo?wait=5', '{}'],
    ['GET /j/foo/1?receipt=1-0'],
    ['POST /j/foo/1/nack?delay=5', '{}'],
    ['POST /j/foo/1/retry?delay=5']
  ] as Array<[string, string?]>) {
    await refuses(400, `unknown parameter '${/\?(\w+)/.exec(line)![1]}'`, line, body)
  }
})

test('an empty query is none', async t => {
  const { says } = await client(t)
  await says(201, '', 'POST /q/foo?', '{}')
  await says(200, '{}', 'GET /q/foo?&')
})

test('a bad query is refused before the body is looked at for what it means', async t => {
  const { ask } = await client(t)
  const { statusCode, body } = await ask('POST /q/foo?delayed=x&uniq=', '[]')
  t.equal(statusCode, 400)
  t.equal(typeof JSON.parse(body).error, 'string')
})
