import { test } from 'tap'
import { queueKey } from '../../../operations/redis/keys.ts'
import { client, json } from '../../support/http/http-client.ts'
import { keysLeft } from '../../support/redis/key-count.ts'

test('POST puts a job in with an empty 201, and GET takes it out, ' +
  'in the order of coming', async t => {
  const { says, refuses } = await client(t)
  await says(201, '', 'POST /q/foo', '{"n":1}')
  await says(201, '', 'POST /q/foo', '{"n":2}')
  await says(200, '{"n":1}', 'GET /q/foo')
  await says(200, '{"n":2}', 'GET /q/foo')
  await refuses(404, 'no job', 'GET /q/foo')
})

test('GET answers 404 "queue is closed" while the queue is stopped, ' +
  'which goes on accepting jobs', async t => {
  const { says, refuses } = await client(t)
  await says(200, { queue: 'foo', response: 'updated' }, 'POST /control/foo', '{"status":"stop"}')
  await says(201, '', 'POST /q/foo', '{"n":1}')
  await says(201, '', 'PUT /q/foo', '{"n":2}')
  await refuses(404, 'queue is closed', 'GET /q/foo')
  await refuses(404, 'queue is closed', 'GET /qb/foo')
  await says(200, { queue: 'foo', response: 'updated' }, 'POST /control/foo', '{"status":"start"}')
  await says(200, '{"n":1}', 'GET /q/foo')
})

test('PUT puts a job in with an empty 201 and counts a failure for the queue and for the ' +
  'worker named', async t => {
  const { says, ask } = await client(t)
  await says(201, '', 'POST /w/foo?worker_id=w1')
  await says(201, '', 'PUT /q/foo?worker_id=w1', '{"n":1}')
  await says(201, '', 'PUT /q/foo', '{"n":2}', {
    'content-type': 'application/json',
    'X-presque-workerid': 'w1'
  })
  await says(201, '', 'PUT /q/foo', '{"n":3}')
  await says(
    200,
    { queue_name: 'foo', job_count: 3, job_failed: 3, job_processed: 0 },
    'GET /j/foo'
  )
  t.match((await ask('GET /w/?worker_id=w1')).json(), { processed: '0', failed: '2' })
  await says(200, '{"n":1}', 'GET /q/foo')
})

test('a refused PUT counts nothing', async t => {
  const { says, refuses, ask } = await client(t, { PRESQUE_MAX_BODY: 100 })
  await says(201, '', 'POST /w/foo?worker_id=w1')
  await says(201, '', 'POST /q/foo?uniq=ann', '{}')
  await refuses(400, 'job already exists', 'PUT /q/foo?uniq=ann&worker_id=w1', '{}')
  await refuses(400, 'a job must be a JSON object', 'PUT /q/foo?worker_id=w1', '[]')
  await refuses(400, 'job is missing', 'PUT /q/foo?worker_id=w1')
  await refuses(
    400,
    'content-type must be set to application/json',
    'PUT /q/foo?worker_id=w1',
    '{}',
    { 'content-type': 'text/plain' }
  )
  await refuses(
    413,
    'the body is larger than 100 bytes',
    'PUT /q/foo?worker_id=w1',
    JSON.stringify({ a: 'a'.repeat(100) })
  )
  await says(
    200,
    { queue_name: 'foo', job_count: 1, job_failed: 0, job_processed: 0 },
    'GET /j/foo'
  )
  t.match((await ask('GET /w/?worker_id=w1')).json(), { failed: '0' })
})

test('DELETE removes jobs, delayed jobs, unique keys, counters, status and the name, ' +
  'with an empty 204', async t => {
  const { app, says, ask } = await client(t)
  await says(201, '', 'POST /q/foo?uniq=ann', '{}')
  await says(201, '', 'POST /q/foo?uniq=bob&delayed=4000000000', '{}')
  await says(201, '', 'PUT /q/foo?worker_id=w1', '{}')
  await says(200, '{}', 'GET /q/foo?worker_id=w1')
  await says(200, { queue: 'foo', response: 'updated' }, 'POST /control/foo', '{"status":"stop"}')
  await says(204, '', 'DELETE /q/foo')
  await says(200, { queues: [], size: 0 }, 'GET /status/')
  await says(
    200,
    { queue_name: 'foo', job_count: 0, job_failed: 0, job_processed: 0 },
    'GET /j/foo'
  )
  await says(200, { queue: 'foo', status: '1' }, 'GET /control/foo')
  t.match((await ask('GET /status/foo')).json(), { size: 0, counts: { waiting: 0, delayed: 0 } })
  const ofWorkers = ['heard', 'registered', 'workers'] as const
  t.equal(await app.redis.exists(...ofWorkers.map(name => queueKey('foo', name))), 3)
  t.equal(await keysLeft(app.redis, 'foo'), 3, 'what its workers have done stays, and nothing else')
  await says(201, '', 'POST /q/foo?uniq=ann', '{}')
  await says(201, '', 'POST /q/foo?uniq=bob', '{}')
})

test('DELETE of a queue that no client has used is an empty 204', async t => {
  const { says } = await client(t)
  await says(204, '', 'DELETE /q/nobody')
  await says(204, '', 'DELETE /q/nobody', undefined, {})
})

test('DELETE leaves the other queues alone', async t => {
  const { says } = await client(t)
  await says(201, '', 'POST /q/foo', '{"n":1}')
  await says(201, '', 'POST /q/foobar', '{"n":2}')
  await says(204, '', 'DELETE /q/foo')
  await says(200, '{"n":2}', 'GET /q/foobar')
})

test('GET counts a job for the worker named by parameter or header, ' +
  'and shows what it works on', async t => {
  const { says, ask } = await client(t)
  for (const n of [1, 2, 3]) await says(201, '', 'POST /q/foo', `{"n":${n}}`)
  await says(201, '', 'POST /w/foo?worker_id=w1')
  await says(200, '{"n":1}', 'GET /q/foo?worker_id=w1')
  await says(200, '{"n":2}', 'GET /q/foo', undefined, { 'X-presque-workerid': 'w1' })
  await says(200, '{"n":3}', 'GET /q/foo')
  const worker = (await ask('GET /w/?worker_id=w1')).json()
  t.match(worker, {
    processed: '2',
    failed: '0',
    queues: ['foo'],
    working_on: [{ queue: 'foo', job: '2', since: Number }],
    last_seen: Number
  })
  t.ok(Math.abs(worker.last_seen - Date.now() / 1000) < 60, 'in epoch seconds')
  await says(
    200,
    { queue_name: 'foo', job_count: 0, job_failed: 0, job_processed: 3 },
    'GET /j/foo'
  )
})

test('of two ids on one request the parameter counts', async t => {
  const { says, ask } = await client(t)
  await says(201, '', 'POST /q/foo', '{}')
  for (const id of ['w1', 'w2']) await says(201, '', `POST /w/foo?worker_id=${id}`)
  await says(200, '{}', 'GET /q/foo?worker_id=w1', undefined, { 'x-presque-workerid': 'w2' })
  t.match((await ask('GET /w/')).json(), [
    { worker_id: 'w1', processed: '1' },
    { worker_id: 'w2', processed: '0' }
  ])
})

test('POST and PUT tell the id of the job and where to look at it; ' +
  'a job says its id and queue', async t => {
  const { ask } = await client(t)
  for (const [i, line] of [
    'POST /q/foo',
    'PUT /q/foo',
    'POST /q/foo/?delayed=1',
    'PUT /q/f%6fo?uniq=ann'
  ].entries()) {
    const { statusCode, headers } = await ask(line, '{}')
    t.match(
      [statusCode, headers],
      [201, { location: `/j/foo/${i + 1}`, 'x-presque-job': String(i + 1) }],
      line
    )
    t.match((await ask(`GET ${headers.location}`)).json(), {
      id: String(i + 1),
      queue: 'foo',
      state: 'waiting'
    })
  }
  const refused = await ask('POST /q/foo?uniq=ann', '{}')
  const taken = await ask('GET /q/foo')
  const batch = await ask('POST /qb/foo', '{"jobs":[{}]}')
  t.match(taken.headers, { 'x-presque-queue': 'foo', 'x-presque-job': '1' })
  for (const { headers } of [refused, batch]) {
    t.strictSame(
      Object.keys(headers).filter(name => /^(x-presque-|location$|link$)/.test(name)),
      []
    )
  }
})

test('every parameter of a push is checked', async t => {
  const { ask } = await client(t)
  const bad = [
    'priority=10',
    'priority=x',
    'priority=1.5',
    'tries=0',
    'delay=-1',
    'delay=1&delayed=1',
    'ttl=0',
    'keep=-1',
    'on_duplicate=x&uniq=a',
    'on_duplicate=ignore',
    'wait=-1',
    'wait=61',
    'lease=30'
  ]
  for (const query of bad) {
    t.equal((await ask(`POST /q/mail?${query}`, '{}')).statusCode, 400, query)
  }
  for (const query of ['lease=0', 'lease=0.5', 'lease=43201', 'lease=x', 'wait=x']) {
    t.equal((await ask(`GET /q/mail?${query}`)).statusCode, 400, query)
  }
  t.match((await ask('GET /j/mail')).json(), { job_count: 0 })
  t.equal((await ask('GET /q/mail?lease')).statusCode, 404, 'a bare lease is right')
})

test('a repeated Idempotency-Key answers as the first time, ' +
  'and another payload under it is a 422', async t => {
  const { ask } = await client(t)
  const key = { ...json, 'idempotency-key': 'order 7' }
  for (let i = 0; i < 2; i++) {
    const answer = await ask('POST /q/mail', '{"n":1}', key)
    t.same([answer.statusCode, answer.headers['x-presque-job']], [201, '1'])
  }
  t.equal((await ask('POST /q/mail', '{"n":2}', key)).statusCode, 422)
  t.match((await ask('GET /j/mail')).json(), { job_count: 1 })
})

test('on_duplicate=ignore is a 200 that points to the job that is there', async t => {
  const { ask } = await client(t)
  await ask('POST /q/mail?uniq=ann', '{}')
  const again = await ask('POST /q/mail?uniq=ann&on_duplicate=ignore', '{}')
  t.match(
    [again.statusCode, again.headers],
    [200, { location: '/j/mail/1', 'x-presque-duplicate': 'true' }]
  )
})
