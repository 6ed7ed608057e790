import { once } from 'node:events'
import { test } from 'tap'
import { push } from '../../../../operations/job/push.ts'
import { queueStatus } from '../../../../operations/queue/queue.ts'
import { get } from '../../../support/http/leaving-client.ts'
import { payloadOf } from '../../../support/http/payloads.ts'
import { until } from '../../../support/until.ts'
import { connected } from '../../../support/http/raw-http.ts'
import { listen } from '../../../support/server/app.ts'

test('of many requests on one connection 128 are under way, ' +
  'and all are answered in order', async t => {
  const { app, url } = await listen(t)
  const count = 1500
  await push(
    app.redis,
    'mail',
    Array.from({ length: count }, (_, n) => ({ payload: `{"n":${n}}` }))
  )
  const socket = await connected(url)
  let received = ''
  let most = 0
  socket.on('data', data => {
    received += data
  })
  socket.write(get('/q/none?wait=0.2').repeat(300) + get('/q/mail').repeat(count))
  const found = (): string[] => received.match(/{"n":\d+}|no job/g) ?? []
  await until(
    'all are answered',
    () => {
      most = Math.max(most, app.longPoll.parked)
      return found().length === 300 + count
    },
    60_000
  )
  t.strictSame(found(), [
    ...Array(300).fill('no job'),
    ...Array.from({ length: count }, (_, n) => `{"n":${n}}`)
  ])
  t.ok(most > 0 && most <= 128, `${most} waited`)
  socket.destroy()
})

test('a connection with more requests that wait than are answered at a time is ended', async t => {
  const { app, url } = await listen(t)
  const socket = await connected(url)
  const closed = once(socket, 'close')
  socket.write(get('/q/mail?wait=60').repeat(200))
  await closed
  await until('none waits', () => app.longPoll.parked === 0)
  await push(app.redis, 'mail', [{ payload: '{}' }])
  await until(
    'the job is there',
    async () => (await queueStatus(app.redis, 'mail')).counts.waiting === 1
  )
  t.pass()
})

test('a client that goes while it is not read, for the answers in line are too ' +
  'many, is missed', async t => {
  const { app, url } = await listen(t)
  const socket = await connected(url)
  socket.write(get('/q/none?wait=60') + get('/nope').repeat(120) + get('/q/mail?wait=60'))
  await until('both wait', () => app.longPoll.parked === 2)
  socket.write(get('/q/mail?wait=60').repeat(2))
  socket.destroy()
  await until('none waits', () => app.longPoll.parked === 0)
  t.pass()
})

test('an answer of which nothing is read ends its connection, and its job is back', async t => {
  const { app, url } = await listen(t)
  app.connections.unreadMs = 500
  await push(app.redis, 'mail', [{ payload: payloadOf(12 * 2 ** 20) }])
  const socket = await connected(url)
  const slow = fetch(`${url}/q/none?wait=3`)
  socket.write(get('/q/mail'))
  await once(socket, 'readable')
  app.connections.watchUnread()
  await until('it is back', async () => (await queueStatus(app.redis, 'mail')).counts.waiting === 1)
  t.equal((await slow).status, 404, 'while one that waits goes on')
  socket.destroy()
})
