import { test } from 'tap'
import { take } from '../../../operations/job/take.ts'
import { client } from '../../support/http/http-client.ts'

test('GET counts what waits, has failed and has been taken, ' +
  'as numbers under exactly these keys', async t => {
  const { says } = await client(t)
  await says(
    200,
    { queue_name: 'foo', job_count: 0, job_failed: 0, job_processed: 0 },
    'GET /j/foo'
  )
  await says(201, '', 'POST /qb/foo', '{"jobs":[{},{},{},{}]}')
  await says(201, '', 'PUT /q/foo', '{}')
  await says(201, '', 'POST /q/foo?delayed=4000000000', '{}')
  await says(200, '{}', 'GET /q/foo')
  await says(200, ['{}', '{}'], 'GET /qb/foo?batch_size=2')
  await says(
    200,
    '{"queue_name":"foo","job_count":2,"job_failed":1,"job_processed":3}',
    'GET /j/foo'
  )
})

test('what workers and producers sent is shown byte for byte, however deep it is', async t => {
  const { says, ask } = await client(t)
  const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`
  const error = `{ "message":"m", "n":12345678901234567890, "deep":${deep}}`
  await says(201, '', 'POST /q/foo', '{ "a":1.0}')
  const receipt = (await ask('GET /q/foo?lease=30')).headers['x-presque-receipt']
  t.equal(
    (
      await ask(
        `POST /j/foo/1/touch?receipt=${receipt}`,
        `{"progress": {"of":1.50, "deep":${deep}} }`
      )
    ).statusCode,
    200
  )
  await says(
    200,
    { state: 'failed' },
    `POST /j/foo/1/nack?receipt=${receipt}`,
    `{"retry":false,"error": ${error}}`
  )
  const members = '"progress":{"of":1.50, ' +
    `"deep":${deep}},"last_error":${error},"result":null,"payload":{ "a":1.0}}`
  const { body } = await ask('GET /j/foo/1')
  t.ok(body.endsWith(members), 'as one document')
  t.ok((await ask('GET /j/foo?state=failed')).body.endsWith(`"jobs":[${body}]}`), 'in a list')
  const why = await ask('GET /j/foo/1/why')
  t.equal(why.statusCode, 200)
  const [group] = (await ask('GET /errors/foo')).json().errors
  t.equal(
    why.body,
    '{"state":"failed","reason":"failed","detail":"it has failed for good after 1 of 25 ' +
      `deliveries","fingerprint":"${group.fingerprint}","last_error":${error}}`
  )
})

test('a list is told from either end, with the members that were asked for and no more of a ' +
  'payload than was', async t => {
  const { says, refuses, ask } = await client(t)
  for (const priority of [5, 5, 1, 9, 5]) {
    await says(201, '', `POST /q/foo?priority=${priority}`, '{}')
  }
  const ids = async (query: string) => {
    const answer = await ask(`GET /j/foo?fields=id&${query}`)
    return answer
      .json()
      .jobs.map((job: { id: string }) => job.id)
      .join('')
  }
  for (const [query, order] of [
    ['order=asc', '31254'],
    ['order=desc', '45213'],
    ['order=desc&offset=1&limit=2', '52'],
    ['order=desc&offset=4', '3'],
    ['order=desc&offset=5', ''],
    ['order=desc&limit=0', '']
  ] as const) {
    t.equal(await ids(`state=waiting&${query}`), order, query)
  }
  for (const n of [1, 2, 3]) {
    await says(201, '', 'POST /q/bar?delay=600', JSON.stringify({ n, long: 'é'.repeat(50) }))
  }
  const { jobs } = (
    await ask('GET /j/bar?state=delayed&order=desc&fields=id,payload&payload_max=22')
  ).json()
  t.strictSame(jobs[0], {
    id: '3',
    payload_size: 117,
    payload_head: '{"n":3,"long":"ééé',
    payload: null
  })
  t.equal(jobs.length, 3)
  t.equal(
    (await ask('GET /j/bar?state=delayed&fields=payload&payload_max=117')).body.includes(
      'payload_size'
    ),
    false
  )
  t.strictSame((await ask('GET /j/bar/1?fields=state,queue')).json(), {
    queue: 'bar',
    state: 'delayed'
  })
  const fields =
    "fields must be members of a job, with commas between them, such as id,last_error; not 'id,'"
  await refuses(400, fields, 'GET /j/bar?state=delayed&fields=id,')
  await refuses(400, "order must be asc or desc, not 'up'", 'GET /j/bar?state=delayed&order=up')
  for (const most of ['-1', '1048577', 'x', '1.5']) {
    await refuses(
      400,
      'payload_max must be a whole number of bytes, from 0 to 1048576',
      `GET /j/bar?payload_max=${most}`
    )
  }
})

test('an error that is longer than payload_max keeps its type and message alone', async t => {
  const { says, ask } = await client(t)
  const error = { type: 'Timeout', message: 'slow '.repeat(100), backtrace: ['a', 'b'], more: 1 }
  for (const given of [error, { more: 'x'.repeat(500) }]) {
    await says(201, '', 'POST /q/foo', '{}')
    const { headers } = await ask('GET /q/foo?lease=30')
    const body = JSON.stringify({ retry: false, error: given })
    await says(
      200,
      { state: 'failed' },
      `POST /j/foo/${headers['x-presque-job']}/nack?receipt=${headers['x-presque-receipt']}`,
      body
    )
  }
  const { jobs } = (await ask('GET /j/foo?state=failed&payload_max=20&fields=last_error')).json()
  const short = [{ type: 'Timeout', message: 'slow slow slow slow ' }, {}]
  t.strictSame(
    jobs.map((job: { last_error: object }) => job.last_error),
    short
  )
})

test('a request for a job that finds none counts nothing', async t => {
  const { says, refuses } = await client(t)
  await refuses(404, 'no job', 'GET /q/foo?worker_id=w1')
  await refuses(404, 'no job', 'GET /qb/foo?worker_id=w1')
  await says(
    200,
    { queue_name: 'foo', job_count: 0, job_failed: 0, job_processed: 0 },
    'GET /j/foo'
  )
})

test('to count the jobs of a queue does not make it known', async t => {
  const { says } = await client(t)
  await says(
    200,
    { queue_name: 'foo', job_count: 0, job_failed: 0, job_processed: 0 },
    'GET /j/foo'
  )
  await says(200, { queues: [], size: 0 }, 'GET /status')
})

test('/why of a job that has failed, or waits for another try, names its error group', async t => {
  const { ask } = await client(t)
  for (const retry of [true, false]) {
    await ask('POST /q/mail', '{}')
    const { headers } = await ask('GET /q/mail?lease=30')
    const receipt = headers['x-presque-receipt']
    await ask(
      `POST /j/mail/${headers['x-presque-job']}/nack?receipt=${receipt}`,
      JSON.stringify({ error: { type: 'E', message: 'no user 7' }, retry })
    )
  }
  const [group] = (await ask('GET /errors/mail')).json().errors
  t.match(group, { retrying: 1, failed: 1 })
  for (const id of [1, 2]) {
    t.match((await ask(`GET /j/mail/${id}/why`)).json(), { fingerprint: group.fingerprint })
  }
  await ask('POST /q/mail?delay=60', '{}')
  t.notOk('fingerprint' in (await ask('GET /j/mail/3/why')).json(), 'it has not failed')
})

test('/why of a job that has failed since its leases expired names the group of those', async t => {
  const { app, ask } = await client(t)
  await ask('POST /q/mail?max_lost=1', '{}')
  await take(app.redis, 'mail', { lease: 1, now: 0 })
  const why = (await ask('GET /j/mail/1/why')).json()
  const [group] = (await ask('GET /errors/mail')).json().errors
  t.match(group, { type: 'lost', failed: 1 })
  t.match(why, { state: 'failed', fingerprint: group.fingerprint })
})

test('depends makes a job wait for others, which every route tells; ' +
  'a value that is no such list is refused by a sentence', async t => {
  const { says, refuses, ask } = await client(t)
  await says(201, '', 'POST /q/foo', '{}')
  await says(201, '', 'PUT /q/foo?depends=1', '{"n":2}')
  await says(201, '', 'POST /qb/foo?depends=1,2', '{"jobs":[{},{}]}')
  t.match((await ask('GET /j/foo?state=blocked')).json(), {
    job_count: 1,
    jobs: [{ id: '2', state: 'blocked', depends: ['1'] }, {}, {}]
  })
  t.match((await ask('GET /j/foo/2/why')).json(), {
    state: 'blocked',
    reason: 'blocked',
    detail: 'it waits for job 1 to complete',
    depends: ['1']
  })
  t.match((await ask('GET /status/foo')).json(), { size: 1, counts: { waiting: 1, blocked: 3 } })
  await refuses(409, 'the job waits for others to complete: 1,2', 'POST /j/foo/3/retry')
  await refuses(
    400,
    "depends: no job '77' was put in before this one",
    'POST /q/foo?depends=1,77',
    '{}'
  )
  for (const depends of ['', '1,', 'a', '0', '-1', '1;2', Array(101).fill('1').join(',')]) {
    await refuses(
      400,
      'depends must be the ids of 1 to 100 jobs, with commas between them, such as 12,13',
      `POST /q/foo?depends=${depends}`,
      '{}'
    )
  }
  const many = JSON.stringify({ jobs: Array(101).fill({}) })
  await refuses(
    400,
    'a batch with depends: its jobs times the jobs they wait for may be 10000 at most',
    `POST /qb/foo?depends=${Array(100).fill('1').join(',')}`,
    many
  )
  await says(200, { count: 3 }, 'DELETE /j/foo?state=blocked')
})

test('jobs are listed, redriven and dropped by state', async t => {
  const { ask } = await client(t)
  await ask('POST /qb/mail?tries=1', '{"jobs":[{"n":1},{"n":2},{"n":3}]}')
  const held = (await ask('GET /qb/mail?lease=30')).json()
  const proofs = held.map(({ id, receipt }: { id: string; receipt: string }) => ({ id, receipt }))
  await ask('POST /qb/mail/nack', JSON.stringify({ jobs: proofs }))
  const listed = (await ask('GET /j/mail?state=failed&offset=1&limit=1')).json()
  t.match(listed, {
    queue_name: 'mail',
    job_count: 0,
    job_failed: 3,
    jobs: [{ id: '2', state: 'failed', payload: { n: 2 } }]
  })
  t.equal(listed.jobs.length, 1)
  t.same((await ask('POST /j/mail/retry?state=failed&limit=1')).json(), { count: 1 })
  t.same((await ask('DELETE /j/mail?state=failed')).json(), { count: 2 })
  t.match((await ask('GET /j/mail?state=done')).json(), { error: "no such state here: 'done'" })
  t.equal((await ask('POST /j/mail/retry?state=active')).statusCode, 400)
  t.equal((await ask('DELETE /j/mail')).statusCode, 400, 'never all by accident')
})

test('/why answers with a reason and a sentence', async t => {
  const { ask } = await client(t)
  await ask('POST /q/mail?delay=100', '{}')
  t.match((await ask('GET /j/mail/1/why')).json(), {
    state: 'delayed',
    reason: 'not_due',
    detail: /^it is due in \d+(\.\d+)? s$/
  })
  t.equal((await ask('POST /j/mail/1/retry')).statusCode, 204)
  t.match((await ask('GET /j/mail/1/why')).json(), { state: 'waiting', reason: 'nobody_asks' })
  t.equal((await ask('GET /j/mail/7/why')).statusCode, 404)
})
