import { test } from 'tap'
import { client } from '../../support/http/http-client.ts'
import { bearer, tokenFile } from '../../support/http/tokens.ts'
import { error, proof, queueOf } from '../../support/http/ack-and-take.ts'

test('acks and nacks are answered in the order of the request, ' +
  'and jobs come with them', async t => {
  const { hold, settle, ask } = await queueOf(t, 8)
  const [one, two, three, four, five] = (await hold(5)).map(proof)
  const { outcomes, jobs } = await settle(
    [
      { ...one, error, delay: 100 },
      { ...two, result: { sent: true } },
      { ...three, error, retry: false },
      { id: '9', receipt: '1-0' },
      { ...four },
      { ...five, receipt: '1-0', error },
      { id: '77', receipt: '1-0', error }
    ],
    '&batch_size=2&lease=60'
  )
  t.match(outcomes, [
    { id: '1', ok: true, state: 'delayed', run_at: Number },
    { id: '2', ok: true },
    { id: '3', ok: true, state: 'failed' },
    { id: '9', error: 'no such job' },
    { id: '4', ok: true },
    { id: '5', error: 'lease lost' },
    { id: '77', error: 'no such job' }
  ])
  t.strictSame(outcomes[1], { id: '2', ok: true })
  t.match(jobs, [
    { id: '6', attempt: 1, receipt: /^1-/, expires: Number, payload: { n: 6 } },
    { id: '7', attempt: 1, payload: { n: 7 } }
  ])
  t.equal(jobs.length, 2)
  t.ok(jobs[0]!.expires > Date.now() / 1000 + 50)
  t.match((await ask('GET /status/mail')).json().counts, {
    waiting: 1,
    delayed: 1,
    active: 3,
    failed: 1
  })
  t.match((await ask('GET /j/mail/1')).json(), { last_error: error, state: 'delayed' })
  t.same((await settle(jobs.map(proof))).outcomes, [
    { id: '6', ok: true },
    { id: '7', ok: true }
  ])
})

test('without next a job with an error is nacked, and the answer stays a list', async t => {
  const { hold, says, ask } = await queueOf(t, 4)
  const [one, two, three] = (await hold(3)).map(proof)
  const body = JSON.stringify({
    jobs: [{ ...one, error, retry: false }, two, { ...three, error, delay: 0 }]
  })
  const answer = await ask('POST /qb/mail/ack', body)
  t.match(answer.json(), [
    { id: '1', ok: true, state: 'failed' },
    { id: '2', ok: true },
    { id: '3', ok: true, state: 'delayed', run_at: Number }
  ])
  await says(
    200,
    [
      { id: '1', error: 'lease lost' },
      { id: '2', error: 'no such job' },
      { id: '3', error: 'lease lost' }
    ],
    'POST /qb/mail/ack?next=0',
    body
  )
  t.match((await ask('GET /status/mail')).json(), {
    counts: { waiting: 2, failed: 1, active: 0 },
    processed: 1,
    failed: 2
  })
})

test('of a result and an error the bytes are kept', async t => {
  const { hold, settle, ask } = await queueOf(t, 2)
  await ask('POST /control/mail', '{"keep":60}')
  const [one, two] = await hold(2)
  const text =
    `{"jobs":[{"id":"1","receipt":"${one!.receipt}","result": {"n": 1.0}},` +
    `{"id":"2","receipt":"${two!.receipt}","error":{"message":"m","big": ` +
    '12345678901234567890},"retry":false}]}'
  t.equal((await ask('POST /qb/mail/ack?next=1', text)).statusCode, 200)
  t.match((await ask('GET /j/mail/1')).body, '"result":{"n": 1.0}')
  t.match((await ask('GET /j/mail/2')).body, '"big": 12345678901234567890')
  t.same(await settle([]), { outcomes: [], jobs: [] })
})

test('what contradicts itself is refused, and nothing of it is done', async t => {
  const { hold, refuses, ask } = await queueOf(t, 1)
  const [job] = (await hold(1)).map(proof)
  const mixed = 'a job has a result, or an error; delay and retry need an error'
  for (const query of ['', '?next=1']) {
    const line = `POST /qb/mail/ack${query}`
    const refused = async (sentence: string, ...jobs: unknown[]) =>
      await refuses(400, sentence, line, JSON.stringify({ jobs }))
    await refused(mixed, job, { ...job, result: 1, error })
    await refused(mixed, { ...job, delay: 1 })
    await refused(mixed, { ...job, retry: false })
    await refused('delay must be seconds from now, from 0 to 315360000', {
      ...job,
      error,
      delay: -1
    })
    await refused("unknown property 'more' in the body", { ...job, more: 1 })
    await refused('receipt is missing: it came with the job, as X-Presque-Receipt', { id: '1' })
    await refuses(400, 'jobs should be an array of job', line, '{}')
    await refuses(400, 'content is missing', line)
    t.match(
      (await ask(line, JSON.stringify({ jobs: [{ ...job, error: 'text' }] }))).statusCode,
      400
    )
    t.match((await ask(line, JSON.stringify({ jobs: Array(1001).fill(job) }))).json(), {
      error: 'a batch holds at most 1000 jobs'
    })
  }
  for (const [query, sentence] of [
    ['next=2', 'next must be 0 or 1'],
    ['next=1&batch_size=0', 'batch_size must be a whole number from 1 to 1000'],
    ['next=1&batch_size=1001', 'batch_size must be a whole number from 1 to 1000'],
    ['next=1&lease=0', 'lease must be seconds, from 1 to 43200'],
    ['next=1&wait=61', 'wait must be seconds, from 0 to 60'],
    ['wait=61', 'wait must be seconds, from 0 to 60'],
    ['next=1&leese=1', "unknown parameter 'leese'"]
  ]) {
    await refuses(400, sentence!, `POST /qb/mail/ack?${query}`, JSON.stringify({ jobs: [job] }))
  }
  t.match((await ask('GET /status/mail')).json(), { counts: { active: 1 }, processed: 0 })
})

test('a nacked job that may run at once can come back with the same answer', async t => {
  const { hold, settle } = await queueOf(t, 1)
  const [one] = (await hold(1)).map(proof)
  const {
    outcomes,
    jobs: [again]
  } = await settle([{ ...one, error, delay: 0 }])
  t.match([outcomes, again], [[{ id: '1', state: 'delayed' }], { id: '1', attempt: 2 }])
  t.match(await settle([one]), { outcomes: [{ id: '1', error: 'lease lost' }] })
  t.match(
    await settle([{ ...proof(again!), error }, proof(again!)]),
    {
      outcomes: [
        { id: '1', error: 'no such job' },
        { id: '1', ok: true }
      ]
    },
    'of an ack and a nack of one delivery the ack counts'
  )
})

test('dependents of acked and of failed jobs are told', async t => {
  const { hold, settle, says, ask } = await queueOf(t, 2)
  await says(201, '', 'POST /q/mail?depends=1', '{"n":3}')
  await says(201, '', 'POST /q/mail?depends=2', '{"n":4}')
  const [one, two] = (await hold(2)).map(proof)
  const { jobs } = await settle([one, { ...two, error, retry: false }])
  t.match(
    jobs.map(({ id }) => id),
    ['3']
  )
  t.match((await ask('GET /j/mail/4')).json(), { state: 'failed' })
})

test('a token needs the role consume, and the queue', async t => {
  const { path, secrets } = tokenFile(
    t,
    { name: 'push', roles: ['produce', 'read'], queues: ['*'] },
    { name: 'work', roles: ['consume'], queues: ['mail'] }
  )
  const { says, refuses } = await client(t, { PRESQUE_TOKENS: path })
  const [pushes, works] = [bearer(secrets['push']), bearer(secrets['work'])]
  await refuses(
    403,
    "this token lacks the role 'consume'",
    'POST /qb/mail/ack?next=1',
    '{"jobs":[]}',
    pushes
  )
  await refuses(
    403,
    "this token is not for the queue 'pay'",
    'POST /qb/pay/ack?next=1',
    '{"jobs":[]}',
    works
  )
  await says(200, { outcomes: [], jobs: [] }, 'POST /qb/mail/ack?next=1', '{"jobs":[]}', works)
})
