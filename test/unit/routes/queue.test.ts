import { test } from 'tap'
import { queueKey } from '../../../operations/redis/keys.ts'
import { client } from '../../support/http/http-client.ts'
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

test('DELETE of a queue that nobody has used is an empty 204', async t => {
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

test('a queue is any name of the allowed characters, and nothing else', async t => {
  const { says, refuses } = await client(t)
  const names = ['a', 'Az09_.:@-', 'a'.repeat(128), '__proto__', 'constructor', '...', '-', '0']
  for (const name of names) {
    await says(201, '', `POST /q/${name}`, '{"n":1}')
    await says(
      200,
      { queue_name: name, job_count: 1, job_failed: 0, job_processed: 0 },
      `GET /j/${name}`
    )
    await says(200, '{"n":1}', `GET /q/${name}`)
  }
  await says(200, { queues: names.toSorted(), size: names.length }, 'GET /status')
  const sentence =
    'a queue name is 1 to 128 characters out of A-Z a-z 0-9 _ . : @ -, and not . or ..'
  const wrong = [
    'a'.repeat(129),
    'a'.repeat(5000),
    'a%20b',
    'a%2Fb',
    '%7Ba%7D',
    '%C3%A4',
    ',',
    'a,',
    ',a',
    'a,,b',
    'a,%20b',
    'a%00',
    'a%0a',
    'a+b',
    '*',
    '~',
    "'"
  ]
  for (const name of wrong) {
    for (const line of [
      `GET /q/${name}`,
      `DELETE /q/${name}`,
      `GET /qb/${name}`,
      `GET /j/${name}`,
      `GET /control/${name}`,
      `GET /status/${name}`,
      `GET /w/${name}`
    ]) {
      await refuses(400, sentence, line)
    }
    for (const method of ['POST', 'PUT']) await refuses(400, sentence, `${method} /q/${name}`, '{}')
    await refuses(400, sentence, `POST /w/${name}?worker_id=w1`)
    await refuses(400, sentence, `GET /w/?queue_name=${name.replaceAll('+', '%2B')}`)
  }
})

test('GET takes from the first of up to 32 queues that has a job; ' +
  'every other route takes one name', async t => {
  const { says, refuses } = await client(t)
  const sentence =
    'a queue name is 1 to 128 characters out of A-Z a-z 0-9 _ . : @ -, and not . or ..'
  await says(201, '', 'POST /q/b', '{"n":1}')
  await says(201, '', 'POST /q/c', '{"n":2}')
  await says(200, '{"n":2}', 'GET /q/a,c,b')
  await says(200, '{"n":1}', 'GET /q/a%2Cc,b')
  await refuses(404, 'no job', 'GET /q/a,b,c')
  const names = (count: number): string =>
    Array.from({ length: count }, (_, i) => `q${i}`.padEnd(128, 'x')).join()
  await refuses(404, 'no job', `GET /q/${names(32)}`)
  await refuses(400, sentence, `GET /q/${names(33)}`)
  const paths = [
    '/qb/a,b',
    '/j/a,b',
    '/j/a,b/1',
    '/j/a,b/1/why',
    '/control/a,b',
    '/status/a,b',
    '/w/a,b',
    '/w/?queue_name=a,b'
  ]
  for (const line of [
    'DELETE /q/a,b',
    'DELETE /w/a,b?worker_id=w1',
    'DELETE /j/a,b?state=failed',
    ...paths.map(path => `GET ${path}`)
  ]) {
    await refuses(400, sentence, line)
  }
  for (const line of ['POST /q/a,b', 'PUT /q/a,b', 'POST /j/a,b/1/ack?receipt=1-0']) {
    await refuses(400, sentence, line, '{}')
  }
  for (const line of ['POST /qb/a,b', 'POST /qb/a,b/ack']) {
    await refuses(400, sentence, line, '{"jobs":[]}')
  }
  await says(200, { queues: ['b', 'c'], size: 2 }, 'GET /status')
})

test('of several queues it is closed only if all are stopped', async t => {
  const { says, refuses } = await client(t)
  await says(201, '', 'POST /q/a', '{"n":1}')
  await says(201, '', 'POST /q/b', '{"n":2}')
  await says(200, { queue: 'a', response: 'updated' }, 'POST /control/a', '{"status":"stop"}')
  await says(200, '{"n":2}', 'GET /q/a,b')
  await refuses(404, 'no job', 'GET /q/a,b')
  await says(200, { queue: 'b', response: 'updated' }, 'POST /control/b', '{"status":"stop"}')
  await refuses(404, 'queue is closed', 'GET /q/a,b')
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

test('an escaped name is the name', async t => {
  const { says } = await client(t)
  await says(201, '', 'POST /q/f%6fo%40home', '{}')
  await says(200, { queues: ['foo@home'], size: 1 }, 'GET /status')
})

test('a missing queue name is a 404 that says so', async t => {
  const { refuses } = await client(t)
  for (const path of ['/q', '/q/', '/qb', '/qb/', '/j', '/j/', '/control', '/control/']) {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
      await refuses(404, 'queue name is missing', `${method} ${path}`)
    }
  }
  for (const line of ['POST /w/', 'POST /w', 'DELETE /w/', 'DELETE /w', 'POST /w/?worker_id=w1']) {
    await refuses(404, 'queue name is missing', line)
  }
})

test('a trailing slash more or less never matters', async t => {
  const { says, ask } = await client(t)
  await says(201, '', 'POST /q/foo/', '{"n":1}')
  await says(201, '', 'PUT /q/foo/?uniq=ann', '{"n":2}')
  await says(201, '', 'POST /qb/foo/', '{"jobs":[{"n":3}]}')
  await says(201, '', 'POST /w/foo/?worker_id=w1')
  await says(200, '{"n":1}', 'GET /q/foo/?worker_id=w1')
  await says(200, ['{"n":2}', '{"n":3}'], 'GET /qb/foo/?batch_size=5')
  await says(200, { queue: 'foo', response: 'updated' }, 'POST /control/foo/', '{"status":"stop"}')
  for (const path of [
    '/status',
    '/status/foo',
    '/j/foo',
    '/control/foo',
    '/w',
    '/w?worker_id=w1',
    '/w?queue_name=foo',
    '/w/foo'
  ]) {
    const [place, query] = path.split('?')
    const plain = await ask(`GET ${path}`)
    t.equal(plain.statusCode, 200, path)
    t.equal(
      (await ask(`GET ${place}/${query === undefined ? '' : `?${query}`}`)).body,
      plain.body,
      path
    )
  }
  await says(204, '', 'DELETE /w/foo/?worker_id=w1')
  await says(204, '', 'DELETE /q/foo/')
})
