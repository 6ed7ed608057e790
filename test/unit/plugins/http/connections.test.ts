import { once } from 'node:events'
import { readdirSync, readlinkSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { test, type Test } from 'tap'
import { tryTake } from '../../../../operations/job/take.ts'
import { push } from '../../../../operations/job/push.ts'
import { queueStatus } from '../../../../operations/queue/queue.ts'
import { get } from '../../../support/http/leaving-client.ts'
import { lasting, web } from '../../../support/http/open-requests.ts'
import { payloadOf } from '../../../support/http/payloads.ts'
import { tokenFile } from '../../../support/http/tokens.ts'
import { until } from '../../../support/until.ts'
import { connected } from '../../../support/http/raw-http.ts'
import { listen, patient } from '../../../support/server/app.ts'

// A server, and how much of its requests is under way.
async function serve (t: Test) {
  const { app, url } = await listen(t, {}, { ...patient, web })
  await push(app.redis, 'held', [{ payload: '{}' }])
  const {
    jobs: [held]
  } = await tryTake(app.redis, 'held', { lease: 600 })
  let arrived = 0
  app.server.on('request', () => {
    arrived++
  })
  return {
    app,
    url,
    receipt: held!.lease!.receipt,
    arrived: async (count: number) => await until('all have arrived', () => arrived === count),
    // All that the requests hold.
    left: () => [app.longPoll.parked, app.longPoll.watching, app.eventStreams(), openFiles()]
  }
}

function openFiles (): number {
  const paths = readdirSync('/proc/self/fd').map(fd => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return ''
    }
  })
  return paths.filter(path => /swagger-ui|\/assets\/|index\.html/.test(path)).length
}

async function isThere (app: FastifyInstance, queue: string): Promise<number> {
  return (await queueStatus(app.redis, queue)).counts.waiting
}

const goings: Record<string, (socket: Socket) => void> = {
  closed: socket => {
    socket.destroy()
  },
  reset: socket => {
    socket.resetAndDestroy()
  }
}

for (const [name, bytes] of Object.entries(lasting)) {
  test(`${name}, behind a request that waits, ends with its connection`, async t => {
    for (const [how, leave] of Object.entries(goings)) {
      const { app, url, receipt, arrived, left } = await serve(t)
      const socket = await connected(url)
      socket.write(get('/q/none?wait=20') + bytes(receipt).repeat(3))
      await arrived(4)
      await until('the first one waits', () => app.longPoll.parked > 0)
      leave(socket)
      await until(`nothing is left once it is ${how}`, () => left().every(count => count === 0))
      for (const queue of ['mail', 'other', 'none']) {
        await push(app.redis, queue, [{ payload: '{}' }, { payload: '{}' }])
        await until(`the jobs of ${queue} are there`, async () => (await isThere(app, queue)) === 2)
      }
      t.strictSame(left(), [0, 0, 0, 0], how)
    }
  })
}

test('a job that is pushed while an answer behind another waits on a dead connection goes ' +
  'to who lives', async t => {
  const { app, url, arrived } = await serve(t)
  const socket = await connected(url)
  socket.write(get('/q/none?wait=20') + get('/q/mail?lease=30&wait=20').repeat(50))
  await arrived(51)
  await until('they wait', () => app.longPoll.parked === 51)
  socket.destroy()
  const live = fetch(`${url}/q/mail?wait=20`)
  await until('it waits alone', () => app.longPoll.parked === 1)
  await push(app.redis, 'mail', [{ payload: '{"n":1}' }])
  t.same(await (await live).json(), { n: 1 })
})

test('a connection on which nothing was asked does not hold up the end of the server', async t => {
  const { app, url } = await listen(t)
  const ahead = connect(Number(new URL(url).port), '127.0.0.1')
  await Promise.all([once(ahead, 'connect'), once(app.server, 'connection')])
  const gone = once(ahead.resume(), 'close')
  const since = Date.now()
  await app.close()
  await gone
  t.ok(Date.now() - since < 10_000, 'Node waits for a minute')
})

// All of a request but its last line, which makes it one that begins when that is sent.
test('whatever begins while the server closes ends with it', async t => {
  for (const [name, bytes] of Object.entries(lasting)) {
    const { app, url, receipt } = await serve(t)
    await push(app.redis, 'mail', [{ payload: '{}' }, { payload: '{}' }])
    const socket = await connected(url)
    const text = bytes(receipt)
    socket.write(text.slice(0, -3))
    await until(
      'it has come',
      () =>
        app.connections.open.size === 1 &&
        [...app.connections.open].every(({ bytesRead }) => bytesRead > 0)
    )
    const ended = once(socket.resume(), 'close')
    const since = performance.now()
    const closed = app.close()
    await until('it closes', () => !app.server.listening)
    socket.write(text.slice(-3))
    await Promise.all([closed, ended])
    t.ok(performance.now() - since < 8000, `${name}: ${Math.round(performance.now() - since)} ms`)
  }
})

test('an answer that a client takes its time to read does not keep the ' +
  'server from ending', async t => {
  const { app, url } = await listen(t)
  await push(app.redis, 'mail', [{ payload: payloadOf(12 * 2 ** 20) }])
  const socket = await connected(url)
  socket.write(get('/q/mail'))
  await once(socket, 'readable')
  const closed = app.close()
  await until('it closes', () => !app.server.listening)
  let received = 0
  const since = performance.now()
  const ended = once(socket, 'close')
  socket
    .on('data', data => {
      received += data.length
    })
    .resume()
  await Promise.all([closed, ended])
  t.ok(received > 12 * 2 ** 20, 'it is whole')
  t.ok(performance.now() - since < 8000, 'Node would keep the connection for 72 s')
})

test('a connection on which everything was refused does not hold the end ' +
  'of the server', async t => {
  const { path } = tokenFile(t, { name: 'ann', roles: ['read'], queues: ['*'] })
  const { app, url } = await listen(t, {
    PRESQUE_TOKENS: path,
    PRESQUE_CORS_ORIGINS: 'https://a.example'
  })
  const preflight = { origin: 'https://a.example', 'access-control-request-method': 'POST' }
  for (const [method, headers] of [
    ['GET', {}],
    ['POST', {}],
    ['OPTIONS', preflight]
  ] as const) {
    await (await fetch(`${url}/q/mail`, { method, headers })).text()
  }
  const began = performance.now()
  await app.close()
  t.ok(performance.now() - began < 5000, `${performance.now() - began} ms`)
})
