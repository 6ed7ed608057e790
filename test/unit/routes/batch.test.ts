import { test } from 'tap'
import { push } from '../../../operations/job/push.ts'
import { client } from '../../support/http/http-client.ts'
import { payloadOf } from '../../support/http/payloads.ts'

const notArray = 'jobs should be an array of job'

const numbered = (count: number): string =>
  JSON.stringify({ jobs: Array.from({ length: count }, (_, n) => ({ n })) })

test('POST puts several jobs in with an empty 201, ' +
  'and GET takes them out as strings, in order', async t => {
  const { says, refuses } = await client(t)
  await says(201, '', 'POST /qb/foo', '{"jobs":[{"n":1}, {"n":2} ,{ "n":3 }]}')
  await says(200, '["{\\"n\\":1}","{\\"n\\":2}"]', 'GET /qb/foo?batch_size=2')
  await says(200, ['{ "n":3 }'], 'GET /qb/foo?batch_size=2')
  await refuses(404, 'no job', 'GET /qb/foo')
})

test('jobs of a batch and single jobs are the same jobs', async t => {
  const { says } = await client(t)
  await says(201, '', 'POST /qb/foo', '{"jobs":[{"n":1},{"n":2}]}')
  await says(201, '', 'POST /q/foo', '{"n":3}')
  await says(200, '{"n":1}', 'GET /q/foo')
  await says(200, ['{"n":2}', '{"n":3}'], 'GET /qb/foo')
  await says(
    200,
    { queue_name: 'foo', job_count: 0, job_failed: 0, job_processed: 3 },
    'GET /j/foo'
  )
})

test('GET takes 10 unless batch_size says otherwise, from 1 to 1000', async t => {
  const { says, refuses, ask } = await client(t)
  await says(201, '', 'POST /qb/foo', numbered(2011))
  t.equal((await ask('GET /qb/foo')).json().length, 10)
  t.equal((await ask('GET /qb/foo?batch_size=1')).json().length, 1)
  const most = (await ask('GET /qb/foo?batch_size=1000')).json()
  t.strictSame(
    most,
    Array.from({ length: 1000 }, (_, i) => `{"n":${i + 11}}`)
  )
  for (const size of [
    '0',
    '1001',
    '-1',
    '1.5',
    '',
    'abc',
    '1e2',
    '0x10',
    '%205',
    '99999999999999999999',
    '5&batch_size=5'
  ]) {
    await refuses(
      400,
      'batch_size must be a whole number from 1 to 1000',
      `GET /qb/foo?batch_size=${size}`
    )
  }
  t.equal((await ask('GET /qb/foo?batch_size=1000')).json().length, 1000)
  await refuses(404, 'no job', 'GET /qb/foo')
})

test('GET takes fewer when they are over 8 MiB together, one at least, ' +
  'and leaves the rest', async t => {
  const { app, says, ask } = await client(t)
  const big = payloadOf(12 * 2 ** 20)
  await push(app.redis, 'foo', [
    { payload: big },
    ...Array.from({ length: 10 }, () => ({ payload: payloadOf(2 ** 20) }))
  ])
  const lengths = async () =>
    (await ask('GET /qb/foo?batch_size=1000')).json().map((job: string) => job.length)
  t.strictSame(await lengths(), [big.length])
  t.strictSame(await lengths(), Array(8).fill(2 ** 20))
  await says(
    200,
    { queue_name: 'foo', job_count: 2, job_failed: 0, job_processed: 9 },
    'GET /j/foo'
  )
  t.strictSame(await lengths(), Array(2).fill(2 ** 20))
})

test('GET counts every job for the worker named by parameter or header', async t => {
  const { says, ask } = await client(t)
  await says(201, '', 'POST /qb/foo', numbered(5))
  await says(201, '', 'POST /w/foo?worker_id=w1')
  await says(200, ['{"n":0}', '{"n":1}'], 'GET /qb/foo?batch_size=2&worker_id=w1')
  await says(200, ['{"n":2}', '{"n":3}', '{"n":4}'], 'GET /qb/foo', undefined, {
    'x-presque-workerid': 'w1'
  })
  t.match((await ask('GET /w/?worker_id=w1')).json(), { processed: '5', failed: '0' })
})

test('POST stores all or nothing', async t => {
  const { says, refuses } = await client(t)
  for (const wrong of ['1', '"a"', 'null', 'true', '[]', '[{}]']) {
    await refuses(
      400,
      'a job must be a JSON object',
      'POST /qb/foo',
      `{"jobs":[{"n":1},${wrong},{"n":2}]}`
    )
  }
  await refuses(
    400,
    "unknown property 'uniq' in the body",
    'POST /qb/foo',
    '{"jobs":[{"n":1}],"uniq":"ann"}'
  )
  await refuses(
    400,
    "unknown property '__proto__' in the body",
    'POST /qb/foo',
    '{"jobs":[{"n":1}],"__proto__":{}}'
  )
  await refuses(400, "unknown parameter 'uniq'", 'POST /qb/foo?uniq=ann', '{"jobs":[{"n":1}]}')
  await says(200, { queues: [], size: 0 }, 'GET /status')
})

test('POST of what holds no array of jobs is a 400', async t => {
  const { refuses } = await client(t)
  for (const body of [
    '{}',
    '[]',
    '[{}]',
    '1',
    '"jobs"',
    '{"jobs":{}}',
    '{"jobs":null}',
    '{"jobs":"[]"}',
    '{"jobs":1}',
    '{"job":[{}]}',
    '{"jobs":[{}],"jobs":{}}'
  ]) {
    await refuses(400, notArray, 'POST /qb/foo', body)
  }
  await refuses(400, 'job is missing', 'POST /qb/foo')
  await refuses(400, 'job is missing', 'POST /qb/foo', '')
})

test('POST of no jobs is a 201, and makes no queue', async t => {
  const { says } = await client(t)
  await says(201, '', 'POST /qb/foo', '{"jobs":[]}')
  await says(201, '', 'POST /qb/foo', ' { "jobs" : [ ] } ')
  await says(200, { queues: [], size: 0 }, 'GET /status')
})

test('POST takes 10 000 jobs and refuses one more', async t => {
  const { says, refuses } = await client(t)
  await says(201, '', 'POST /qb/foo', numbered(10_000))
  await refuses(400, 'a batch holds at most 10000 jobs', 'POST /qb/foo', numbered(10_001))
  await says(
    200,
    { queue_name: 'foo', job_count: 10_000, job_failed: 0, job_processed: 0 },
    'GET /j/foo'
  )
})

test('PUT and DELETE are refused, whatever they bring', async t => {
  const { says, refuses } = await client(t)
  await says(201, '', 'POST /qb/foo', '{"jobs":[{}]}')
  for (const method of ['PUT', 'DELETE']) {
    await refuses(400, `${method} is not supported in batch mode`, `${method} /qb/foo`)
    await refuses(
      400,
      `${method} is not supported in batch mode`,
      `${method} /qb/foo?batch_size=1`,
      '{"jobs":[]}'
    )
    await refuses(
      400,
      `${method} is not supported in batch mode`,
      `${method} /qb/foo`,
      undefined,
      {}
    )
  }
  await says(200, ['{}'], 'GET /qb/foo')
})

test('POST takes delayed in its body too, as the client of 2010 sends it; ' +
  'the parameter counts', async t => {
  const { ask, says, refuses } = await client(t)
  const at = Math.floor(Date.now() / 1000) + 500
  await says(201, '', `POST /qb/foo?delayed=${at}`, `{"jobs":[{"n":1}],"delayed":${at}}`)
  await says(201, '', `POST /qb/foo?delayed=${at}`, `{"delayed":"${at}","jobs":[{"n":2}]}`)
  await says(201, '', 'POST /qb/foo', `{"jobs":[{"n":3}],"delayed":${at}}`)
  await says(201, '', `POST /qb/foo?delayed=${at}`, '{"jobs":[{"n":4}],"delayed":1}')
  await says(201, '', `POST /qb/foo?delayed=${at}`, '{"jobs":[{"n":5}],"delayed":null}')
  await says(201, '', 'POST /qb/foo', '{"jobs":[{"n":6}],"delayed":null}')
  t.match((await ask('GET /status/foo')).json().counts, { waiting: 1, delayed: 5 })
  t.same(
    (await ask('GET /j/foo?state=delayed'))
      .json()
      .jobs.map((job: { run_at: number }) => job.run_at),
    Array.from({ length: 5 }, () => at)
  )
  for (const delayed of [
    '"soon"',
    '-1',
    '1e300',
    '[1]',
    '{}',
    'true',
    '""',
    '"0x10"',
    '" 1"',
    '"999999999999"'
  ]) {
    await refuses(
      400,
      'delayed must be a time in epoch seconds, such as 1273924034 or 1273924034.5',
      'POST /qb/foo',
      `{"jobs":[{"n":7}],"delayed":${delayed}}`
    )
  }
  await refuses(
    400,
    'give delay (seconds from now) or delayed (epoch seconds), not both',
    'POST /qb/foo?delay=1',
    `{"jobs":[{"n":7}],"delayed":${at}}`
  )
})
