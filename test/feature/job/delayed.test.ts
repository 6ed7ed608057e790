import { test } from 'tap'
import { client } from '../../support/http/http-client.ts'

const junk = 'delayed must be a time in epoch seconds, such as 1273924034 or 1273924034.5'

test('a job with a time to come is not given out, and counts as delayed', async t => {
  const { says, refuses, ask } = await client(t)
  await says(201, '', 'POST /q/foo?delayed=4000000000', '{"n":1}')
  await says(201, '', 'PUT /q/foo?delayed=4000000000.25', '{"n":2}')
  await says(201, '', 'POST /qb/foo?delayed=4000000000.999', '{"jobs":[{"n":3},{"n":4}]}')
  await refuses(404, 'no job', 'GET /q/foo')
  await refuses(404, 'no job', 'GET /qb/foo')
  t.match((await ask('GET /status/foo')).json(), {
    size: 0,
    counts: { waiting: 0, delayed: 4 },
    failed: 1
  })
})

test('a job whose time has come while it waited is given out', async t => {
  const { app, says, refuses } = await client(t)
  await says(201, '', 'POST /q/foo?delayed=4000000000.5', '{"n":1}')
  await refuses(404, 'no job', 'GET /q/foo')
  const [place, due] = await app.redis.zrange('{foo}:delayed', 0, '0', 'WITHSCORES')
  t.equal(due, '4000000000500', 'in milliseconds')
  await app.redis.zadd('{foo}:delayed', 1, place!)
  await says(200, '{"n":1}', 'GET /q/foo')
})

test('a time that is past means now, fractions and all', async t => {
  const { says } = await client(t)
  for (const time of [
    '0',
    '1',
    '1273924034',
    '1273924034.5',
    '0.001',
    '1.0000000000000000000001',
    '0000000000001',
    '-0',
    '-0.0'
  ]) {
    await says(201, '', `POST /q/foo?delayed=${time}`, '{"n":1}')
    await says(200, '{"n":1}', 'GET /q/foo')
  }
})

test('a past time joins the tail', async t => {
  const { says } = await client(t)
  await says(201, '', 'POST /q/foo', '{"n":1}')
  await says(201, '', 'POST /q/foo?delayed=5', '{"n":2}')
  await says(200, ['{"n":1}', '{"n":2}'], 'GET /qb/foo')
})

test('a time that is no plain decimal is a 400, and nothing is stored', async t => {
  const { says, refuses } = await client(t)
  const times = [
    '',
    '=',
    '=0x10',
    '=1e3',
    '=1E3',
    '=%205',
    '=5%20',
    '=+5',
    '=%2B5',
    '=-5',
    '=-0.001',
    '=NaN',
    '=Infinity',
    '=-Infinity',
    '=null',
    '=true',
    '=1.',
    '=.5',
    '=1.5.5',
    '=1,5',
    '=1_000',
    '=5s',
    '=abc',
    '=%D9%A1',
    '=5%0A',
    '=5%00',
    '=[]',
    '=2026-01-01',
    '=253402300800',
    '=99999999999999999999999',
    `=${'9'.repeat(400)}`,
    '=1&delayed=2',
    '=1&delayed=1'
  ]
  for (const time of times) {
    await refuses(400, junk, `POST /q/foo?delayed${time}`, '{}')
    await refuses(400, junk, `PUT /q/foo?delayed${time}`, '{}')
    await refuses(400, junk, `POST /qb/foo?delayed${time}`, '{"jobs":[{}]}')
  }
  await says(200, { queues: [], size: 0 }, 'GET /status')
})

test('the last second of the year 9999 is a time', async t => {
  const { says } = await client(t)
  await says(201, '', 'POST /q/foo?delayed=253402300799', '{}')
})
