import { test } from 'tap'
import { queueKey } from '../../../operations/redis/keys.ts'
import { client } from '../../support/http/http-client.ts'
import { backup } from '../../support/redis/backup.ts'
import { listenAt } from '../../support/http/sse-client.ts'
import { json, linked, pair, post, push, type Server } from '../../support/server/two-servers.ts'
import { until } from '../../support/until.ts'

const events = queueKey('mail', 'events')

async function pushBatch ({ url }: Server, queue: string, count: number): Promise<void> {
  await fetch(`${url}/qb/${queue}`, {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ jobs: Array(count).fill({}) })
  })
}

const remove = async ({ url }: Server, path: string) =>
  await fetch(url + path, { method: 'DELETE' })

test('every change of a job is told once, in order, whichever server it happens at', async t => {
  const [here, there] = await pair(t)
  const ear = await listenAt(t, `${here.url}/events?queue=mail`)
  t.match(ear.response.headers, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store'
  })
  const taken = async () => await fetch(`${there.url}/q/mail?lease=30&worker_id=w1`)
  await push(there, '/q/mail')
  await post(there, linked(await taken(), 'nack'), '{"delay":0}')
  await post(there, linked(await taken(), 'nack'), '{"delay":60}')
  await post(there, '/j/mail/1/retry')
  await post(there, linked(await taken(), 'touch'), '{"lease":60}')
  await remove(there, '/j/mail/1')
  await push(there, '/q/mail?keep=60&delay=0.1')
  await until(
    'it is due',
    async () =>
      ((await (await fetch(`${there.url}/status/mail`)).json()) as { size: number }).size === 1
  )
  const last = await taken()
  await post(there, linked(last, 'ack').replace('/ack', '/release'))
  await post(there, linked(await taken(), 'ack'))
  await push(there, '/q/mail')
  await fetch(`${there.url}/q/mail?worker_id=w2`)
  await remove(there, '/q/mail')
  await ear.hears(18)
  t.strictSame(ear.brief, [
    'pushed mail 1 waiting',
    'taken mail 1 active',
    'nacked mail 1 waiting',
    'taken mail 1 active',
    'nacked mail 1 delayed',
    'retried mail 1 waiting',
    'taken mail 1 active',
    'touched mail 1 active',
    'cancelled mail 1 gone',
    'pushed mail 2 delayed',
    'promoted mail 2 waiting',
    'taken mail 2 active',
    'released mail 2 waiting',
    'taken mail 2 active',
    'acked mail 2 completed',
    'pushed mail 3 waiting',
    'taken mail 3 gone',
    'purged mail'
  ])
  const facts = ear.told.map(({ data }) => JSON.parse(data))
  t.ok(
    facts.every(({ at }) => Math.abs(at - Date.now() / 1000) < 60),
    'when'
  )
  t.match(facts[1], { worker_id: 'w1', lease_expires_at: Number })
  t.ok(Math.abs(facts[4].run_at - facts[4].at - 60) < 1)
  t.ok(Math.abs(facts[14].kept_until - facts[14].at - 60) < 1)
})

test('what becomes of a queue is told, and of many jobs at once', async t => {
  const [here, there] = await pair(t)
  const ear = await listenAt(t, `${here.url}/events?queue=mail`)
  await post(there, '/control/mail', '{"status":"stop"}')
  await post(there, '/control/mail', '{"status":"start"}')
  await post(there, '/control/mail', '{"tries":1}')
  await pushBatch(there, 'mail', 3)
  const jobs = (await (await fetch(`${there.url}/qb/mail?lease=30`)).json()) as Array<{
    id: string
    receipt: string
  }>
  const held = jobs.map(({ id, receipt }) => ({ id, receipt }))
  await post(there, '/qb/mail/nack', JSON.stringify({ jobs: held }))
  await post(there, '/j/mail/retry?state=failed')
  await remove(there, '/j/mail?state=waiting')
  const each = (what: string) => ['1', '2', '3'].map(id => what.replace('#', `mail ${id}`))
  await ear.hears(18)
  t.strictSame(ear.brief, [
    'stopped mail',
    'started mail',
    'policy mail',
    ...each('pushed # waiting'),
    ...each('taken # active'),
    ...each('nacked # failed'),
    ...each('retried # waiting'),
    ...each('cancelled # gone')
  ])
})

test('a job that is lost, expires or falls due is told although no worker ' +
  'asks for jobs', async t => {
  const [here, there] = await pair(t)
  const ear = await listenAt(t, `${here.url}/events?queue=mail`)
  await push(there, '/q/mail')
  await fetch(`${there.url}/q/mail?lease=1`)
  await push(there, '/q/mail?delay=0.5')
  await push(there, '/q/mail?delay=0.5&ttl=0.1')
  await until('all three are told', () =>
    ['lost mail 1 waiting', 'promoted mail 2 waiting', 'expired mail 3 gone'].every(one =>
      ear.brief.includes(one)
    )
  )
  t.pass()
})

test('a client that comes back with the last id goes on there, at whichever server, ' +
  'also in the middle of a call', async t => {
  const [here, there] = await pair(t)
  const all = await listenAt(t, `${here.url}/events?queue=mail`)
  await pushBatch(there, 'mail', 10)
  await push(here, '/q/mail')
  await pushBatch(there, 'mail', 10)
  await all.hears(21)
  t.equal(new Set(all.told.map(({ id }) => id)).size, 21, 'each has an id of its own')
  for (const [i, { id }] of all.told.entries()) {
    const again = await listenAt(t, `${there.url}/events?queue=mail&wait=0`, id)
    await again.ends()
    t.strictSame(again.told, all.told.slice(i + 1), `after ${i + 1}`)
  }
})

test('the last id may be a parameter; a header, which is newer, goes before it', async t => {
  const [here] = await pair(t)
  const all = await listenAt(t, `${here.url}/events?queue=mail`)
  const before = all.lastId
  for (let i = 0; i < 3; i++) await push(here, '/q/mail')
  await all.hears(3)
  const byParameter = await listenAt(
    t,
    `${here.url}/events?queue=mail&wait=0&last_event_id=${before}`
  )
  await byParameter.ends()
  t.strictSame(byParameter.told, all.told, 'from the beginning, which is told before any event')
  const byHeader = await listenAt(
    t,
    `${here.url}/events?queue=mail&wait=0&last_event_id=${before}`,
    all.told[1]!.id
  )
  await byHeader.ends()
  t.strictSame(byHeader.told, all.told.slice(2))
})

test('a client that was away while none listened misses nothing for ten minutes', async t => {
  const [here, there] = await pair(t)
  const ear = await listenAt(t, `${here.url}/events?queue=mail`)
  await push(there, '/q/mail')
  await ear.hears(1)
  await ear.leave()
  await until('no client listens', () => here.app.eventHub.logs === 0)
  await push(there, '/q/mail')
  const left = await here.app.redis.pttl(events)
  t.ok(left > 500_000 && left <= 600_000, `${left} ms`)
  const again = await listenAt(t, `${there.url}/events?queue=mail`, ear.lastId)
  await again.hears(1)
  await push(there, '/q/mail')
  await again.hears(2)
  t.strictSame(again.brief, ['pushed mail 2 waiting', 'pushed mail 3 waiting'])
})

test('an id that Redis has lost with its last writes is a gap, ' +
  'though it has gone on from there', async t => {
  const [here, there] = await pair(t)
  const ear = await listenAt(t, `${here.url}/events?queue=mail`)
  await push(here, '/q/mail')
  await ear.hears(1)
  const rewind = await backup(here.app.redis, 'mail')
  await push(here, '/q/mail')
  await ear.hears(2)
  await rewind()
  await push(here, '/q/mail')
  await ear.hears(3)
  await until('who listens is told', () => ear.brief.includes('gap mail'))
  const lost = await listenAt(t, `${there.url}/events?queue=mail&wait=0`, ear.told[1]!.id)
  await lost.ends()
  t.strictSame(lost.brief, ['gap mail', 'pushed mail 2 waiting'])
  const kept = await listenAt(t, `${there.url}/events?queue=mail&wait=0`, ear.told[0]!.id)
  await kept.ends()
  t.strictSame(kept.brief, ['pushed mail 2 waiting'])
})

test('an id that is older than the log is a gap, and so is one of a recording that is over, ' +
  'or of other queues', async t => {
  const [here, there] = await pair(t)
  const ear = await listenAt(t, `${here.url}/events?queue=mail`)
  for (let i = 0; i < 5; i++) await push(here, '/q/mail')
  await ear.hears(5)
  await here.app.redis.xtrim(events, 'MAXLEN', 2)
  const old = await listenAt(t, `${there.url}/events?queue=mail&wait=0`, ear.told[1]!.id)
  await old.ends()
  t.strictSame(old.brief, ['gap mail', 'pushed mail 4 waiting', 'pushed mail 5 waiting'])
  t.equal(old.told[0]!.id, ear.told[1]!.id, 'which has no id of its own')
  const kept = await listenAt(t, `${there.url}/events?queue=mail&wait=0`, ear.told[3]!.id)
  await kept.ends()
  t.strictSame(kept.brief, ['pushed mail 5 waiting'])
  const other = await listenAt(t, `${there.url}/events?queue=mail,post&wait=0`, ear.lastId)
  await other.ends()
  t.strictSame(other.brief, ['gap'])
  await here.app.redis.del(events)
  await ear.hears(7)
  t.strictSame(ear.brief.slice(5), ['gap mail', 'listening mail'], 'who listens is told as well')
  await push(here, '/q/mail')
  await ear.hears(8)
  const ahead = await listenAt(t, `${here.url}/events?queue=mail&wait=0`, '99999999999999-0')
  await ahead.ends()
  t.strictSame(ahead.brief, ['gap mail'])
})

test('a request that cannot be met is refused', async t => {
  const { refuses } = await client(t, { PRESQUE_MAX_WAIT: 5 })
  await refuses(
    400,
    'a queue name is 1 to 128 characters out of A-Z a-z 0-9 _ . : @ -, and not . or ..',
    'GET /events?queue=a%20b'
  )
  await refuses(400, 'Last-Event-ID is not the id of an event', 'GET /events?last_event_id=a')
  await refuses(400, 'Last-Event-ID is not the id of an event', 'GET /events', undefined, {
    'last-event-id': 'a\tb'
  })
  await refuses(400, 'wait must be seconds, from 0 to 5', 'GET /events?wait=6')
  await refuses(400, "unknown parameter 'que'", 'GET /events?que=mail')
  await refuses(405, 'POST is not allowed here; allowed: GET', 'POST /events')
  await refuses(400, 'credit must be a whole number from 1 to 1000', 'GET /q/mail?credit=0')
  await refuses(400, 'credit needs the header Accept: text/event-stream', 'GET /q/mail?credit=5')
})
