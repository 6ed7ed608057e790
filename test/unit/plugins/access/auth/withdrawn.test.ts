import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import Fastify from 'fastify'
import fp from 'fastify-plugin'
import { test } from 'tap'
import presque, { options } from '../../../../../app.ts'
import { push } from '../../../../../operations/job/push.ts'
import { queueStatus } from '../../../../../operations/queue/queue.ts'
import { mint, Tokens } from '../../../../../operations/access/token.ts'
import { roles, type TokenFile } from '../../../../../schemas/access.ts'
import { listenAt } from '../../../../support/http/sse-client.ts'
import { startRedis } from '../../../../support/redis/redis.ts'
import { bearer, tokenFile } from '../../../../support/http/tokens.ts'
import { until } from '../../../../support/until.ts'
import { build, listen } from '../../../../support/server/app.ts'

test('the file is read again when it changes, and a spoilt one changes nothing', async t => {
  const { path, secrets, rewrite } = tokenFile(t, { name: 'ann', roles: ['read'], queues: ['*'] })
  const app = await build(t, { PRESQUE_TOKENS: path })
  const status = async (name: string): Promise<number> =>
    (await app.inject({ url: '/status', headers: bearer(secrets[name]) })).statusCode
  t.equal(await status('ann'), 200)
  rewrite({ name: 'bob', roles: ['read'], queues: ['*'] })
  await until('bob may', async () => (await status('bob')) === 200)
  t.equal(await status('ann'), 401)
})

test('what goes on ends when its token is withdrawn or allows something else, ' +
  'and what another has goes on', async t => {
  const all = { roles: [...roles], queues: ['mail'] }
  const { path, secrets } = tokenFile(
    t,
    { name: 'gone', ...all },
    { name: 'less', ...all },
    { name: 'stays', ...all }
  )
  const { app, url } = await listen(t, { PRESQUE_TOKENS: path })
  const kept = (JSON.parse(readFileSync(path, 'utf8')) as TokenFile).tokens
  const streams = async (name: string) =>
    await Promise.all(
      ['/events', '/events?queue=mail', '/q/mail?lease=5', '/q/mail', '/summary'].map(
        async place => await listenAt(t, url + place, undefined, bearer(secrets[name]))
      )
    )
  const [gone, less, stays] = [await streams('gone'), await streams('less'), await streams('stays')]
  const waiting = fetch(`${url}/q/mail?lease=5&wait=30`, { headers: bearer(secrets['gone']) })
  await until('all wait', () => app.longPoll.parked >= 7)
  writeFileSync(
    path,
    JSON.stringify({
      tokens: [
        { ...kept[1], queues: ['post'] },
        { ...kept[2], rate: { limit: 1000, period: 1 } }
      ]
    })
  )
  for (const ear of [...gone, ...less]) {
    await ear.ends()
    t.match(ear.told.at(-1), { event: 'withdrawn', data: /the token has changed/ })
    t.ok(ear.response.complete, 'an end, and not a break')
  }
  t.equal((await waiting).status, 404)
  t.notOk(stays.some(({ over }) => over))
  await push(app.redis, 'mail', [{ payload: '{}' }])
  await stays[0]!.hears(1)
  t.equal((await fetch(`${url}/events`, { headers: bearer(secrets['gone']) })).status, 401)
})

test('a token that is withdrawn while its body is on the way changes nothing', async t => {
  const { path, secrets, rewrite } = tokenFile(t, {
    name: 'ann',
    roles: ['produce'],
    queues: ['*']
  })
  const { app, url } = await listen(t, { PRESQUE_TOKENS: path })
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const heard = new Promise<string>(resolve => {
    socket.once('data', data => resolve(String(data)))
  })
  socket.write(
    `POST /q/mail HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${secrets['ann']}\r\n` +
      'Content-Type: application/json\r\nContent-Length: 7\r\n\r\n{'
  )
  rewrite({ name: 'bob', roles: ['produce'], queues: ['*'] })
  await until(
    'bob may',
    async () =>
      (
        await app.inject({
          method: 'POST',
          url: '/q/other',
          payload: {},
          headers: bearer(secrets['bob'])
        })
      ).statusCode === 201
  )
  socket.write('"n":1}')
  t.match(await heard, /^HTTP\/1.1 401 .*no such token/s)
  socket.destroy()
  t.equal((await queueStatus(app.redis, 'mail')).counts.waiting, 0)
})

test('a take whose token is withdrawn while Redis answers hands out nothing, ' +
  'and the jobs go back uncounted', async t => {
  const { path, secrets } = tokenFile(t, { name: 'ann', roles: ['consume'], queues: ['*'] })
  const app = Fastify(options)
  t.teardown(async () => await app.close())
  await app.register(fp(presque), {
    config: {
      LOG_LEVEL: 'silent',
      PRESQUE_HISTORY: '0',
      REDIS_URL: (await startRedis(t)).url,
      PRESQUE_TOKENS: path
    },
    patience: 30_000
  })
  const { secret, token } = mint({ name: 'gone', roles: ['consume'], queues: ['*'] })
  // After all checks of the request: as if the file had changed since.
  app.addHook('preHandler', async request => {
    request.holder = new Tokens([token]).find(secret)
  })
  await app.ready()
  await push(app.redis, 'mail', [{ payload: '{"n":1}' }, { payload: '{"n":2}' }])
  for (const line of [
    'GET /q/mail',
    'POST /q/mail/take?lease=30',
    'POST /q/mail/take?wait=1',
    'GET /qb/mail?lease=30',
    'POST /qb/mail/take'
  ]) {
    const [method, url] = line.split(' ') as ['GET', string]
    const answer = await app.inject({ method, url, headers: bearer(secrets['ann']) })
    t.same([answer.statusCode, answer.body], [404, '{"error":"no job"}'], line)
    await until(
      'they are back',
      async () => (await queueStatus(app.redis, 'mail')).counts.waiting === 2
    )
  }
  for (const query of ['', '&wait=1']) {
    const answer = await app.inject({
      method: 'POST',
      url: `/qb/mail/ack?next=1${query}`,
      headers: bearer(secrets['ann']),
      payload: { jobs: [{ id: '9', receipt: '1-0' }] }
    })
    t.same(
      [answer.statusCode, answer.json()],
      [200, { outcomes: [{ id: '9', error: 'no such job' }], jobs: [] }]
    )
    await until(
      'they are back',
      async () => (await queueStatus(app.redis, 'mail')).counts.waiting === 2
    )
  }
  t.match(await queueStatus(app.redis, 'mail'), { processed: 0, counts: { active: 0 } })
})
