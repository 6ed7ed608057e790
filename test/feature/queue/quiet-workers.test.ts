import { test } from 'tap'
import { client } from '../../support/http/http-client.ts'
import { bearer, tokenFile } from '../../support/http/tokens.ts'
import { until } from '../../support/until.ts'

test('a quiet worker hears so at its next take, touch or ack with next, ' +
  'and gets no job', async t => {
  const { says, ask, refuses } = await client(t)
  await refuses(404, "no such worker: 'w1'", 'POST /w/foo/quiet?worker_id=w1')
  await refuses(400, 'worker_id is missing', 'POST /w/foo/quiet')
  await says(201, '', 'POST /qb/foo', '{"jobs":[{},{},{}]}')
  const taken = await ask('GET /q/foo?lease=30&worker_id=w1')
  t.equal(taken.headers['x-presque-quiet'], undefined)
  const job = `/j/foo/${taken.headers['x-presque-job']}`
  const receipt = taken.headers['x-presque-receipt']
  await says(204, '', 'POST /w/foo/quiet', '{"worker_id":"w1"}')
  for (const line of [
    'GET /q/foo?worker_id=w1',
    'GET /q/foo?worker_id=w1&lease=5&wait=20',
    'GET /qb/foo?worker_id=w1',
    'GET /q/bar,foo?worker_id=w1&wait=20'
  ]) {
    const answer = await ask(line)
    t.match(
      [answer.statusCode, answer.body, answer.headers['x-presque-quiet']],
      [404, '{"error":"no job"}', '1'],
      line
    )
  }
  for (const line of [
    `POST ${job}/touch?receipt=${receipt}`,
    `POST ${job}/touch?receipt=${receipt}&worker_id=w1`
  ]) {
    const answer = await ask(line)
    t.match([answer.statusCode, answer.headers['x-presque-quiet']], [200, '1'], line)
  }
  const batch = await ask('POST /qb/foo/touch', JSON.stringify({ jobs: [{ id: '1', receipt }] }))
  t.match([batch.statusCode, batch.headers['x-presque-quiet']], [200, '1'])
  const acked = await ask(`POST ${job}/ack?receipt=${receipt}&next=1&lease=5&wait=20&worker_id=w1`)
  t.match([acked.statusCode, acked.headers['x-presque-quiet']], [404, '1'])
  t.match((await ask('GET /j/foo')).json(), { job_count: 2, job_processed: 1 })
  t.equal((await ask('GET /q/foo?worker_id=w2')).headers['x-presque-quiet'], undefined)
  await says(204, '', 'DELETE /w/foo/quiet?worker_id=w1')
  await says(200, '{}', 'GET /q/foo?worker_id=w1')
})

test('a quiet worker that waits hears so at once, however many wait before it', async t => {
  const { app, says, ask } = await client(t)
  await says(201, '', 'POST /w/foo?worker_id=w1')
  const others = ['w2', 'w3', 'w4'].map(async id => await ask(`GET /q/foo?wait=20&worker_id=${id}`))
  const waiting = ask('GET /q/foo?lease=5&wait=20&worker_id=w1')
  await until('all are parked', () => app.longPoll.parked === 4)
  await says(204, '', 'POST /w/foo/quiet?worker_id=w1')
  t.match([(await waiting).statusCode, (await waiting).headers['x-presque-quiet']], [404, '1'])
  await says(201, '', 'POST /qb/foo', '{"jobs":[{},{},{}]}')
  t.strictSame(
    (await Promise.all(others)).map(({ statusCode }) => statusCode),
    [200, 200, 200]
  )
})

test('a token manages the workers of its queues alone, and sees no others', async t => {
  const { path, secrets } = tokenFile(
    t,
    { name: 'ops', roles: ['manage', 'read'], queues: ['mail'] },
    { name: 'all', roles: ['consume', 'manage', 'read'], queues: ['*'] }
  )
  const { says, ask, refuses } = await client(t, { PRESQUE_TOKENS: path })
  const [ops, all] = [bearer(secrets['ops']), bearer(secrets['all'])]
  for (const [queue, id] of [
    ['mail', 'w1'],
    ['pay', 'w1'],
    ['pay', 'w2']
  ]) {
    await says(201, '', `POST /w/${queue}?worker_id=${id}`, undefined, all)
  }
  t.match((await ask('GET /w', undefined, ops)).json(), [{ worker_id: 'w1', queues: ['mail'] }])
  t.equal((await ask('GET /w', undefined, ops)).json().length, 1)
  await refuses(404, "no such worker: 'w2'", 'GET /w?worker_id=w2', undefined, ops)
  await refuses(403, "this token is not for the queue 'pay'", 'GET /w?queue=pay', undefined, ops)
  await refuses(
    403,
    "this token is not for the queue 'pay'",
    'POST /w/pay/quiet?worker_id=w1',
    undefined,
    ops
  )
  await refuses(
    403,
    "this token lacks the role 'consume'",
    'POST /w/mail?worker_id=w1',
    undefined,
    ops
  )
  await says(204, '', 'POST /w/mail/quiet?worker_id=w1', undefined, ops)
  t.equal((await ask('GET /q/mail?worker_id=w1', undefined, all)).headers['x-presque-quiet'], '1')
  t.equal(
    (await ask('GET /q/pay?worker_id=w1', undefined, all)).headers['x-presque-quiet'],
    undefined
  )
})
