import { test } from 'tap'
import { client } from '../../support/http/http-client.ts'

const open = { queue: 'foo', status: '1' }
const stopped = { queue: 'foo', status: '0' }
const updated = { queue: 'foo', response: 'updated' }

test('a queue that no client has used yet is open, and to ask does not make it known', async t => {
  const { says } = await client(t)
  await says(200, '{"queue":"foo","status":"1"}', 'GET /control/foo')
  await says(200, { queues: [], size: 0 }, 'GET /status')
})

test('POST stops and starts a queue, by "status" or by "action"', async t => {
  const { says } = await client(t)
  for (const word of ['status', 'action']) {
    await says(
      200,
      '{"queue":"foo","response":"updated"}',
      'POST /control/foo',
      `{"${word}":"stop"}`
    )
    await says(200, stopped, 'GET /control/foo')
    await says(200, updated, 'POST /control/foo', `{"${word}":"stop"}`)
    await says(200, stopped, 'GET /control/foo')
    await says(200, updated, 'POST /control/foo', `{"${word}":"start"}`)
    await says(200, open, 'GET /control/foo')
    await says(200, updated, 'POST /control/foo', `{"${word}":"start"}`)
    await says(200, open, 'GET /control/foo')
  }
})

test('a queue that is stopped before its first job is stopped for it, too', async t => {
  const { says, refuses } = await client(t)
  await says(200, updated, 'POST /control/foo', '{"status":"stop"}')
  await says(200, { queues: ['foo'], size: 1 }, 'GET /status')
  await says(201, '', 'POST /q/foo', '{}')
  await refuses(404, 'queue is closed', 'GET /q/foo')
  await says(200, { queue: 'bar', status: '1' }, 'GET /control/bar')
})

test('POST reads its JSON under any content type, or none', async t => {
  const { says } = await client(t)
  const types = [
    'application/json',
    'application/json; charset=utf-8',
    'appplication/json',
    'application/x-www-form-urlencoded',
    'text/plain',
    'multipart/form-data',
    'x',
    ';',
    '"',
    'application/xml'
  ]
  for (const type of types) {
    await says(200, updated, 'POST /control/foo', '{"status":"stop"}', { 'content-type': type })
    await says(200, stopped, 'GET /control/foo')
    await says(200, updated, 'POST /control/foo', '{"status":"start"}', { 'content-type': type })
  }
  await says(200, updated, 'POST /control/foo', Buffer.from('{"status":"stop"}'), {})
  await says(200, stopped, 'GET /control/foo')
})

test('POST without content is a 400 that says so', async t => {
  const { refuses } = await client(t)
  for (const body of [undefined, '', '{}', '[]', 'null', '"stop"', '1']) {
    await refuses(400, 'content is missing', 'POST /control/foo', body)
    await refuses(400, 'content is missing', 'POST /control/foo', body, {})
  }
})

test('another status is a 400 that names it', async t => {
  const { says, refuses } = await client(t)
  const others = [
    ['"pause"', 'pause'],
    ['"STOP"', 'STOP'],
    ['""', ''],
    ['"0"', '0'],
    ['0', '0'],
    ['null', 'null'],
    ['true', 'true'],
    ['"%s %d"', '%s %d'],
    ['{"toString":1,"valueOf":1}', '{...}'],
    ['["stop"]', '[...]'],
    ['['.repeat(50_000) + ']'.repeat(50_000), '[...]']
  ] as const
  for (const [text, named] of others) {
    const sentence = `status must be 'stop' or 'start', not '${named}'`
    await refuses(400, sentence, 'POST /control/foo', `{"status":${text}}`)
    await refuses(400, sentence, 'POST /control/foo', `{"action":${text}}`)
  }
  await refuses(
    400,
    `status must be 'stop' or 'start', not '${'x'.repeat(100)}'`,
    'POST /control/foo',
    JSON.stringify({ status: 'x'.repeat(5000) })
  )
  await says(200, open, 'GET /control/foo')
})

test('a key that is not known is refused by its name, and nothing is done', async t => {
  const { says, refuses } = await client(t)
  await refuses(
    400,
    "unknown property 'state' in the body",
    'POST /control/foo',
    '{"status":"stop","state":"stop"}'
  )
  await refuses(
    400,
    "unknown property '__proto__' in the body",
    'POST /control/foo',
    '{"status":"stop","__proto__":{"status":"stop"}}'
  )
  await says(200, open, 'GET /control/foo')
})

test('a policy is set, shown and checked, and a full queue is a 429', async t => {
  const { ask } = await client(t)
  await ask('POST /control/mail', '{"tries":3,"rate":{"limit":5,"period":60},"max_jobs":1}')
  t.match((await ask('GET /status/mail')).json(), {
    policy: { tries: 3, rate: { limit: 5, period: 60 }, max_jobs: 1, stopped: false }
  })
  await ask('POST /q/mail', '{}')
  t.equal((await ask('POST /q/mail', '{}')).statusCode, 429)
  for (const wrong of [
    { tries: 0 },
    { rate: { limit: 5 } },
    { rate: 5 },
    { for: 5 },
    { concurency: 1 },
    { backoff: { base: -1 } },
    { lease: 'x' }
  ]) {
    const body = JSON.stringify(wrong)
    t.equal((await ask('POST /control/mail', body)).statusCode, 400, body)
  }
})
