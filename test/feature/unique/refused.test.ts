import { test } from 'tap'
import { client } from '../../support/http/http-client.ts'

const taken = [400, 'job already exists'] as const

test('uniq refuses a second job while the first is waiting, ' +
  'and takes one again when it has left', async t => {
  const { says, refuses } = await client(t)
  await says(201, '', 'POST /q/foo?uniq=ann', '{"n":1}')
  await refuses(...taken, 'POST /q/foo?uniq=ann', '{"n":2}')
  await refuses(...taken, 'PUT /q/foo?uniq=ann', '{"n":2}')
  await says(200, '{"n":1}', 'GET /q/foo')
  await says(201, '', 'PUT /q/foo?uniq=ann', '{"n":3}')
  await refuses(...taken, 'POST /q/foo?uniq=ann', '{"n":2}')
  await says(200, ['{"n":3}'], 'GET /qb/foo')
  await says(201, '', 'POST /q/foo?uniq=ann', '{"n":4}')
})

test('uniq refuses a second job while the first is delayed', async t => {
  const { says, refuses } = await client(t)
  await says(201, '', 'POST /q/foo?uniq=ann&delayed=4000000000', '{"n":1}')
  await refuses(...taken, 'POST /q/foo?uniq=ann', '{"n":2}')
  await refuses(...taken, 'POST /q/foo?delayed=4000000000&uniq=ann', '{"n":2}')
})

test('a refused duplicate leaves the job that is there as it was', async t => {
  const { says, refuses } = await client(t)
  await says(201, '', 'POST /q/foo?uniq=ann&delayed=4000000000', '{"n":1}')
  await refuses(...taken, 'POST /q/foo?uniq=ann&delayed=1', '{"n":2}')
  await refuses(404, 'no job', 'GET /q/foo')
  await says(
    200,
    { queue_name: 'foo', job_count: 0, job_failed: 0, job_processed: 0 },
    'GET /j/foo'
  )
})

test('uniq is of one queue, and tells keys apart by every character', async t => {
  const { says, refuses } = await client(t)
  const keys = [
    'ann',
    'Ann',
    'ann ',
    ' ann',
    'ann\n',
    '\u0000',
    '"',
    '\\',
    '{"unique":"ann"}',
    'ä',
    'a\u0308',
    '\u{1F41D}',
    '__proto__',
    '0',
    '00',
    '1e1',
    '10',
    '/',
    '\u007f',
    'x'.repeat(512),
    '\u{1F41D}'.repeat(512)
  ]
  for (const key of keys) await says(201, '', `POST /q/foo?uniq=${encodeURIComponent(key)}`, '{}')
  for (const key of keys) {
    await refuses(...taken, `POST /q/foo?uniq=${encodeURIComponent(key)}`, '{}')
  }
  for (const key of keys) await says(201, '', `POST /q/bar?uniq=${encodeURIComponent(key)}`, '{}')
  await says(
    200,
    keys.map(() => '{}'),
    'GET /qb/foo?batch_size=1000'
  )
  for (const key of keys) await says(201, '', `POST /q/foo?uniq=${encodeURIComponent(key)}`, '{}')
})

test('a plus in uniq is a space, as forms write it', async t => {
  const { says, refuses } = await client(t)
  await says(201, '', 'POST /q/foo?uniq=a+b', '{}')
  await refuses(...taken, 'POST /q/foo?uniq=a%20b', '{}')
  await says(201, '', 'POST /q/foo?uniq=a%2Bb', '{}')
})

test('uniq that is empty, too long or given twice is a 400', async t => {
  const { refuses } = await client(t)
  for (const query of [
    'uniq',
    'uniq=',
    `uniq=${'x'.repeat(513)}`,
    'uniq=a&uniq=b',
    'uniq=a&uniq=a'
  ]) {
    for (const method of ['POST', 'PUT']) {
      await refuses(400, 'uniq must be 1 to 512 characters', `${method} /q/foo?${query}`, '{}')
    }
  }
})

test('of many requests at once with one key, exactly one is accepted', async t => {
  const { app } = await client(t)
  const post = () => app.inject({ method: 'POST', url: '/q/foo?uniq=ann', payload: {} })
  const answers = await Promise.all(Array.from({ length: 50 }, post))
  t.equal(answers.filter(({ statusCode }) => statusCode === 201).length, 1)
  t.equal(
    answers.filter(
      ({ statusCode, body }) => statusCode === 400 && body === '{"error":"job already exists"}'
    ).length,
    49
  )
})

test("a job that comes back while its key is another's stays failed, " +
  'and every answer says so', async t => {
  const { app, ask, says, refuses } = await client(t)
  async function fail (): Promise<void> {
    await ask('POST /q/foo?uniq=ann', '{}')
    const { headers } = await ask('GET /q/foo?lease=30')
    await says(
      200,
      { state: 'failed' },
      `POST /j/foo/${headers['x-presque-job']}/nack?receipt=${headers['x-presque-receipt']}`,
      '{"retry":false}'
    )
  }
  for (let i = 0; i < 3; i++) await fail()
  await says(200, { count: 1, duplicates: 2 }, 'POST /j/foo/retry?state=failed')
  await refuses(
    409,
    'job 1 has its unique key by now, so this one stays failed',
    'POST /j/foo/2/retry'
  )
  t.match((await ask('GET /j/foo/2')).json(), {
    state: 'failed',
    last_error: { type: 'duplicate', job: '1', before: null }
  })
  await says(200, '{}', 'GET /q/foo')
  await says(200, { count: 1, duplicates: 1 }, 'POST /j/foo/retry?state=failed')
  for (const [verb, body] of [
    ['release', ''],
    ['nack', '{"delay":0}'],
    ['nack', '{"jobs":[]}']
  ] as const) {
    await says(204, '', 'DELETE /q/foo')
    await ask('POST /q/foo?uniq=ann', '{}')
    const receipt = (await ask('GET /q/foo?lease=1')).headers['x-presque-receipt'] as string
    // It has been lost twice, and its lease has expired.
    const deadline = String(await app.redis.zscore('{foo}:active', 'a1'))
    await app.redis.hset(
      '{foo}:details',
      '1',
      JSON.stringify({ unique: 'ann', lost_in_row: 2, first_deadline: deadline })
    )
    await app.redis.zadd('{foo}:active', 1, 'a1')
    await says(201, '', 'POST /q/foo?uniq=ann', '{}')
    const jobs = `{"jobs":[{"id":"1","receipt":"${receipt}"}]}`
    if (body === '{"jobs":[]}') {
      await says(
        200,
        [{ id: '1', ok: true, state: 'failed', duplicate: true }],
        'POST /qb/foo/nack',
        jobs
      )
    } else {
      const path = `/j/foo/1/${verb}?receipt=${receipt}`
      const settled = { state: 'failed', duplicate: true }
      await says(200, settled, `POST ${path}`, body === '' ? undefined : body)
    }
    t.match((await ask('GET /status/foo')).json().counts, { waiting: 1, delayed: 0, failed: 1 })
  }
})
