import { once } from 'node:events'
import { test } from 'tap'
import { bearer, tokenFile } from '../../support/http/tokens.ts'
import { client } from '../../support/http/http-client.ts'

const nothing = { count: [], p50: [], p95: [], p99: [] }

test('GET tells how long jobs waited and ran: one that was pushed, one that fell due, ' +
  'one that was released', async t => {
  const { app, ask, says } = await client(t, { PRESQUE_HISTORY: '1' })
  const at = Date.now()
  await says(201, '', 'POST /q/mail', '{}')
  await says(201, '', 'POST /q/mail?delay=0.05', '{}')
  const take = async () => (await ask('POST /q/mail/take?lease=30&wait=5')).headers
  const first = await take()
  const [id, receipt] = [first['x-presque-job'], first['x-presque-receipt']]
  await ask(`POST /j/mail/${id}/release?receipt=${receipt}`)
  for (let n = 0; n < 2; n++) {
    const { 'x-presque-job': job, 'x-presque-receipt': proof } = await take()
    await says(204, '', `POST /j/mail/${job}/ack?receipt=${proof}`)
  }
  const took = 1.05 * (Date.now() - at) / 1000
  await app.meter.latencies!.flush(app.redis)
  const { queue, step, wait, run } = (await ask('GET /latency/mail')).json()
  t.match({ queue, step }, { queue: 'mail', step: 60 })
  t.match([wait.count, run.count], [[3], [2]], 'and one that was released waits again')
  t.ok(wait.p99[0] <= took && run.p99[0] <= took, JSON.stringify({ wait, run, took }))
})

test('GET tells nothing of a queue without jobs, refuses other steps and needs read', async t => {
  const { says, refuses } = await client(t)
  for (const step of [60, 3600]) {
    await says(
      200, { queue: 'mail', step, times: [], wait: nothing, run: nothing },
      `GET /latency/mail?step=${step}`
    )
  }
  const refused = [400, 'step must be 60 (a minute) or 3600 (an hour)'] as const
  for (const step of ['0', '61', '3601', '', 'hour', '6e1']) {
    await refuses(...refused, `GET /latency/mail?step=${step}`)
    await refuses(...refused, `GET /history/mail?step=${step}`)
  }
  await refuses(400, "unknown parameter 'limit'", 'GET /latency/mail?limit=1')
})

test('a token sees the latencies of its queues alone', async t => {
  const { path, secrets } = tokenFile(t, { name: 'mail', roles: ['read'], queues: ['mail'] })
  const { app } = await client(t, { PRESQUE_TOKENS: path })
  const status = async (url: string, secret?: string) =>
    (await app.inject({ url, headers: bearer(secret) })).statusCode
  t.equal(await status('/latency/mail', secrets['mail']), 200)
  t.equal(await status('/latency/post', secrets['mail']), 403)
  t.equal(await status('/latency/mail'), 401)
})

test('with PRESQUE_HISTORY=0 nothing is counted; a server that ends writes its counts', async t => {
  const { app } = await client(t, { PRESQUE_HISTORY: '0' })
  t.equal(app.meter.latencies, undefined)
  const other = await client(t, { PRESQUE_HISTORY: '1' })
  await other.says(201, '', 'POST /q/mail', '{}')
  await other.says(200, {}, 'GET /q/mail')
  const { redis } = other.app
  const reader = redis.duplicate() as typeof redis
  t.teardown(() => reader.disconnect())
  await once(reader, 'ready')
  await other.app.close()
  t.equal(await reader.llen('{mail}:latency'), 1)
})
