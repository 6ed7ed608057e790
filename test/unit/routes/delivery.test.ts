import { test, type Test } from 'tap'
import type { InjectOptions, LightMyRequestResponse as Answer } from 'fastify'
import { client } from '../../support/http/http-client.ts'
import { build } from '../../support/server/app.ts'

type Ask = (line: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>

async function asking (t: Test): Promise<Ask> {
  const app = await build(t)
  return async (line, body, headers = {}) => {
    const [method, url] = line.split(' ') as [InjectOptions['method'] & string, string]
    const payload = typeof body === 'object' ? JSON.stringify(body) : (body as string | undefined)
    return await app.inject({
      method,
      url,
      headers: { 'content-type': 'application/json', ...headers },
      ...(payload !== undefined && { payload })
    })
  }
}

const receipt = (answer: Answer): string => String(answer.headers['x-presque-receipt'])

test('a lease tells all that is needed in headers, and the body stays the job', async t => {
  const ask = await asking(t)
  const pushed = await ask('POST /q/mail', '{ "n": 1.0 }')
  t.match(pushed.headers, { location: '/j/mail/1', 'x-presque-job': '1' })
  const taken = await ask('GET /q/mail?lease=30')
  t.equal(taken.body, '{ "n": 1.0 }')
  const proof = receipt(taken)
  t.match(taken.headers, {
    'x-presque-queue': 'mail',
    'x-presque-job': '1',
    'x-presque-attempt': '1'
  })
  t.match(taken.headers['x-presque-lease-expires'], /^\d{10}(\.\d{1,3})?$/)
  t.equal(
    taken.headers.link,
    ['ack', 'nack', 'touch']
      .map(verb => `</j/mail/1/${verb}?receipt=${proof}>; rel="${verb}"`)
      .join(', ')
  )
})

test('a job can be acknowledged, given up, given back and kept for longer', async t => {
  const ask = await asking(t)
  for (let i = 0; i < 4; i++) await ask('POST /q/mail', {})
  const leases = []
  for (let i = 0; i < 4; i++) leases.push(await ask('GET /q/mail?lease=30'))
  const [acked, nacked, released, touched] = leases.map(receipt)
  const ack = await ask(`POST /j/mail/1/ack?receipt=${acked}`)
  t.same([ack.statusCode, ack.body], [204, ''])
  const nack = await ask(`POST /j/mail/2/nack?receipt=${nacked}`, {
    error: { type: 'E', message: 'm', backtrace: ['a'] },
    delay: 100
  })
  t.match(nack.json(), { state: 'delayed', run_at: Number })
  t.equal((await ask(`POST /j/mail/3/release?receipt=${released}`)).statusCode, 204)
  t.match(
    (
      await ask(`POST /j/mail/4/touch?receipt=${touched}`, { lease: 60, progress: { done: 1 } })
    ).json(),
    { lease_expires: Number }
  )
  t.match((await ask('GET /j/mail/4')).json(), { progress: { done: 1 }, state: 'active' })
  t.match((await ask('GET /j/mail/2')).json(), {
    last_error: { type: 'E', message: 'm', backtrace: ['a'] },
    state: 'delayed'
  })
  t.match((await ask('GET /j/mail/3')).json(), { attempt: 0, state: 'waiting' })
})

test('a stale receipt is a 409, a job that is gone a 404, a missing receipt a 400', async t => {
  const ask = await asking(t)
  await ask('POST /q/mail', {})
  const proof = receipt(await ask('GET /q/mail?lease=30'))
  for (const verb of ['ack', 'nack', 'release', 'touch']) {
    t.same((await ask(`POST /j/mail/1/${verb}?receipt=1-0`)).json(), { error: 'lease lost' }, verb)
    t.equal((await ask(`POST /j/mail/1/${verb}?receipt=1-0`)).statusCode, 409)
    t.equal((await ask(`POST /j/mail/2/${verb}?receipt=1-0`)).statusCode, 404)
    t.match((await ask(`POST /j/mail/1/${verb}`)).json(), { error: /receipt is missing/ })
    t.match((await ask(`POST /j/mail/1/${verb}?receipt=${proof}&reciept=1`)).json(), {
      error: "unknown parameter 'reciept'"
    })
  }
  t.equal((await ask('DELETE /j/mail/1')).statusCode, 204)
  t.same((await ask(`POST /j/mail/1/ack?receipt=${proof}`)).json(), { error: 'no such job' })
})

test('ack with next=1 answers like the next GET, ' +
  'and takes nothing if the ack is refused', async t => {
  const ask = await asking(t)
  await ask('POST /q/mail', { n: 1 })
  await ask('POST /q/mail', { n: 2 })
  const first = await ask('GET /q/mail?lease=30')
  const refused = await ask('POST /j/mail/1/ack?receipt=1-0&next=1&lease=30')
  t.equal(refused.statusCode, 409)
  const second = await ask(`POST /j/mail/1/ack?receipt=${receipt(first)}&next=1&lease=30`, {
    result: 1
  })
  t.same([second.statusCode, second.json(), second.headers['x-presque-job']], [200, { n: 2 }, '2'])
  t.equal(
    (await ask(`POST /j/mail/2/ack?receipt=${receipt(second)}&next=1&lease=30`)).statusCode,
    404
  )
  t.equal((await ask('GET /j/mail/2')).statusCode, 404, 'and it has been acknowledged')
})

test('a batch on lease is JSON, and each of a batch of acks, ' +
  'nacks and touches is answered for itself', async t => {
  const ask = await asking(t)
  await ask('POST /qb/mail', '{"jobs":[{"n":1.0},{"n":2},{"n":3}]}')
  const taken = await ask('GET /qb/mail?lease=30&batch_size=3')
  t.match(taken.body, /"payload":{"n":1.0}/)
  const [one, two, three] = taken
    .json()
    .map(({ id, receipt }: { id: string; receipt: string }) => ({ id, receipt }))
  const stale = { id: '1', receipt: '1-0' }
  t.same((await ask('POST /qb/mail/ack', { jobs: [one, stale, { ...stale, id: '9' }] })).json(), [
    { id: '1', ok: true },
    { id: '1', error: 'no such job' },
    { id: '9', error: 'no such job' }
  ])
  t.match(
    (
      await ask('POST /qb/mail/nack', {
        jobs: [
          { ...two, retry: false, error: { message: 'm' } },
          { ...stale, id: '3' }
        ]
      })
    ).json(),
    [
      { id: '2', ok: true, state: 'failed' },
      { id: '3', error: 'lease lost' }
    ]
  )
  t.match((await ask('POST /qb/mail/touch', { jobs: [{ ...three, lease: 60 }] })).json(), [
    { id: '3', ok: true, lease_expires: Number }
  ])
  t.match((await ask('POST /qb/mail/ack', {})).json(), { error: 'jobs should be an array of job' })
})

test('an empty list of acks, nacks or touches is answered with an empty list', async t => {
  const { says } = await client(t)
  for (const verb of ['ack', 'nack', 'touch']) {
    await says(200, [], `POST /qb/none/${verb}`, '{"jobs":[]}')
    await says(201, '', 'POST /q/mail', '{}')
    await says(200, [], `POST /qb/mail/${verb}`, '{"jobs":[]}')
  }
  await says(201, '', 'POST /qb/mail', '{"jobs":[]}')
})

test('of an error larger than 64 KiB enough is kept and shown, alone and in a batch', async t => {
  const ask = await asking(t)
  const error = { type: 'E', message: 'm'.repeat(300_000), backtrace: 'b'.repeat(600_000) }
  for (let i = 0; i < 2; i++) await ask('POST /q/mail', {})
  const [first, second] = [await ask('GET /q/mail?lease=30'), await ask('GET /q/mail?lease=30')]
  t.same(
    (await ask(`POST /j/mail/1/nack?receipt=${receipt(first)}`, { error, retry: false })).json(),
    { state: 'failed' }
  )
  const jobs = [{ id: '2', receipt: receipt(second), error, retry: false }]
  t.same((await ask('POST /qb/mail/nack', { jobs })).json(), [
    { id: '2', ok: true, state: 'failed' }
  ])
  const kept = (await ask('GET /j/mail/1')).json().last_error
  t.match(kept, {
    type: 'E',
    message: /^m+ \.\.\. \(\d+ characters cut\) \.\.\. m+$/,
    cut: JSON.stringify(error).length
  })
  t.ok(JSON.stringify(kept).length <= 65_536)
  t.same((await ask('GET /j/mail/2')).json().last_error, kept)
  t.same((await ask('GET /j/mail?state=failed')).json().jobs[1].last_error, kept)
  t.same((await ask('GET /j/mail/1/why')).json().last_error, kept)
})

test('a progress larger than 64 KiB is refused by a sentence, and changes nothing', async t => {
  const ask = await asking(t)
  for (let i = 0; i < 2; i++) await ask('POST /q/mail', {})
  const [first, second] = [await ask('GET /q/mail?lease=30'), await ask('GET /q/mail?lease=30')]
  const whole = 'é'.repeat(32_767)
  const touch = `POST /j/mail/1/touch?receipt=${receipt(first)}`
  t.equal((await ask(touch, { progress: whole })).statusCode, 200)
  const refused = await ask(touch, { lease: 1000, progress: `${whole}é` })
  t.same(
    [refused.statusCode, refused.json()],
    [413, { error: 'progress is larger than 65536 bytes' }]
  )
  const shown = (await ask('GET /j/mail/1')).json()
  t.equal(shown.progress, whole)
  t.ok(shown.lease_expires_at < Date.now() / 1000 + 900)
  const jobs = [
    { id: '1', receipt: receipt(first), progress: `${whole}é` },
    { id: '2', receipt: receipt(second), progress: 1 }
  ]
  t.match((await ask('POST /qb/mail/touch', { jobs })).json(), [
    { id: '1', error: 'progress is larger than 65536 bytes' },
    { id: '2', ok: true }
  ])
  t.same((await ask('POST /qb/mail/touch', { jobs: jobs.slice(0, 1) })).json(), [
    { id: '1', error: 'progress is larger than 65536 bytes' }
  ])
})
