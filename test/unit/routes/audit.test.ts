import { test, type Test } from 'tap'
import type { FastifyInstance } from 'fastify'
import { addToAudit } from '../../../operations/access/audit.ts'
import { push } from '../../../operations/job/push.ts'
import type { AuditEntry } from '../../../schemas/audit.ts'
import { operations, request } from '../../support/http/openapi-document.ts'
import { client } from '../../support/http/http-client.ts'
import { bearer, tokenFile } from '../../support/http/tokens.ts'
import { build } from '../../support/server/app.ts'

interface Page { entries: AuditEntry[], next: string | null }

async function audit (app: FastifyInstance, query = '', secret?: string): Promise<Page> {
  const answer = await app.inject({ url: `/audit?${query}`, headers: bearer(secret) })
  return JSON.parse(answer.body) as Page
}

/** A server with a token for all and one for the queue mail, both of which may manage. */
async function withTokens (t: Test) {
  const { path, secrets } = tokenFile(
    t,
    { name: 'ops', roles: ['manage', 'read'], queues: ['*'] },
    { name: 'mailer', roles: ['manage', 'produce'], queues: ['mail'] }
  )
  return { app: await build(t, { PRESQUE_TOKENS: path }), secrets }
}

test('a change of a policy is told with who made it, and the members that it changed', async t => {
  const { app, secrets } = await withTokens(t)
  const answer = await app.inject({
    method: 'POST',
    url: '/control/mail',
    headers: { ...bearer(secrets['ops']), 'x-request-id': 'one-1' },
    payload: { tries: 5, rate: { limit: 10, period: 1 } }
  })
  t.equal(answer.statusCode, 200)
  const { entries, next } = await audit(app, '', secrets['ops'])
  const [entry, ...others] = entries
  t.strictSame([others, next], [[], null])
  const { id, at, ...rest } = entry!
  t.match(id, /^\d{13}-\d+$/)
  t.ok(Math.abs(at - Date.now() / 1000) < 60)
  t.strictSame(rest, {
    who: 'ops',
    from: '127.0.0.1',
    request: 'POST /control/mail',
    request_id: 'one-1',
    queue: 'mail',
    status: 200,
    count: null,
    before: { tries: 25, rate: null },
    after: { tries: 5, rate: { limit: 10, period: 1 } }
  })
})

test('every call that needs the role manage is told, and no other', async t => {
  const app = await build(t)
  const all = operations(app).filter(({ method }) => method !== 'GET')
  const managing = all.filter(({ description }) => description!.includes('the role `manage`'))
  t.ok(managing.length >= 10, `${managing.length} operations`)
  for (const operation of managing) await app.inject(request(operation, { queue: 'mail' }))
  const { entries } = await audit(app, 'order=asc')
  t.strictSame(
    entries.map(({ request }) => request.split(' ')[0]),
    managing.map(({ method }) => method)
  )
  for (const operation of all.filter(one => !managing.includes(one))) {
    await app.inject(request(operation, { queue: 'mail' }))
  }
  t.equal((await audit(app)).entries.length, entries.length)
})

test('a call that is refused before it does anything is not told', async t => {
  const { app, secrets } = await withTokens(t)
  const url = '/control/post'
  for (const [secret, payload, status] of [
    [undefined, { tries: 5 }, 401],
    [secrets['mailer'], { tries: 5 }, 403],
    [secrets['ops'], { tries: 0 }, 400]
  ] as const) {
    const answer = await app.inject({ method: 'POST', url, headers: bearer(secret), payload })
    t.equal(answer.statusCode, status)
  }
  t.strictSame((await audit(app, '', secrets['ops'])).entries, [])
})

const schedule = (every: number): string => {
  return JSON.stringify({ queue: 'mail', every, payload: { secret: 'x' } })
}

test('what a call has done is told: how many jobs, and how it stood before and after', async t => {
  const { app, ask, says, refuses } = await client(t)
  await push(app.redis, 'mail', ['{}', '{}', '{}'].map(payload => ({ payload })))
  await says(204, '', 'DELETE /j/mail/1')
  await refuses(404, 'no such job', 'DELETE /j/mail/9')
  await says(200, { count: 1 }, 'DELETE /j/mail?state=waiting&limit=1')
  await ask('PUT /schedule/report', schedule(60))
  await ask('PUT /schedule/report', schedule(90))
  await says(204, '', 'DELETE /schedule/report')
  await ask('POST /w/mail?worker_id=w1')
  await says(204, '', 'POST /w/mail/quiet?worker_id=w1')
  await says(204, '', 'DELETE /q/mail')
  const { entries } = await audit(app, 'order=asc')
  t.match(
    entries.map(({ status, count, before, after }) => ({ status, count, before, after })),
    [
      { status: 204, count: 1, before: { state: 'waiting', attempt: 0 }, after: null },
      { status: 404, count: null, before: null, after: null },
      { status: 200, count: 1, before: null, after: null },
      { status: 201, before: null, after: { queue: 'mail', every: 60 } },
      { status: 200, before: { every: 60 }, after: { every: 90 } },
      { status: 204, before: { queue: 'mail', every: 90 }, after: null },
      { status: 204, before: { quiet: false }, after: { quiet: true } },
      { status: 204, count: 1, before: { counts: { waiting: 1 } }, after: null }
    ]
  )
  t.strictSame(entries.map(({ queue }) => queue), Array(entries.length).fill('mail'))
  t.notMatch(JSON.stringify(entries), 'secret', 'payloads are not kept')
})

test('a purge counts each job once, also one that is delayed since it failed', async t => {
  const { app, ask, says } = await client(t)
  for (let n = 0; n < 3; n++) await ask('POST /q/mail', '{}')
  const { headers } = await ask('POST /q/mail/take?lease=30')
  const receipt = String(headers['x-presque-receipt'])
  await ask(`POST /j/mail/1/nack?receipt=${receipt}`, '{"error":{"message":"no"},"delay":60}')
  await says(204, '', 'DELETE /q/mail')
  const { entries } = await audit(app)
  t.match(entries, [
    { count: 3, before: { counts: { waiting: 2, delayed: 1, retrying: 1 } }, after: null }
  ])
})

test('a token sees the calls about its queues, filtered as it asks', async t => {
  const { app, secrets } = await withTokens(t)
  for (const [who, queue] of [['ops', 'mail'], ['ops', 'post'], ['mailer', 'mail']] as const) {
    await app.inject({
      method: 'POST',
      url: `/control/${queue}`,
      headers: bearer(secrets[who]),
      payload: { status: 'stop' }
    })
  }
  const seen = async (query: string, secret = 'ops') => {
    const { entries } = await audit(app, query, secrets[secret])
    return entries.map(({ who, queue }) => `${who} ${queue}`)
  }
  t.strictSame(await seen(''), ['mailer mail', 'ops post', 'ops mail'])
  t.strictSame(await seen('order=asc&queue=mail'), ['ops mail', 'mailer mail'])
  t.strictSame(await seen('who=ops'), ['ops post', 'ops mail'])
  t.strictSame(await seen('', 'mailer'), ['mailer mail', 'ops mail'])
})

const call = (n: number) => ({
  who: null,
  from: '::1',
  request: `POST /control/q${n}`,
  request_id: String(n),
  queue: `q${n % 2}`,
  status: 200
})

test('pages follow one another without a hole or a copy, however many entries come', async t => {
  const app = await build(t)
  for (let n = 0; n < 1203; n++) await addToAudit(app.redis, call(n))
  for (const limit of [1000, 601, 600]) {
    const found: string[] = []
    for (let after: string | null = ''; after !== null;) {
      const page = await audit(app, `limit=${limit}&queue=q1${after && `&after=${after}`}`)
      found.push(...page.entries.map(one => one.request_id))
      after = page.next
      await addToAudit(app.redis, call(5000))
    }
    t.strictSame(found, Array.from({ length: 601 }, (_, i) => String(1201 - 2 * i)), String(limit))
  }
})

test('a page after any id there may be is answered', async t => {
  const { ask } = await client(t)
  await ask('POST /control/mail', '{"tries":5}')
  const last = `${'9'.repeat(15)}-${'9'.repeat(19)}`
  const table = { '0-0': [1, 0], '000-00': [1, 0], '0-1': [1, 0], [last]: [0, 1] }
  for (const [after, counts] of Object.entries(table)) {
    for (const [i, order] of ['asc', 'desc'].entries()) {
      const { entries } = (await ask(`GET /audit?order=${order}&after=${after}`)).json()
      t.equal(entries?.length, counts[i], `${order} ${after}`)
    }
  }
  const beyond = await ask('GET /audit?after=1-99999999999999999999')
  t.equal(beyond.statusCode, 400)
})

test('about 10 000 calls are kept', async t => {
  const app = await build(t)
  const calls = Array.from({ length: 10_400 }, (_, n) => call(n))
  await Promise.all(calls.map(async one => await addToAudit(app.redis, one)))
  const kept = await app.redis.xlen('audit')
  t.ok(kept >= 10_000 && kept <= 10_100, String(kept))
})

test('a wrong parameter is refused by its name', async t => {
  const { refuses } = await client(t)
  const after = "after must be the id of an entry, such as 1700000000000-0, not '42'"
  await refuses(400, after, 'GET /audit?after=42')
  await refuses(400, "order must be asc or desc, not 'up'", 'GET /audit?order=up')
  for (const limit of ['0', '1001', 'x']) {
    await refuses(400, 'limit must be a whole number from 1 to 1000', `GET /audit?limit=${limit}`)
  }
  const who = 'who must be the name of a token: 1 to 64 visible characters'
  await refuses(400, who, 'GET /audit?who=')
})
