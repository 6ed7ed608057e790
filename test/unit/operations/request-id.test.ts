import Fastify from 'fastify'
import fp from 'fastify-plugin'
import { test, type Test } from 'tap'
import presque, { options } from '../../../app.ts'
import { requestId } from '../../../operations/request-id.ts'
import { startRedis } from '../../support/redis/redis.ts'

/** A presque, and the lines of its log. */
async function logging (t: Test) {
  const lines: Array<Record<string, unknown>> = []
  const app = Fastify({
    ...options,
    logger: {
      level: 'error',
      stream: {
        write: line => {
          lines.push(JSON.parse(line))
        }
      }
    }
  })
  await app.register(fp(presque), { config: { REDIS_URL: (await startRedis(t)).url } })
  t.teardown(async () => await app.close())
  return { app, lines }
}

test('a request is called as its client says, if that is short and printable, ' +
  'and else by a name of its own', async t => {
  for (const given of ['a', 'x'.repeat(128), 'req-1/2:3']) t.equal(requestId(given), given)
  const own = [undefined, '', 'x'.repeat(129), 'two words', 'caf\u00e9', 'a\n', ['a', 'b']].map(
    requestId
  )
  t.equal(new Set(own).size, own.length)
  for (const one of own) t.match(one, /^[\w-]{8}-\w+$/)
})

test('an answer says the id that came with its request', async t => {
  const { app } = await logging(t)
  const ask = async (url: string, id?: string) =>
    (await app.inject({ url, headers: id === undefined ? {} : { 'x-request-id': id } })).headers[
      'x-request-id'
    ]
  t.equal(await ask('/status', 'mine-1'), 'mine-1')
  t.equal(await ask('/nowhere', 'mine-2'), 'mine-2')
  t.equal(await ask('/q/mail', 'mine-3'), 'mine-3')
  t.match(await ask('/status', 'not mine'), /^[\w-]{8}-\w+$/)
  t.equal(await ask('/status'), undefined)
})

test('a 500 says its id, and so does the log', async t => {
  const { app, lines } = await logging(t)
  await app.redis.set('{mail}:plain', 'not a list')
  const own = await app.inject('/q/mail')
  const given = await app.inject({ url: '/q/mail', headers: { 'x-request-id': 'mine-1' } })
  t.same([own.statusCode, given.statusCode, given.headers['x-request-id']], [500, 500, 'mine-1'])
  t.match(own.headers['x-request-id'], /^[\w-]{8}-\w+$/)
  t.match(lines, [
    { reqId: own.headers['x-request-id'], msg: 'internal error' },
    { reqId: 'mine-1', msg: 'internal error', url: '/q/mail' }
  ])
})
