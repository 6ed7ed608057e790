import { once } from 'node:events'
import { test } from 'tap'
import { push } from '../../../../operations/job/push.ts'
import { queueStatus } from '../../../../operations/queue/queue.ts'
import { get } from '../../../support/http/leaving-client.ts'
import { until } from '../../../support/until.ts'
import { connected, exchange } from '../../../support/http/raw-http.ts'
import { listen } from '../../../support/server/app.ts'

const body = '{"n":1}'
const withBody = (line: string): string =>
  `${line} HTTP/1.1\r\nHost: x\r\n` +
  `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`

test('a client that closes its side of the connection gets what it has asked for', async t => {
  const { app, url } = await listen(t)
  await push(
    app.redis,
    'mail',
    Array.from({ length: 5 }, (_, n) => ({ payload: `{"n":${n}}` }))
  )
  const requests: Array<[bytes: string, status: number, body: string | RegExp]> = [
    [get('/status/'), 200, '{"queues":["mail"],"size":1}'],
    [withBody('POST /q/other'), 201, ''],
    [get('/q/mail'), 200, '{"n":0}'],
    ['GET /q/mail HTTP/1.0\r\n\r\n', 200, '{"n":1}'],
    [get('/q/mail?lease=30&wait=20'), 200, '{"n":2}'],
    [get('/qb/mail?batch_size=1'), 200, '["{\\"n\\":3}"]'],
    [get('/nope'), 404, /no such route/],
    [get('/openapi.json'), 200, /^{"openapi"/]
  ]
  for (const [bytes, status, wanted] of requests) {
    const [answer] = await exchange(url, bytes, { cut: true })
    t.equal(answer?.status, status, bytes.slice(0, 40))
    t.match(answer?.body, wanted)
  }
  t.equal((await queueStatus(app.redis, 'mail')).counts.waiting, 1)
})

test('where there is nothing yet for a client that sends no more, it hears so at once', async t => {
  const { url } = await listen(t)
  const since = performance.now()
  const [taken] = await exchange(url, get('/q/none?wait=60'), { cut: true })
  t.match(taken, { status: 404, body: '{"error":"no job"}' })
  const [pushed] = await exchange(url, withBody('POST /q/asked?wait=60'), { cut: true })
  t.match(pushed, { status: 202, headers: { location: '/j/asked/1' } })
  const events = get('/events').replace('Host', 'Accept: text/event-stream\r\nHost')
  const [told] = await exchange(url, events, { cut: true })
  t.match(told, { status: 200, headers: { 'content-type': 'text/event-stream' } })
  t.ok(performance.now() - since < 30_000, 'the client that may have gone waits for nothing')
})

test('requests one after another before a client closes its side are all answered', async t => {
  const { app, url } = await listen(t)
  await push(
    app.redis,
    'mail',
    Array.from({ length: 20 }, (_, n) => ({ payload: `{"n":${n}}` }))
  )
  const answers = await exchange(url, get('/q/mail').repeat(20), { count: 20, cut: true })
  t.strictSame(
    answers.map(({ body }) => JSON.parse(body).n),
    Array.from({ length: 20 }, (_, n) => n)
  )
})

test('a client that asks and goes at once leaves no job lost', async t => {
  const { app, url } = await listen(t)
  await push(
    app.redis,
    'mail',
    Array.from({ length: 40 }, () => ({ payload: '{}' }))
  )
  let asked = 0
  app.server.on('request', () => {
    asked++
  })
  for (let i = 0; i < 40; i++) {
    const socket = await connected(url)
    const gone = once(socket, 'close')
    socket.write(get(i % 2 ? '/q/mail' : '/q/mail?wait=5').repeat(2))
    socket.destroy()
    await gone
  }
  await until('all have been asked', () => asked === 80)
  await until('all are there', async () => {
    const { counts, processed } = await queueStatus(app.redis, 'mail')
    return counts.waiting === 40 && processed === 0
  })
  t.pass()
})
