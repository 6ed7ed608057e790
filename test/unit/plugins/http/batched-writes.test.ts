import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { test } from 'tap'
import { push } from '../../../../operations/job/push.ts'
import { listen } from '../../../support/server/app.ts'
import { exchange } from '../../../support/http/raw-http.ts'

test('the answers of one turn are all made before one is written', async t => {
  const { app, url } = await listen(t)
  const jobs = [1, 2, 3].map(n => `{"n":${n}}`)
  await push(
    app.redis,
    'mail',
    jobs.map(payload => ({ payload }))
  )
  const unwritten: boolean[] = []
  onceMade(app, socket => unwritten.push(socket.writableLength > 0))
  const answers = await exchange(url, 'GET /q/mail HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(3), {
    count: 3
  })
  t.same(
    answers.map(({ body }) => body),
    jobs
  )
  t.same(unwritten, [true, true, true])
})

test('a connection is open again after such an answer: the next one, ' +
  'and one in pieces, arrive', async t => {
  const { url } = await listen(t)
  const paths = ['/status', '/docs/static/swagger-ui.css', '/nope', '/docs/', '/status']
  const answers = await exchange(
    url,
    paths.map(path => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''),
    { count: paths.length }
  )
  t.same(
    answers.map(({ status }) => status),
    [200, 200, 404, 200, 200]
  )
})

test('a job whose client goes when its answer is made, and not yet written, goes back', async t => {
  const { app, url } = await listen(t)
  await push(app.redis, 'mail', [{ payload: '{"n":1}' }])
  onceMade(app, socket => socket.destroy())
  t.same(await exchange(url, 'GET /q/mail HTTP/1.1\r\nHost: x\r\n\r\n'), [])
  t.equal((await app.inject('/q/mail?wait=20')).body, '{"n":1}')
})

function onceMade (app: FastifyInstance, act: (socket: Socket) => unknown): void {
  app.server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    const end = response.end.bind(response) as (...all: unknown[]) => ServerResponse
    response.end = (...all: unknown[]) => {
      end(...all)
      act(socket)
      return response
    }
  })
}
