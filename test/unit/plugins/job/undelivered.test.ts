import { once } from 'node:events'
import type { Redis } from 'ioredis'
import { test } from 'tap'
import { push } from '../../../../operations/job/push.ts'
import { queueStatus } from '../../../../operations/queue/queue.ts'
import { forget, get, isBack, serve } from '../../../support/http/leaving-client.ts'
import { payloadOf } from '../../../support/http/payloads.ts'
import { startRedis } from '../../../support/redis/redis.ts'
import { until } from '../../../support/until.ts'
import { answers, connected } from '../../../support/http/raw-http.ts'
import { asShipped, listen } from '../../../support/server/app.ts'

// In bytes: more than the buffers between a server and a client that does not read take.
const bigger = 12 * 2 ** 20

test('a job whose client has gone before the answer was ready is back, uncounted', async t => {
  const { redis, url, hold, taking, letGo, gone, takes } = await serve(t, 3)
  for (const path of ['/q/mail?worker_id=w1', '/qb/mail?batch_size=2&worker_id=w1']) {
    await hold()
    const socket = await connected(url)
    socket.write(get(path))
    await taking()
    socket.destroy()
    await gone()
    await letGo()
    await isBack(redis, { waiting: 3 })
    t.strictSame(await redis.hmget('{mail}:workers', 'processed:w1', 'job:w1'), ['0', null], path)
    await forget(redis)
  }
  t.equal(
    await takes(),
    JSON.stringify(['{"n":0}', '{"n":1}', '{"n":2}']),
    'in the order in which they were'
  )
})

test('a job whose client has said that it will send no more is delivered, or back', async t => {
  const { redis, url, hold, taking, letGo } = await serve(t, 1)
  await hold()
  const socket = await connected(url)
  let received = ''
  socket.on('data', data => {
    received += data
  })
  const closed = once(socket, 'close')
  socket.end(get('/q/mail?worker_id=w1'))
  await taking()
  await letGo()
  await closed
  await isBack(redis, received.includes('{"n":0}') ? { waiting: 0, processed: 1 } : { waiting: 1 })
  t.pass()
})

test('jobs asked for by requests one after another on a connection that dies are all back, ' +
  'in the order in which they were', async t => {
  const { app, redis, url, hold, taking, letGo, gone, takes } = await serve(t, 30)
  await hold()
  const socket = await connected(url)
  let arrived = 0
  app.server.on('request', () => {
    arrived++
  })
  socket.write(get('/q/mail?worker_id=w1').repeat(10))
  await taking()
  socket.write(get('/q/mail?worker_id=w1').repeat(10))
  await until('all have arrived', () => arrived === 20)
  socket.destroy()
  await gone()
  await letGo()
  await isBack(redis, { waiting: 30 })
  t.strictSame(
    JSON.parse(await takes()),
    Array.from({ length: 30 }, (_, n) => JSON.stringify({ n }))
  )
})

test('a job whose client goes while Redis is away is back, once, when Redis is', async t => {
  const server = await startRedis(t, ['--appendonly', 'yes', '--appendfsync', 'always'])
  const { app, url } = await listen(t, { REDIS_URL: server.url }, asShipped)
  const big = payloadOf(bigger)
  await push(app.redis, 'mail', [{ payload: big }, { payload: '{"n":1}' }])
  const socket = await connected(url)
  socket.write(get('/q/mail?worker_id=w1'))
  await once(socket, 'readable')
  await server.stop()
  await until('Redis is missed', async () => (await fetch(`${url}/status`)).status === 503)
  socket.destroy()
  await server.start()
  await until('Redis is back', async () => (await fetch(`${url}/status`)).status === 200)
  await isBack(app.redis as Redis, { waiting: 2 })
  const answer = await fetch(`${url}/qb/mail`)
  t.strictSame(await answer.json(), [big], 'at the head of the line, where it was')
})

test('a job whose client has just gone is back when the server closes', async t => {
  const { redis, app, url, hold, taking, letGo, gone } = await serve(t, 1)
  const other = redis.duplicate()
  t.teardown(() => other.disconnect())
  await hold()
  const socket = await connected(url)
  socket.write(get('/q/mail?worker_id=w1'))
  await taking()
  socket.destroy()
  await gone()
  await letGo()
  await until('it has been taken', async () => (await other.zscore('{mail}:heard', 'w1')) !== null)
  await app.close()
  t.equal(await other.llen('{mail}:ready'), 1)
})

test('a job asked for by a request that something broken follows is ' +
  'delivered, or back', async t => {
  const { redis, url, hold, taking, letGo } = await serve(t, 1)
  await hold()
  const socket = await connected(url)
  let received = Buffer.alloc(0)
  socket.on('data', data => {
    received = Buffer.concat([received, data])
  })
  const closed = once(socket, 'close')
  socket.write(`${get('/q/mail?worker_id=w1')}nonsense\r\n\r\n`)
  await taking()
  await letGo()
  await closed
  await isBack(redis, received.includes('{"n":0}') ? { waiting: 0, processed: 1 } : { waiting: 1 })
  t.strictSame(
    answers(received).filter(({ status }) => status >= 500),
    []
  )
})

test('a big job whose client goes in the middle of it is back', async t => {
  const { redis, url } = await serve(t, 0)
  const big = payloadOf(bigger)
  await push(redis, 'mail', [{ payload: big }])
  const socket = await connected(url)
  socket.write(get('/q/mail?worker_id=w1'))
  await once(socket, 'readable')
  socket.destroy()
  await isBack(redis, { waiting: 1 })
  const answer = await fetch(`${url}/q/mail`)
  t.equal(await answer.text(), big, 'whole')
})

test('of several jobs on one connection that goes in the middle of an answer, ' +
  'all that were not sent whole are back', async t => {
  const { redis, url, takes } = await serve(t, 0)
  const big = payloadOf(bigger)
  await push(redis, 'mail', [
    { payload: '{"n":1}' },
    { payload: big },
    { payload: '{"n":2}' },
    { payload: '{"n":3}' }
  ])
  const socket = await connected(url)
  socket.write(get('/q/mail?worker_id=w1').repeat(4))
  await once(socket, 'readable')
  await until('all have been taken', async () => (await queueStatus(redis, 'mail')).processed === 4)
  socket.destroy()
  await isBack(redis, { waiting: 3, processed: 1 })
  t.equal(await takes(), JSON.stringify([big]), 'in the order in which they were')
  t.equal(await takes(), JSON.stringify(['{"n":2}', '{"n":3}']))
})

test('100 requests one after another on one connection are answered, nothing comes back, ' +
  'and no listener is left over', async t => {
  const { redis, url } = await serve(t, 100)
  const warnings: Error[] = []
  const note = (warning: Error): void => {
    warnings.push(warning)
  }
  process.on('warning', note)
  t.teardown(() => process.off('warning', note))
  const socket = await connected(url)
  let received = Buffer.alloc(0)
  socket.on('data', data => {
    received = Buffer.concat([received, data])
  })
  socket.write(get('/q/mail?worker_id=w1').repeat(100))
  await until('all are answered', () => answers(received).length === 100)
  t.strictSame(
    answers(received).map(({ body }) => JSON.parse(body).n),
    Array.from({ length: 100 }, (_, n) => n)
  )
  const closed = once(socket, 'close')
  socket.destroy()
  await closed
  await isBack(redis, { waiting: 0, processed: 100 })
  t.strictSame(warnings, [])
})

test('a client that goes once it has its answer keeps the job, ' +
  'whichever end closes the connection', async t => {
  const { redis, url, gone } = await serve(t, 200)
  for (let taken = 1; taken <= 200; taken++) {
    const socket = await connected(url)
    const closed = once(socket, 'close')
    const isLast = taken % 2 === 0
    socket.write(
      get('/q/mail?worker_id=w1').replace(
        'Host',
        `Connection: ${isLast ? 'close' : 'keep-alive'}\r\nHost`
      )
    )
    const [data] = await once(socket, 'data')
    if (!isLast) socket.destroy()
    await closed
    t.match(answers(data), [{ status: 200, body: JSON.stringify({ n: taken - 1 }) }])
  }
  await gone()
  await isBack(redis, { waiting: 0, processed: 200 })
})
