import { Redis } from 'ioredis'
import Fastify from 'fastify'
import fp from 'fastify-plugin'
import { test, type Test } from 'tap'
import presque, { options } from '../../../../app.ts'
import { asShipped, listen } from '../../../support/server/app.ts'
import { waited } from '../../../support/idle-clock.ts'
import { freePort, startRedis, type TestRedis } from '../../../support/redis/redis.ts'
import {
  requests,
  send,
  slowest,
  type Answer,
  type Request
} from '../../../support/http/request.ts'
import { until } from '../../../support/until.ts'

interface Served {
  redis: TestRedis
  client: Redis
  url: string
  all: Request[]
}

async function serve (t: Test, port = 0): Promise<Served> {
  const redis = await startRedis(t, [], port)
  const { app, url } = await listen(t, { REDIS_URL: redis.url }, asShipped)
  return { redis, client: app.redis as Redis, url, all: requests(app) }
}

function served (answers: Answer[]): Answer[] {
  return answers.filter(({ status }) => status < 500)
}

// Those that are not exactly what a client is to hear while Redis is away.
function odd (answers: Answer[]): Answer[] {
  return answers.filter(
    ({ status, retryAfter, body }) =>
      status !== 503 || retryAfter !== '1' || body !== '{"error":"redis is unavailable"}'
  )
}

// How many ms are waited until every route answers as it should again.
async function recovery ({ url, all }: Served): Promise<number> {
  const since = waited()
  await until(
    'presque serves again',
    async () => served(await send(url, all)).length === all.length
  )
  return Math.round(waited() - since)
}

interface Queue {
  length: number
  toArray(): Array<{ command: { isSettled: boolean } }>
}

// Without those whose request has its answer, and whose own may still arrive.
function queued (client: Redis): number {
  const { commandQueue, offlineQueue } = client as unknown as Record<
    'commandQueue' | 'offlineQueue',
    Queue
  >
  const waiting = commandQueue.toArray().filter(({ command }) => !command.isSettled)
  return waiting.length + offlineQueue.length + client.autoPipelineQueueSize
}

const places = [
  { over: 'a unix socket', port: () => 0 },
  { over: 'TCP', port: freePort }
]

for (const { over, port } of places) {
  test('while Redis is dead every route answers 503 within a second, ' +
    `and afterwards serves by itself, over ${over}`, async t => {
    const place = await serve(t, await port())
    const { redis, client, url, all } = place
    t.ok(all.length >= 28, `${all.length} routes`)
    t.same(served(await send(url, all)).length, all.length)
    await redis.stop()
    const first = await send(url, all, 200)
    t.same(odd(first), [])
    t.ok(slowest(first) < 1000, `${slowest(first)} ms`)
    for (let wave = 0; wave < 10; wave++) await send(url, all, 200)
    t.equal(queued(client), 0, 'nothing waits in memory')
    await redis.start()
    const ms = await recovery(place)
    t.ok(ms < 1500, `serves again after ${ms} ms`)
  })

  test('while Redis is frozen every route answers 503 within a second, then at once, ' +
    `and afterwards serves by itself, over ${over}`, async t => {
    const place = await serve(t, await port())
    const { redis, client, url, all } = place
    redis.child.kill('SIGSTOP')
    const first = await send(url, all, 200)
    t.same(odd(first), [])
    t.ok(slowest(first) < 1000, `${slowest(first)} ms`)
    for (let wave = 2; wave < 5; wave++) {
      const answers = await send(url, all, 200)
      t.same(odd(answers), [])
      t.ok(slowest(answers) < 400, `wave ${wave}: ${slowest(answers)} ms`)
      t.ok(queued(client) < 10, `${queued(client)} wait in memory`)
    }
    redis.child.kill('SIGCONT')
    const ms = await recovery(place)
    t.ok(ms < 1500, `serves again after ${ms} ms`)
  })

  test('requests in flight when Redis dies are answered 503 within a second, ' +
    `over ${over}`, async t => {
    const { redis, url, all } = await serve(t, await port())
    redis.child.kill('SIGSTOP')
    const sent = send(url, all, 200)
    await redis.stop()
    const answers = await sent
    t.same(odd(answers), [])
    t.ok(slowest(answers) < 1000, `${slowest(answers)} ms`)
  })

  test(`a script cache that is flushed under load goes unnoticed, over ${over}`, async t => {
    const redis = await startRedis(t, [], await port())
    const { url } = await listen(t, { REDIS_URL: redis.url })
    const other = new Redis(redis.url.replace('unix://', ''))
    t.teardown(() => other.disconnect())
    for (let round = 0; round < 10; round++) {
      const pushes = send(url, [{ method: 'POST', path: '/q/mail', body: '{}' }], 100)
      const takes = send(url, [{ method: 'GET', path: '/q/mail' }], 100)
      await other.script('FLUSH')
      t.same(
        (await pushes).filter(({ status }) => status !== 201),
        []
      )
      t.same(
        (await takes).filter(({ status }) => status !== 200 && status !== 404),
        []
      )
    }
  })
}

test('a start without Redis fails with one sentence, and the server can be closed', async t => {
  const app = Fastify({ ...options, pluginTimeout: 2500 })
  const config = { LOG_LEVEL: 'silent', REDIS_URL: `redis://127.0.0.1:${await freePort()}` }
  await t.rejects(async () => await app.register(fp(presque), { config }), {
    message: /^redis did not answer within 2 s: connect ECONNREFUSED 127\.0\.0\.1:\d+$/
  })
  await app.close()
})

test('a frozen Redis does not keep the server from closing', async t => {
  const redis = await startRedis(t)
  const { app } = await listen(t, { REDIS_URL: redis.url }, asShipped)
  redis.child.kill('SIGSTOP')
  const since = waited()
  await app.close()
  t.ok(waited() - since < 1500, `${Math.round(waited() - since)} ms`)
})

test('the log tells once when Redis goes and once when it comes, ' +
  'and nothing when the server closes', async t => {
  const redis = await startRedis(t)
  const said: string[] = []
  const stream = {
    write (line: string) {
      const { msg } = JSON.parse(line)
      if (/^redis is /.test(msg)) said.push(msg)
    }
  }
  const app = Fastify({ ...options, logger: { level: 'info', stream } })
  await app.register(fp(presque), { config: { REDIS_URL: redis.url } })
  let attempts = 0
  app.redis.on('reconnecting', () => attempts++)
  await redis.stop()
  await until('the client has tried several times', () => attempts > 3)
  await redis.start()
  await until('the client is back', () => app.redis.status === 'ready')
  // once() of node:events would reject at an 'error': what looked at the new connection may still
  // be asking as it closes.
  const ended = new Promise(resolve => app.redis.once('end', resolve))
  await app.close()
  await ended
  t.same(said, ['redis is away', 'redis is back'])
})
