import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { test, type Test } from 'tap'
import { Presque, Unreachable } from '../../../../client/client.ts'

/** A server that answers as the test says, and counts its connections. */
async function serving (t: Test, listener: RequestListener) {
  const server: Server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const sockets: Socket[] = []
  server.on('connection', socket => sockets.push(socket))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, sockets, presque: new Presque({ url, token: 'secret' }) }
}

test('requests share a connection, with headers and bodies as fetch would send them', async t => {
  const seen: unknown[] = []
  const { presque, sockets } = await serving(t, (request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', part => (body += part)).on('end', () => {
      const { authorization, 'content-type': type, 'content-length': length } = request.headers
      seen.push([request.method, request.url, authorization, type, length, body])
      response.setHeader('x-presque-job', '7').end('{"s":"é"}')
    })
  })
  const what = { query: { a: 'b c' }, body: '{"é":1}' }
  const answer = await presque.request('POST', '/j/ü/1/ack', what)
  await presque.request('POST', '/j/mail/1/ack')
  t.strictSame(seen, [
    ['POST', '/j/%C3%BC/1/ack?a=b%20c', 'Bearer secret', 'application/json', '8', '{"é":1}'],
    ['POST', '/j/mail/1/ack', 'Bearer secret', undefined, '0', '']
  ])
  t.equal(answer.text, '{"s":"é"}')
  t.equal(answer.headers.get('X-Presque-Job'), '7')
  t.equal(sockets.length, 1)
})

test('a kept connection that the server closes is replaced where that does no harm', async t => {
  let asked = 0
  const { presque, sockets } = await serving(t, (request, response) => {
    asked++
    // Closed without a byte of the answer, as by a server that has found the connection idle.
    if (asked % 2 === 0) request.socket.destroy()
    else response.end('{"queues":[],"size":0}')
  })
  await presque.status()
  t.strictSame(await presque.status(), { queues: [], size: 0 })
  t.equal(asked, 3)
  await t.rejects(presque.pushMany('mail', [{}]), Unreachable)
  t.equal(asked, 4, 'a batch of pushes would be stored twice')
  t.equal(sockets.length, 2)
})

test('an answer that breaks off is a fault of the connection', async t => {
  const { url } = await serving(t, (_request, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{"queues":')
    setImmediate(() => response.destroy())
  })
  const presque = new Presque({ url, retries: 0 })
  await t.rejects(presque.status(), { name: 'Unreachable', message: /cannot be reached: aborted/ })
})

test('a request ends with its signal, before and after it is sent, and with its time', async t => {
  const { url, sockets } = await serving(t, () => {})
  const presque = new Presque({ url, timeout: 0.05, retries: 0 })
  const reason = new Error('no more')
  const over = { signal: AbortSignal.abort(reason) }
  await t.rejects(presque.request('GET', '/status', over), reason)
  t.equal(sockets.length, 0)
  const ending = new AbortController()
  const asked = new Presque(url).request('GET', '/status', { signal: ending.signal })
  setTimeout(() => ending.abort(reason), 20)
  await t.rejects(asked, reason)
  await t.rejects(presque.status(), {
    message: `presque at ${url} cannot be reached: no answer within 0.05 s`
  })
})

test('redirects are followed, and a server that is not there is named', async t => {
  const { url } = await serving(t, (request, response) => {
    if (request.url === '/status') response.writeHead(307, { location: '/elsewhere' }).end()
    else response.end('{"queues":["mail"],"size":1}')
  })
  t.match(await new Presque(url).status(), { size: 1 })
  const nowhere = new Presque({ url: 'http://127.0.0.1:9', retries: 0 })
  await t.rejects(nowhere.status(), {
    message: /^presque at http:\/\/127.0.0.1:9 cannot be reached: connect ECONNREFUSED/
  })
})
