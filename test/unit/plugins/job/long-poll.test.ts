import { connect } from 'node:net'
import { test } from 'tap'
import { queueStatus } from '../../../../operations/queue/queue.ts'
import { waited } from '../../../support/idle-clock.ts'
import { startRedis } from '../../../support/redis/redis.ts'
import { linked, pair, parked, post, push } from '../../../support/server/two-servers.ts'
import { until } from '../../../support/until.ts'
import { listen } from '../../../support/server/app.ts'

test('a waiting request is answered the moment a job is pushed at another server', async t => {
  const [here, there] = await pair(t)
  const answer = fetch(`${here.url}/q/mail?wait=20`)
  await parked(here, 1)
  const since = waited()
  await push(there, '/q/mail')
  t.same(await (await answer).json(), { n: 1 })
  t.ok(waited() - since < 1000, `${waited() - since} ms`)
})

test('a push wakes one of many, and each job reaches one of them', async t => {
  const [here, there] = await pair(t)
  const answers = Array.from({ length: 20 }, () => fetch(`${here.url}/q/mail?lease=30&wait=20`))
  await parked(here, 20)
  const since = waited()
  for (let left = 19; left >= 0; left--) {
    await push(there, '/q/mail')
    await parked(here, left)
  }
  t.ok(waited() - since < 6000, 'and sooner than a waiter looks without being told')
  const ids = await Promise.all(
    answers.map(async answer => (await answer).headers.get('x-presque-job'))
  )
  t.equal(new Set(ids).size, 20)
})

test('waiting requests of two servers share the jobs that come, ' +
  'whichever is told first', async t => {
  const [here, there] = await pair(t)
  const answers = [here, there].flatMap(({ url }) =>
    Array.from({ length: 10 }, () => fetch(`${url}/q/mail?lease=30&wait=20`))
  )
  await Promise.all([parked(here, 10), parked(there, 10)])
  await Promise.all(Array.from({ length: 20 }, (_, i) => push(i % 2 ? here : there, '/q/mail')))
  const ids = await Promise.all(
    answers.map(async answer => (await answer).headers.get('x-presque-job'))
  )
  t.equal(new Set(ids).size, 20)
})

test('a waiting request is answered when a job falls due, is given up, is given back, ' +
  'or loses its lease', async t => {
  const [here, there] = await pair(t)
  const take = () => fetch(`${here.url}/q/mail?lease=1&wait=20`)
  const waiting = take()
  await parked(here, 1)
  await push(there, '/q/mail?delay=0.3')
  const due = await waiting
  const failed = take()
  await parked(here, 1)
  t.equal((await post(there, linked(due, 'nack'), '{"delay":0.2}')).status, 200)
  const held = await failed
  const released = take()
  await parked(here, 1)
  await post(there, linked(held, 'ack').replace('/ack', '/release'))
  t.equal((await released).headers.get('x-presque-attempt'), '2')
  t.equal((await take()).headers.get('x-presque-attempt'), '3')
})

test('a waiting request is answered when its queue opens again, by hand or by itself', async t => {
  const [here, there] = await pair(t)
  await push(there, '/q/mail')
  await push(there, '/q/mail')
  await post(there, '/control/mail', '{"status":"stop"}')
  const byHand = fetch(`${here.url}/q/mail?wait=20`)
  await parked(here, 1)
  await post(there, '/control/mail', '{"status":"start"}')
  t.equal((await byHand).status, 200)
  await post(there, '/control/mail', '{"status":"stop","for":0.3}')
  t.equal((await fetch(`${here.url}/q/mail?wait=20`)).status, 200)
})

test('a request that waits on several queues gets the first job of any', async t => {
  const [here, there] = await pair(t)
  const answer = fetch(`${here.url}/q/urgent,normal,low?lease=5&wait=20`)
  await parked(here, 3)
  await push(there, '/q/low')
  t.equal((await answer).headers.get('x-presque-queue'), 'low')
  await push(there, '/q/low')
  await push(there, '/q/normal')
  t.equal(
    (await fetch(`${here.url}/q/urgent,normal,low?lease=5&wait=20`)).headers.get('x-presque-queue'),
    'normal'
  )
})

test('concurrency that was used up lets a waiting request go on after an ack', async t => {
  const [here, there] = await pair(t)
  await post(there, '/control/mail', '{"concurrency":1}')
  await push(there, '/q/mail')
  await push(there, '/q/mail')
  const held = await fetch(`${there.url}/q/mail?lease=60`)
  const answer = fetch(`${here.url}/q/mail?lease=60&wait=20`)
  await parked(here, 1)
  await post(there, linked(held, 'ack'))
  t.equal((await answer).headers.get('x-presque-job'), '2')
})

test('a client that leaves takes nothing', async t => {
  const [here, there] = await pair(t)
  const socket = connect(Number(new URL(here.url).port), '127.0.0.1')
  socket.write('GET /q/mail?lease=30&wait=20 HTTP/1.1\r\nHost: presque\r\n\r\n')
  await parked(here, 1)
  socket.destroy()
  await parked(here, 0)
  await push(there, '/q/mail')
  t.match((await queueStatus(here.app.redis, 'mail')).counts, { waiting: 1, active: 0 })
})

test('when the message is lost with its connection, the job is found all the same', async t => {
  const [here, there] = await pair(t)
  const answer = fetch(`${here.url}/q/mail?wait=20`)
  await parked(here, 1)
  await there.app.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  await push(there, '/q/mail')
  t.equal((await answer).status, 200)
})

test('a purge does not forget those who wait', async t => {
  const [here, there] = await pair(t)
  const answer = fetch(`${here.url}/q/mail?wait=20`)
  await parked(here, 1)
  await fetch(`${there.url}/q/mail`, { method: 'DELETE' })
  await push(there, '/q/mail')
  t.equal((await answer).status, 200)
})

test('an empty queue at the end of the wait is the classic 404, ' +
  'and so is the end of the server', async t => {
  const [here] = await pair(t)
  const short = await fetch(`${here.url}/q/mail?wait=0.05`)
  t.same([short.status, await short.json()], [404, { error: 'no job' }])
  const long = fetch(`${here.url}/q/mail?wait=20`)
  await parked(here, 1)
  await here.app.close()
  t.equal((await long).status, 404)
})

test('a waiting request outlives a Redis that goes and comes back', async t => {
  const redis = await startRedis(t)
  const here = await listen(t, { REDIS_URL: redis.url })
  const answer = fetch(`${here.url}/q/mail?wait=30`)
  await parked(here, 1)
  await redis.stop()
  await until('Redis is missed', async () => (await fetch(`${here.url}/status`)).status === 503)
  await redis.start()
  await until('Redis is back', async () => (await fetch(`${here.url}/status`)).status === 200)
  await push(here, '/q/mail')
  t.equal((await answer).status, 200)
})

test('wait over PRESQUE_MAX_WAIT is refused', async t => {
  const { url } = await listen(t, { PRESQUE_MAX_WAIT: 5 })
  const answer = await fetch(`${url}/q/mail?wait=6`)
  t.same(
    [answer.status, await answer.json()],
    [400, { error: 'wait must be seconds, from 0 to 5' }]
  )
})

test('many requests that wait on one connection leave no listener behind', async t => {
  const { url } = await listen(t)
  const warnings: string[] = []
  const hear = (warning: Error) => warnings.push(warning.message)
  process.on('warning', hear)
  for (let i = 0; i < 30; i++) await fetch(`${url}/q/mail?wait=0.001`).then(answer => answer.text())
  process.off('warning', hear)
  t.same(warnings, [])
})
