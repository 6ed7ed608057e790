import { test } from 'tap'
import { until } from '../../support/until.ts'
import { error, proof, queueOf } from '../../support/http/ack-and-take.ts'

test('a list without jobs takes alone: as many as batch_size says, ten unless it does', async t => {
  const { settle, ask } = await queueOf(t, 1013)
  t.equal((await settle([])).jobs.length, 10)
  t.equal((await settle([], '&batch_size=1')).jobs.length, 1)
  const all = await settle([], '&batch_size=1000')
  t.equal(all.jobs.length, 1000)
  const { outcomes, jobs } = await settle(
    all.jobs.map((job, i) => ({ ...proof(job), ...(i % 2 && { error, delay: 60 }) })),
    '&batch_size=1000'
  )
  t.equal(outcomes.filter(({ ok }) => ok).length, 1000)
  t.equal(jobs.length, 2)
  t.match((await ask('GET /status/mail')).json(), {
    counts: { active: 13, delayed: 500, waiting: 0 },
    processed: 500
  })
  t.strictSame(await settle([], '&batch_size=3'), { outcomes: [], jobs: [] })
})

test("without a lease, or with a bare one, the jobs have the queue's own", async t => {
  const { settle, ask } = await queueOf(t, 3)
  await ask('POST /control/mail', '{"lease":1000}')
  for (const query of ['', '&lease=', '&lease']) {
    const {
      jobs: [job]
    } = await settle([], `&batch_size=1${query}`)
    t.ok(Math.abs(job!.expires - Date.now() / 1000 - 1000) < 30, query)
  }
})

test('the acks of a request make room for what it takes, ' +
  'under a concurrency and a rate', async t => {
  const { hold, settle, ask } = await queueOf(t, 9)
  await ask('POST /control/mail', '{"concurrency":3}')
  const held = (await hold(5)).map(proof)
  t.equal(held.length, 3)
  t.equal((await settle([])).jobs.length, 0)
  t.equal((await settle([held[0], { ...held[1], error, delay: 60 }])).jobs.length, 2)
  t.equal((await settle([{ ...held[2], receipt: '1-0' }])).jobs.length, 0)
  await ask('POST /control/mail', '{"concurrency":null,"rate":{"limit":2,"period":1000}}')
  t.equal((await settle([held[2]])).jobs.length, 2)
  t.equal((await settle([])).jobs.length, 0)
})

test('while the queue is stopped outcomes count, and there are no jobs', async t => {
  const { app, hold, settle, says, ask } = await queueOf(t, 3)
  const [one, two] = (await hold(2)).map(proof)
  await ask('POST /control/mail', '{"status":"stop"}')
  t.match(await settle([one]), { outcomes: [{ id: '1', ok: true }], jobs: [] })
  t.match(await settle([{ ...two, error, delay: 0 }], '&wait=0.05'), {
    outcomes: [{ id: '2', state: 'delayed' }],
    jobs: []
  })
  const waiting = settle([], '&wait=20')
  await until('it waits', () => app.longPoll.parked === 1)
  await ask('POST /control/mail', '{"status":"start"}')
  t.equal((await waiting).jobs.length, 2)
  await says(200, { outcomes: [], jobs: [] }, 'POST /qb/none/ack?next=1', '{"jobs":[]}')
})

test('a quiet worker hears so, also while it waits, and gets no jobs', async t => {
  const { app, hold, ask } = await queueOf(t, 2)
  const [one] = (await hold(1)).map(proof)
  await ask('POST /w/mail?worker_id=w1')
  const waiting = ask('POST /qb/none/ack?next=1&wait=20&worker_id=w1', '{"jobs":[]}')
  await until('it waits', () => app.longPoll.parked === 1)
  await ask('POST /w/none?worker_id=w1')
  await ask('POST /w/none/quiet?worker_id=w1')
  await ask('POST /w/mail/quiet?worker_id=w1')
  const later = await waiting
  t.match(
    [later.statusCode, later.headers['x-presque-quiet'], later.json()],
    [200, '1', { outcomes: [], jobs: [] }]
  )
  const answer = await ask(
    'POST /qb/mail/ack?next=1&wait=20&worker_id=w1',
    JSON.stringify({ jobs: [one] })
  )
  t.match([answer.statusCode, answer.headers['x-presque-quiet']], [200, '1'])
  t.same(answer.json(), { outcomes: [{ id: '1', ok: true }], jobs: [] })
  const other = await ask('POST /qb/mail/ack?next=1&worker_id=w2', '{"jobs":[]}')
  t.match([other.headers['x-presque-quiet'], other.json().jobs.length], [undefined, 1])
  t.match((await ask('GET /w?worker_id=w2')).json(), { working_on: [{ queue: 'mail', job: '2' }] })
})

test('a wait ends with the first job, and at its end; ' +
  'nothing is held where there are jobs', async t => {
  const { app, settle, says, hold, ask } = await queueOf(t, 2)
  const [one] = (await hold(1)).map(proof)
  const before = Date.now()
  t.equal((await settle([one], '&wait=20&batch_size=5')).jobs.length, 1)
  t.ok(Date.now() - before < 5000)
  const waiting = settle([], '&wait=20&batch_size=5')
  await until('it waits', () => app.longPoll.parked === 1)
  await says(201, '', 'POST /qb/mail', '{"jobs":[{},{},{}]}')
  t.ok((await waiting).jobs.length >= 1)
  await ask('DELETE /q/mail')
  t.same(await settle([], '&wait=0.05'), { outcomes: [], jobs: [] })
})

test('requests of one turn share a call, and each gets its own', async t => {
  const { hold, settle } = await queueOf(t, 40)
  const held = (await hold(20)).map(proof)
  const answers = await Promise.all(
    held.map(async (job, i) => {
      const more = i % 3 === 0 ? { error, delay: 60 } : i % 3 === 1 ? { receipt: '1-0' } : {}
      return await settle([{ ...job, ...more }], '&batch_size=1')
    })
  )
  answers.forEach(({ outcomes: [outcome] }, i) => {
    const expected =
      i % 3 === 0
        ? { ok: true, state: 'delayed' }
        : i % 3 === 1
          ? { error: 'lease lost' }
          : { ok: true }
    t.match(outcome, { id: held[i]!.id, ...expected })
  })
  t.strictSame(
    answers.map(({ jobs }) => jobs.length),
    Array(20).fill(1)
  )
  t.equal(new Set(answers.map(({ jobs: [job] }) => job!.id)).size, 20)
})
