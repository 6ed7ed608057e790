import { test } from 'tap'
import { client, json } from '../../support/http/http-client.ts'

const idMissing = [400, 'worker_id is missing'] as const
const idInvalid = [
  400,
  'a worker id is 1 to 128 printable ASCII characters without spaces'
] as const
const bodyInvalid = [400, 'the body must be a JSON object such as {"worker_id":"w1"}'] as const

test('a worker that has registered and not worked is described under exactly these keys, ' +
  'its counters strings', async t => {
  const { says, ask } = await client(t)
  await says(201, '', 'POST /w/foo', '{"worker_id":"w1"}')
  const worker = (await ask('GET /w/?worker_id=w1')).json()
  t.ok(
    Number.isInteger(worker.started_at) && Math.abs(worker.started_at - Date.now() / 1000) < 60,
    'epoch seconds'
  )
  t.strictSame(
    { ...worker, started_at: 0 },
    {
      worker_id: 'w1',
      started_at: 0,
      processed: '0',
      failed: '0',
      queues: ['foo'],
      working_on: [],
      last_seen: null,
      silent: false
    }
  )
  await says(200, [worker], 'GET /w/')
})

test('the id comes as parameter, as header or in the body, for POST and DELETE alike', async t => {
  const { says } = await client(t)
  const ways: Array<[string, (string | undefined)?, Record<string, string>?]> = [
    ['?worker_id=w1'],
    ['?worker_id=w1', '{}'],
    ['?worker_id=w1', ''],
    ['?worker_id=w1', 'null'],
    ['?worker_id=w1', undefined, {}],
    ['', undefined, { 'X-presque-workerid': 'w1' }],
    ['', undefined, { 'x-presque-workerid': 'w1', ...json }],
    ['', '{"worker_id":"w1"}'],
    ['', ' {"worker_id" : "w1"} ', {}],
    ['', '{"worker_id":"w1"}', { 'content-type': 'appplication/json' }],
    ['', '{"worker_id":"w1"}', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['', '{"worker_id":"w1"}', { 'content-type': 'text/plain' }]
  ]
  for (const [query, ...rest] of ways) {
    await says(201, '', `POST /w/foo${query}`, ...rest)
    await says(
      200,
      { queue_name: 'foo', workers_list: ['w1'], processed: '0', failed: '0' },
      'GET /w/foo'
    )
    await says(204, '', `DELETE /w/foo${query}`, ...rest)
    await says(
      200,
      { queue_name: 'foo', workers_list: [], processed: '0', failed: '0' },
      'GET /w/foo'
    )
  }
})

test('no id is a 400 that says so', async t => {
  const { refuses } = await client(t)
  for (const method of ['POST', 'DELETE']) {
    await refuses(...idMissing, `${method} /w/foo`)
    await refuses(...idMissing, `${method} /w/foo`, undefined, {})
    for (const body of ['', '{}', 'null']) await refuses(...idMissing, `${method} /w/foo`, body)
  }
})

test('an id or a body that is none is a 400', async t => {
  const { refuses } = await client(t)
  for (const method of ['POST', 'DELETE']) {
    for (const id of ['', 'a%20b', 'a+b', 'a%00', '%C3%A4', 'x'.repeat(129), 'a&worker_id=b']) {
      await refuses(...idInvalid, `${method} /w/foo?worker_id=${id}`)
    }
    for (const id of ['', 'a b', 'x'.repeat(129)]) {
      await refuses(...idInvalid, `${method} /w/foo`, undefined, { 'x-presque-workerid': id })
    }
    for (const id of ['""', '1', 'null', '["w1"]', '"a b"']) {
      await refuses(...idInvalid, `${method} /w/foo`, `{"worker_id":${id}}`)
    }
    for (const body of ['[]', '"w1"', '1', 'true']) {
      await refuses(...bodyInvalid, `${method} /w/foo`, body)
    }
  }
  await refuses(...idInvalid, 'GET /w/?worker_id=')
  await refuses(...idInvalid, 'GET /q/foo?worker_id=')
  await refuses(...idInvalid, 'GET /qb/foo', undefined, { 'x-presque-workerid': 'a b' })
  await refuses(...idInvalid, 'PUT /q/foo?worker_id=a%20b', '{}')
})

test('an id of any printable ASCII is taken for what it is', async t => {
  const { says, ask } = await client(t)
  const ids = [
    'a',
    '/',
    'foo/w1',
    'a:b',
    '{w}',
    '__proto__',
    'constructor',
    '%41',
    '"',
    "'",
    '\\',
    'x'.repeat(128),
    '!~'
  ]
  for (const id of ids) await says(201, '', `POST /w/foo?worker_id=${encodeURIComponent(id)}`)
  await says(
    200,
    { queue_name: 'foo', workers_list: ids.toSorted(), processed: '0', failed: '0' },
    'GET /w/foo'
  )
  for (const id of ids) {
    t.match((await ask(`GET /w/?worker_id=${encodeURIComponent(id)}`)).json(), {
      worker_id: id,
      queues: ['foo']
    })
  }
  for (const id of ids) await says(204, '', 'DELETE /w/foo', JSON.stringify({ worker_id: id }))
  await says(200, [], 'GET /w/')
})

test('an unknown worker is a 404 that names it', async t => {
  const { says, refuses } = await client(t)
  await refuses(404, "no such worker: 'w1'", 'GET /w/?worker_id=w1')
  await refuses(404, "no such worker: '%s'", 'GET /w/?worker_id=%25s')
  await says(201, '', 'POST /w/foo?worker_id=w1')
  await refuses(404, "no such worker: 'W1'", 'GET /w/?worker_id=W1')
  await says(204, '', 'DELETE /w/foo?worker_id=w1')
  await refuses(404, "no such worker: 'w1'", 'GET /w/?worker_id=w1')
})

test('to unregister who is not registered is an empty 204', async t => {
  const { says } = await client(t)
  await says(204, '', 'DELETE /w/foo?worker_id=nobody')
})

test('a queue describes its workers by parameter and by path, its counters strings', async t => {
  const { says } = await client(t)
  await says(
    200,
    '{"queue_name":"foo","workers_list":[],"processed":"0","failed":"0"}',
    'GET /w/?queue_name=foo'
  )
  for (const id of ['w2', 'w1', 'w10']) await says(201, '', `POST /w/foo?worker_id=${id}`)
  await says(201, '', 'POST /w/bar?worker_id=w3')
  await says(201, '', 'POST /qb/foo', '{"jobs":[{},{},{}]}')
  await says(200, ['{}', '{}'], 'GET /qb/foo?batch_size=2')
  await says(201, '', 'PUT /q/foo?worker_id=w1', '{}')
  const described = {
    queue_name: 'foo',
    workers_list: ['w1', 'w10', 'w2'],
    processed: '2',
    failed: '1'
  }
  await says(200, described, 'GET /w/?queue_name=foo')
  await says(200, described, 'GET /w/foo')
})

test('worker_id and queue_name together are refused, and nothing else is known', async t => {
  const { refuses } = await client(t)
  await refuses(
    400,
    'give worker_id or queue_name, not both',
    'GET /w/?worker_id=w1&queue_name=foo'
  )
  await refuses(400, 'give worker_id or queue_name, not both', 'GET /w/?worker_id=w1&queue=foo')
  await refuses(400, "unknown parameter 'name'", 'GET /w/?name=foo')
  await refuses(400, "unknown parameter 'worker_id'", 'GET /w/foo?worker_id=w1')
})

test('a worker of two queues is one worker: ' +
  'its queues are listed and its counters summed', async t => {
  const { says, ask } = await client(t)
  for (const queue of ['foo', 'bar']) {
    await says(201, '', `POST /w/${queue}?worker_id=w1`)
    await says(201, '', `POST /q/${queue}`, '{}')
    await says(200, '{}', `GET /q/${queue}?worker_id=w1`)
  }
  await says(201, '', 'PUT /q/bar?worker_id=w1', '{}')
  t.match((await ask('GET /w/')).json(), [
    { worker_id: 'w1', processed: '2', failed: '1', queues: ['bar', 'foo'] }
  ])
  await says(204, '', 'DELETE /w/foo?worker_id=w1')
  t.match((await ask('GET /w/?worker_id=w1')).json(), {
    processed: '1',
    failed: '1',
    queues: ['bar']
  })
})

test('to register again resets neither the counters nor started_at', async t => {
  const { app, says, ask } = await client(t)
  await says(201, '', 'POST /w/foo?worker_id=w1')
  await app.redis.hset('workers', 'foo/w1', 1273923534)
  await says(201, '', 'POST /q/foo', '{}')
  await says(200, '{}', 'GET /q/foo?worker_id=w1')
  await says(201, '', 'POST /w/foo?worker_id=w1')
  t.match((await ask('GET /w/?worker_id=w1')).json(), { started_at: 1273923534, processed: '1' })
})

test('other members of the body do no harm, to register and to unregister', async t => {
  const { says } = await client(t)
  const more =
    '"id":7,"constructor":{},"__proto__":[1],"pid":"12","version":3,' +
      '"rss":-1,"host":null,"n":{"deep":[true]}'
  for (const body of [`{"worker_id":"w1",${more}}`, `{${more},"worker_id":"w1"}`]) {
    await says(201, '', 'POST /w/foo', body)
    await says(
      200,
      { queue_name: 'foo', workers_list: ['w1'], processed: '0', failed: '0' },
      'GET /w/foo'
    )
    await says(204, '', 'DELETE /w/foo', body)
    await says(
      200,
      { queue_name: 'foo', workers_list: [], processed: '0', failed: '0' },
      'GET /w/foo'
    )
  }
})

test('what a worker tells of itself is shown', async t => {
  const { says, ask } = await client(t)
  const about = { version: '1.4.2', host: 'web-3', pid: 812, concurrency: 4, rss: 73400320 }
  await says(201, '', 'POST /w/foo', JSON.stringify({ worker_id: 'w1', ...about }))
  t.match((await ask('GET /w?worker_id=w1')).json(), about)
  t.match((await ask('GET /w')).json(), [about])
})

test('any request that names a worker registers it', async t => {
  const { says, ask } = await client(t)
  await says(201, '', 'POST /q/foo', '{}')
  const taken = await ask('GET /q/foo?lease=30&worker_id=w1')
  const job = `/j/foo/${taken.headers['x-presque-job']}`
  const receipt = taken.headers['x-presque-receipt']
  t.equal((await ask(`POST ${job}/touch?receipt=${receipt}&worker_id=w2`)).statusCode, 200)
  await ask(`POST ${job}/release?receipt=${receipt}`, undefined, { 'x-presque-workerid': 'w3' })
  await ask(`POST ${job}/nack?receipt=${receipt}&worker_id=w4`)
  await ask(`POST ${job}/ack?receipt=${receipt}&worker_id=w5`)
  for (const [i, what] of ['ack', 'nack', 'touch'].entries()) {
    await ask(`POST /qb/foo/${what}?worker_id=w${6 + i}`, '{"jobs":[{"id":"1","receipt":"1-0"}]}')
  }
  const names = (await ask('GET /w')).json().map((one: { worker_id: string }) => one.worker_id)
  t.strictSame(names, ['w1', 'w2', 'w3', 'w4', 'w5', 'w6', 'w7', 'w8'])
})

test('pages of workers link to the next one, ' +
  'and a limit or a place that is none is refused', async t => {
  const { says, ask, refuses } = await client(t)
  for (const id of ['a', 'a&b', 'c']) {
    await says(201, '', `POST /w/foo?worker_id=${encodeURIComponent(id)}`)
  }
  for (const path of ['/w', '/w?queue=foo', '/w/foo']) {
    let [link, seen] = [`${path}${path.includes('?') ? '&' : '?'}limit=1`, 0]
    for (;;) {
      const answer = await ask(`GET ${link}`)
      const found = answer.json()
      seen += (found.workers_list ?? found).length
      const [, next] = /^<(.+)>; rel="next"$/.exec(String(answer.headers['link'] ?? '')) ?? []
      if (next === undefined) break
      link = next
    }
    t.equal(seen, 3, path)
    const sentence = 'limit must be a whole number from 1 to 1000'
    for (const limit of ['0', '1001', '1.5', '-1', 'x', '']) {
      await refuses(400, sentence, `GET ${path.split('?')[0]}?limit=${limit}`)
    }
    await refuses(...idInvalid, `GET ${path.split('?')[0]}?after=a%20b`)
  }
})

test('/w shows what a worker holds right now, and whether it is silent', async t => {
  const { ask } = await client(t)
  await ask('POST /w/mail', '{"worker_id":"w1"}')
  await ask('POST /q/mail', '{}')
  const held = await ask('GET /q/mail?lease=30', undefined, { 'x-presque-workerid': 'w1' })
  t.match((await ask('GET /w?worker_id=w1')).json(), {
    working_on: [{ queue: 'mail', job: '1', since: Number }],
    processed: '0',
    silent: false
  })
  t.match((await ask('GET /j/mail/1')).json(), { worker_id: 'w1' })
  await ask(`POST /j/mail/1/ack?receipt=${held.headers['x-presque-receipt']}`)
  t.match((await ask('GET /w?worker_id=w1')).json(), { working_on: [], processed: '1' })
})
