import { test } from 'tap'
import { client } from '../../support/http/http-client.ts'
import { payloadOf, payloads } from '../../support/http/payloads.ts'

const limit = 1024 * 1024

test('a payload comes back byte for byte, by whatever route it came and goes', async t => {
  const { says } = await client(t)
  for (const [name, payload] of Object.entries(payloads)) {
    t.comment(name)
    for (const method of ['POST', 'PUT']) await says(201, '', `${method} /q/foo`, payload)
    await says(201, '', 'POST /q/foo?uniq=ann&delayed=1', payload)
    await says(201, '', 'POST /qb/foo', `{"jobs":[${payload}, ${payload} ,\n${payload}\t]}`)
    await says(200, payload, 'GET /q/foo')
    await says(200, payload, 'GET /q/foo')
    await says(200, payload, 'GET /q/foo')
    await says(200, [payload], 'GET /qb/foo?batch_size=1')
    await says(200, payload, 'GET /q/foo')
    await says(200, payload, 'GET /q/foo')
  }
})

test('all of them in one batch come back byte for byte, in order', async t => {
  const { says, ask } = await client(t)
  const all = Object.values(payloads)
  await says(201, '', 'POST /qb/foo', `{"jobs":[${all.join()}]}`)
  t.strictSame((await ask('GET /status/foo?with_desc=1')).json().jobs, all)
  await says(200, all, 'GET /qb/foo?batch_size=1000')
})

test('space around a job is part of it; around an element of a batch it is not', async t => {
  const { says } = await client(t)
  await says(201, '', 'POST /q/foo', ' \r\n\t{ "a": 1 }\n')
  await says(200, ' \r\n\t{ "a": 1 }\n', 'GET /q/foo')
  await says(201, '', 'POST /qb/foo', ' \n{ "jobs" : [ { "a": 1 }\n,\t{} ] }\n ')
  await says(200, ['{ "a": 1 }', '{}'], 'GET /qb/foo')
})

test('of several "jobs" in a batch the last counts, however the key is written', async t => {
  const { says } = await client(t)
  const bodies: Array<[string, string[]]> = [
    ['{"jobs":[{"n":1}],"jobs":[{"n":2},{"n":3}]}', ['{"n":2}', '{"n":3}']],
    ['{"\\u006aobs":[{"n":1}]}', ['{"n":1}']],
    ['{"jobs":[{"n":1}],"j\\u006fbs":[{"n":2}]}', ['{"n":2}']],
    ['{"\\u006a\\u006F\\u0062\\u0073":[{"n":1}],"jobs":[{"n":2}]}', ['{"n":2}']],
    ['{"jobs":{"jobs":[{"n":1}]},"jobs":[{"jobs":[{"n":2}]}]}', ['{"jobs":[{"n":2}]}']],
    ['{"jobs":"]}{[\\"","jobs":[{"a":"]"}]}', ['{"a":"]"}']]
  ]
  for (const [body, jobs] of bodies) {
    await says(201, '', 'POST /qb/foo', body)
    await says(200, jobs, 'GET /qb/foo')
  }
})

test('a body of just the limit is taken, and one byte more is a 413', async t => {
  const { says, refuses } = await client(t)
  const tooLarge = [413, `the body is larger than ${limit} bytes`] as const
  await says(201, '', 'POST /q/foo', payloadOf(limit))
  await says(200, payloadOf(limit), 'GET /q/foo')
  await refuses(...tooLarge, 'POST /q/foo', payloadOf(limit + 1))
  await refuses(...tooLarge, 'PUT /q/foo', payloadOf(limit + 1))
  const batch = (bytes: number): string => `{"jobs":[${payloadOf(bytes - '{"jobs":[]}'.length)}]}`
  await says(201, '', 'POST /qb/foo', batch(limit))
  await says(200, [payloadOf(limit - '{"jobs":[]}'.length)], 'GET /qb/foo')
  await refuses(...tooLarge, 'POST /qb/foo', batch(limit + 1))
  await refuses(...tooLarge, 'POST /control/foo', payloadOf(limit + 1))
  await refuses(...tooLarge, 'POST /w/foo?worker_id=w1', payloadOf(limit + 1))
  await refuses(404, 'no job', 'GET /q/foo')
})

test('the limit is in bytes, and as configured', async t => {
  const { says, refuses } = await client(t, { PRESQUE_MAX_BODY: 20 })
  await says(201, '', 'POST /q/foo', '{"a":"ääääää"}')
  await refuses(413, 'the body is larger than 20 bytes', 'POST /q/foo', '{"a":"äääääää"}')
})

test('a payload that is no JSON object is a 400, and nothing is stored', async t => {
  const { says, refuses, ask } = await client(t)
  for (const method of ['POST', 'PUT']) {
    for (const body of ['[]', '[{}]', '"a"', '1', 'true', ' "{}" ']) {
      await refuses(400, 'a job must be a JSON object', `${method} /q/foo`, body)
    }
    for (const body of [undefined, '']) {
      await refuses(400, 'job is missing', `${method} /q/foo`, body)
    }
    for (const body of [
      '{',
      '{"a":1,}',
      "{'a':1}",
      '{a:1}',
      '{}{}',
      '{} x',
      'undefined',
      'NaN',
      '{"a":01}',
      '{"a":"\n"}',
      '{"a":"\\x"}',
      ' ',
      '\0',
      '{"a":NaN}',
      '//\n{}'
    ]) {
      const answer = await ask(`${method} /q/foo`, body)
      t.equal(answer.statusCode, 400, JSON.stringify(body))
      t.match(answer.json().error, /^the body is not valid JSON: /)
    }
  }
  await says(200, { queues: [], size: 0 }, 'GET /status')
})
