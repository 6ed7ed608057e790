import { Redis } from 'ioredis'
import { test, type Test } from 'tap'
import { push } from '../../../../operations/job/push.ts'
import { Replicas } from '../../../../operations/redis/replication.ts'
import { storeOf } from '../../../../operations/redis/store.ts'
import { asShipped, build, listen } from '../../../support/server/app.ts'
import { freePort, startRedis } from '../../../support/redis/redis.ts'
import { send, slowest, type Answer } from '../../../support/http/request.ts'
import { until } from '../../../support/until.ts'

const refused = {
  status: 503,
  retryAfter: '1',
  body: '{"error":"not confirmed by enough replicas: the job may be there"}'
}
const pushing = { method: 'POST', path: '/q/mail', body: '{"to":"ann"}' }

/** A master and its only replica, in step. */
async function replicatedRedis (t: Test) {
  const port = await freePort()
  const master = await startRedis(t, ['--repl-diskless-sync-delay', '0'], port)
  const replica = await startRedis(t, ['--replicaof', `127.0.0.1 ${port}`])
  const app = await build(t, { REDIS_URL: master.url })
  await until('the replica is in step', async () =>
    /state=online/.test(await (app.redis as Redis).info('replication'))
  )
  return { config: { REDIS_URL: master.url, PRESQUE_MIN_REPLICAS: 1 }, replica }
}

test('a push is answered once a replica has the job', async t => {
  const { config, replica } = await replicatedRedis(t)
  const { url } = await listen(t, config)
  // A presque on a replica would be refused its writes, and would connect anew each time.
  const onReplica = new Redis(replica.url.slice('unix://'.length))
  t.teardown(() => onReplica.disconnect())
  for (let n = 1; n <= 20; n++) {
    const [{ status }] = (await send(url, [pushing])) as [Answer]
    t.strictSame([status, await onReplica.llen('presque:{mail}:plain')], [201, n])
  }
})

test('without the replica every push is a 503 within a second, ' +
  'though its job is there', async t => {
  const { config, replica } = await replicatedRedis(t)
  const { url } = await listen(t, config, asShipped)
  replica.child.kill('SIGSTOP')
  const batch = { method: 'POST', path: '/qb/mail', body: '{"jobs":[{"to":"bob"}]}' }
  const answers = await send(url, [pushing, batch, { ...pushing, method: 'PUT' }], 150)
  t.match(
    answers,
    answers.map(() => refused)
  )
  t.ok(slowest(answers) < 1000, `${slowest(answers)} ms`)
  const [{ body }] = (await send(url, [{ method: 'GET', path: '/j/mail' }])) as [Answer]
  t.match(JSON.parse(body), { job_count: 150 })
})

test('no take stands behind a push that waits for a replica', async t => {
  const { config, replica } = await replicatedRedis(t)
  const { app, url } = await listen(t, config)
  replica.child.kill('SIGSTOP')
  let answered = false
  const pushed = send(url, [pushing]).finally(() => {
    answered = true
  })
  await until('the push waits', async () =>
    /blocked_clients:1/.test(await (app.redis as Redis).info('clients'))
  )
  t.match(await send(url, [{ method: 'GET', path: '/q/mail' }]), [
    { status: 200, body: pushing.body }
  ])
  t.notOk(answered)
  replica.child.kill('SIGCONT')
  t.match(await pushed, [{ status: 201 }])
})

test('a push that no replica confirmed is safe to send again under its ' +
  'Idempotency-Key', async t => {
  const { config, replica } = await replicatedRedis(t)
  const { app } = await listen(t, config, asShipped)
  const ask = async () =>
    await app.inject({
      method: 'POST',
      url: '/q/mail',
      payload: {},
      headers: { 'idempotency-key': 'a' }
    })
  replica.child.kill('SIGSTOP')
  t.equal((await ask()).statusCode, 503)
  t.equal((await ask()).statusCode, 503, 'as long as none confirms it')
  replica.child.kill('SIGCONT')
  await until('the replica has caught up', async () => (await ask()).statusCode === 201)
  t.equal((await ask()).headers['x-presque-job'], '1')
  t.equal(await app.redis.hlen('{mail}:jobs'), 1)
})

test('with fewer replicas than asked for nothing is confirmed, ' +
  'and without asking none is needed', async t => {
  const { config } = await replicatedRedis(t)
  const two = await listen(t, { ...config, PRESQUE_MIN_REPLICAS: 2 }, asShipped)
  t.match(await send(two.url, [pushing]), [refused])
  const none = await listen(t, { ...config, PRESQUE_MIN_REPLICAS: 0 })
  t.match(await send(none.url, [pushing]), [{ status: 201 }])
})

test('a write over a connection that is gone is not taken for confirmed', async t => {
  const { config, replica } = await replicatedRedis(t)
  const app = await build(t, config, asShipped)
  const client = storeOf(app.redis).replicas!.client as Redis
  replica.child.kill('SIGSTOP')
  await push(app.redis as Redis, 'mail', [{ payload: '{}' }]).catch(() => {})
  const replicas = new Replicas(client, 1, 30_000)
  const first = replicas.have('mail')
  // It waits for the first, and would be sent over the next connection, which has written nothing
  // that a replica could lack.
  await new Promise(resolve => setImmediate(resolve))
  const second = replicas.have('mail')
  client.stream.destroy()
  await t.rejects(first)
  await t.rejects(second)
  replica.child.kill('SIGCONT')
})
