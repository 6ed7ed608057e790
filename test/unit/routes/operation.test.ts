import { test } from 'tap'
import { client } from '../../support/http/http-client.ts'
import { bearer, tokenFile } from '../../support/http/tokens.ts'
import { build } from '../../support/server/app.ts'

const failed = { queue: 'mail', where: { state: 'failed' }, do: 'retry' }
const text = JSON.stringify

test('POST begins an operation, with what it is about and how it stands', async t => {
  const { ask, says } = await client(t)
  await ask('POST /q/mail?tries=1', '{"n":1e1}')
  const { headers } = await ask('POST /q/mail/take?lease=30')
  const nack = `POST /j/mail/1/nack?receipt=${String(headers['x-presque-receipt'])}`
  await ask(nack, '{"error":{"message":"no"}}')
  const dry = (await ask('POST /operations?dry=1', text(failed))).body
  t.match(dry, /^{"matched":1,"preview":\[{"id":"1",.*"payload":{"n":1e1}}\]}$/)
  await says(200, { operations: [], next: null }, 'GET /operations')
  const canary = { jobs: 3, within: 10, stop_at: 0.5 }
  const begun = await ask('POST /operations', text({ ...failed, rate: 0.5, canary }))
  t.equal(begun.statusCode, 201)
  t.match(begun.json(), {
    id: /^\d{13}$/,
    ...failed,
    rate: 0.5,
    canary,
    state: 'canary',
    sentence: 'lets 1 of 1 jobs go first: 0 have gone, 0 of them have completed, 0 failed again',
    counts: { matched: 1, done: 0, completed: 0, failed: 0, gone: 0, duplicates: 0, restored: 0 },
    who: null,
    preview: [{ id: '1', attempt: 1, last_error: { message: 'no' }, payload: { n: 10 } }]
  })
  const { preview, ...rest } = begun.json()
  const one = `/operations/${rest.id}`
  await says(200, { operations: [rest], next: null }, 'GET /operations?queue=mail')
  await says(200, { operations: [], next: null }, 'GET /operations?queue=other')
  t.match((await ask(`GET ${one}`)).json(), { id: rest.id, preview })
  for (const [line, state] of [
    [`POST ${one}/pause`, 'paused'], [`POST ${one}/resume`, 'canary'], [`DELETE ${one}`, 'aborted']
  ] as const) t.match((await ask(line)).json(), { id: rest.id, state, preview }, line)
  const { entries } = (await ask('GET /audit?order=asc')).json()
  t.match(entries, [
    { request: 'POST /operations?dry=1', count: 0, queue: 'mail' },
    { status: 201, count: 1, queue: 'mail', after: { id: rest.id, do: 'retry' } },
    { queue: 'mail', before: { state: 'canary' }, after: { state: 'paused' } },
    { after: { state: 'canary' } }, { after: { state: 'aborted' } }
  ])
})

test('a wrong member of an operation is named', async t => {
  const { ask, refuses } = await client(t)
  const wrong = async (change: object, sentence: string) =>
    await refuses(400, sentence, 'POST /operations', text({ ...failed, ...change }))
  const like = 'an operation is a JSON object such as {"queue":"mail","where":{"state":"failed"},' +
    '"do":"retry"}'
  await refuses(400, like, 'POST /operations', '[]')
  await refuses(400, 'content is missing', 'POST /operations')
  await wrong({ queue: undefined }, 'queue is missing: whose jobs?')
  await wrong({ where: undefined }, 'where is missing: which jobs?')
  await wrong({ where: 7 }, 'where must be an object such as {"state":"failed"}')
  await wrong({ where: {} }, 'state is missing: which jobs?')
  await wrong({ where: { state: 'nowhere' } }, "no such state here: 'nowhere'")
  const digits = 'the fingerprint of an error must be 12 hexadecimal digits'
  await wrong({ where: { state: 'failed', error: 'x' } }, digits)
  const goes = 'error goes with state=failed or state=retrying'
  await wrong({ where: { state: 'delayed', error: '0c342450d324' } }, goes)
  for (const rate of [0, 0.009, 5001, '50']) {
    await wrong({ rate }, 'rate must be jobs a second, from 0.01 to 5000')
  }
  for (const canary of [{ jobs: 0 }, { jobs: 10_001 }, { within: 0 }, { stop_at: 1.1 }, 7]) {
    await wrong({ canary }, 'canary must be an object such as {"jobs":20,"within":600,' +
      '"stop_at":0.05}: 1 to 10000 jobs, 1 to 86400 seconds, and a share from 0 to 1')
  }
  await wrong({ color: 'red' }, "unknown property 'color' in the body")
  await refuses(400, 'dry must be 0 or 1', 'POST /operations?dry=2', text(failed))
  await refuses(404, 'no such operation', 'GET /operations/1')
  await refuses(404, 'no such operation', 'POST /operations/1/pause')
  await refuses(400, 'the id of an operation is 1 to 15 digits', 'GET /operations/x')
  const { id } = (await ask('POST /operations', text(failed))).json()
  const sentence = 'the operation is completed, and cannot do that'
  await refuses(409, sentence, `POST /operations/${id}/pause`)
})

test('100 operations are under way, and the list of all has pages', async t => {
  const { ask, refuses } = await client(t)
  await ask('POST /qb/mail?delay=1000', '{"jobs":[{},{}]}')
  const slow = text({ ...failed, where: { state: 'delayed' }, rate: 0.01 })
  const ids: string[] = []
  for (let n = 0; n < 100; n++) ids.unshift((await ask('POST /operations', slow)).json().id)
  const full = '100 operations are under way: wait for one, or pause one'
  await refuses(429, full, 'POST /operations', slow)
  const found: string[] = []
  for (let after: string | null = ''; after !== null;) {
    const page = await ask(`GET /operations?limit=33${after && `&after=${after}`}`)
    const { operations, next } = page.json() as { operations: Array<{ id: string }>, next: string }
    found.push(...operations.map(({ id }) => id))
    after = next
  }
  t.strictSame(found, ids)
})

test('a token begins and sees operations of its queues', async t => {
  const { path, secrets } = tokenFile(
    t,
    { name: 'mailer', roles: ['manage', 'read'], queues: ['mail'] },
    { name: 'ann', roles: ['read'], queues: ['*'] },
    { name: 'other', roles: ['manage', 'read'], queues: ['other'] }
  )
  const app = await build(t, { PRESQUE_TOKENS: path })
  const ask = async (who: string, method: 'GET' | 'POST' | 'DELETE', url: string, body?: object) =>
    await app.inject({ method, url, headers: bearer(secrets[who]), ...(body && { payload: body }) })
  t.equal((await ask('other', 'POST', '/operations', failed)).statusCode, 403)
  t.equal((await ask('ann', 'POST', '/operations', failed)).statusCode, 403)
  const { id, who } = (await ask('mailer', 'POST', '/operations', failed)).json()
  t.equal(who, 'mailer')
  for (const [name, status] of [['ann', 200], ['mailer', 200], ['other', 403]] as const) {
    t.equal((await ask(name, 'GET', `/operations/${id}`)).statusCode, status, name)
    const { operations } = (await ask(name, 'GET', '/operations')).json()
    t.equal(operations.length, status === 200 ? 1 : 0, name)
  }
  t.equal((await ask('other', 'DELETE', `/operations/${id}`)).statusCode, 403)
  t.equal((await ask('ann', 'DELETE', `/operations/${id}`)).statusCode, 403)
})
