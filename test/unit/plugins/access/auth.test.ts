import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import Fastify from 'fastify'
import fp from 'fastify-plugin'
import { test } from 'tap'
import presque, { options } from '../../../../app.ts'
import { push } from '../../../../operations/job/push.ts'
import { queueStatus } from '../../../../operations/queue/queue.ts'
import { redactUrl } from '../../../../operations/access/redact.ts'
import { mint, othersMay, Tokens } from '../../../../operations/access/token.ts'
import { roles, type TokenFile } from '../../../../schemas/access.ts'
import { listenAt } from '../../../support/http/sse-client.ts'
import { operations, request, type Operation } from '../../../support/http/openapi-document.ts'
import { startRedis } from '../../../support/redis/redis.ts'
import { bearer, tokenFile } from '../../../support/http/tokens.ts'
import { until } from '../../../support/until.ts'
import { build, listen } from '../../../support/server/app.ts'

// What each operation takes: by what it does, and not by what its route says.
const needs: Array<[RegExp, string]> = [
  [/^GET \/health\//, 'open'],
  [/^GET \/access$/, 'any'],
  [/^(PUT|DELETE) \/qb\//, 'any'],
  [/^(POST|PUT) \/qb?\/\{queue\}$/, 'produce'],
  [/^GET \/qb?\//, 'consume'],
  [/\/(take|ack|nack|release|touch)$/, 'consume'],
  [/\/quiet$/, 'manage'],
  [/^(POST|DELETE) \/w\//, 'consume'],
  [/^(POST|PUT|DELETE) /, 'manage'],
  [/^GET /, 'read']
]

function needed ({ name }: Operation): string {
  return needs.find(([form]) => form.test(name))![1]
}

test('every route takes a token that has its role and is for its queue, and no other', async t => {
  const { path, secrets } = tokenFile(
    t,
    ...roles.flatMap(role => [
      { name: role, roles: [role], queues: ['mail'] },
      { name: `${role}-all`, roles: [role], queues: ['*'] }
    ])
  )
  const app = await build(t, { PRESQUE_TOKENS: path })
  const status = async (operation: Operation, secret?: string, queue = 'mail'): Promise<number> =>
    (await app.inject(request(operation, { queue }, { headers: bearer(secret) }))).statusCode
  const all = operations(app)
  t.ok(all.length >= 30, `${all.length} operations`)
  for (const operation of all) {
    const role = needed(operation)
    if (role === 'open') {
      t.notOk([401, 403].includes(await status(operation)), operation.name)
      continue
    }
    t.match(
      operation.description,
      role === 'any' ? 'of any role' : `with the role \`${role}\``,
      `${operation.name}: its documentation`
    )
    t.equal(await status(operation), 401, `${operation.name} without a token`)
    t.equal(
      await status(operation, 'presque_guessed'),
      401,
      `${operation.name} with an unknown one`
    )
    for (const one of roles) {
      // What shows all queues takes a token that is for all.
      const answered = await status(
        operation,
        secrets[operation.name === 'GET /metrics' ? `${one}-all` : one]
      )
      if (role === 'any' || role === one) {
        t.notOk([401, 403].includes(answered), `${operation.name} as ${one}: ${answered}`)
      } else t.equal(answered, 403, `${operation.name} as ${one}`)
    }
    if (operation.path.includes('{queue}')) {
      t.equal(
        await status(operation, secrets[role === 'any' ? 'read' : role], 'post'),
        403,
        `${operation.name} of another queue`
      )
    }
  }
})

test('a request needs the right to all queues that it names, wherever it does', async t => {
  const { path, secrets } = tokenFile(t, {
    name: 'ann',
    roles: ['consume', 'read', 'produce'],
    queues: ['mail', 'a.*', '*-z']
  })
  const app = await build(t, { PRESQUE_TOKENS: path })
  const status = async (url: string): Promise<number> =>
    (await app.inject({ url, headers: bearer(secrets['ann']) })).statusCode
  for (const url of [
    '/q/mail,a.b',
    '/q/a.',
    '/q/m-z',
    '/w/?queue_name=mail',
    '/q/mail?wait=0',
    '/j/%6Dail'
  ]) {
    t.not(await status(url), 403, url)
  }
  for (const url of [
    '/q/mail,post',
    '/q/post,mail',
    '/q/aXb',
    '/q/mailx',
    '/q/xmail',
    '/q/m-zz',
    '/w/?queue_name=post',
    '/w/post',
    '/j/mai%6C2',
    '/status/post'
  ]) {
    t.equal(await status(url), 403, url)
  }
  t.equal(await status('/w/?queue_name=mail&queue_name=post'), 400)
})

test('lists leave out what the token is not for', async t => {
  const { path, secrets } = tokenFile(
    t,
    { name: 'all', roles: [...roles], queues: ['*'] },
    { name: 'ann', roles: ['read'], queues: ['mail'] }
  )
  const app = await build(t, { PRESQUE_TOKENS: path })
  const ask = async (name: string, url: string, method: 'GET' | 'POST' = 'GET', payload?: object) =>
    await app.inject({ url, method, headers: bearer(secrets[name]), ...(payload && { payload }) })
  for (const queue of ['mail', 'post']) await ask('all', `/q/${queue}`, 'POST', {})
  for (const [id, queue] of [
    ['both', 'mail'],
    ['both', 'post'],
    ['w1', 'post']
  ]) {
    await ask('all', `/w/${queue}?worker_id=${id}`, 'POST')
  }
  await ask('all', '/q/post?lease=30&worker_id=both')
  t.same((await ask('all', '/status')).json(), { queues: ['mail', 'post'], size: 2 })
  t.same((await ask('ann', '/status')).json(), { queues: ['mail'], size: 1 })
  t.match((await ask('all', '/w/')).json(), [
    { worker_id: 'both', queues: ['mail', 'post'], working_on: [{ queue: 'post' }] },
    { worker_id: 'w1' }
  ])
  const [both, ...others] = (await ask('ann', '/w/')).json()
  t.match([both, others], [{ worker_id: 'both', queues: ['mail'], working_on: [] }, []])
  t.same(both.working_on, [])
  t.equal((await ask('ann', '/w/?worker_id=w1')).statusCode, 404)
  t.same((await ask('ann', '/access')).json(), { name: 'ann', roles: ['read'], queues: ['mail'] })
})

test('a refusal says what is missing, and how to send it', async t => {
  const { path, secrets } = tokenFile(t, { name: 'ann', roles: ['read'], queues: ['mail'] })
  const app = await build(t, { PRESQUE_TOKENS: path })
  const none = await app.inject({ url: '/status' })
  t.same(
    [none.statusCode, none.json(), none.headers['www-authenticate']],
    [
      401,
      { error: 'a token is needed: send it as Authorization: Bearer <token>' },
      'Bearer realm="presque"'
    ]
  )
  for (const authorization of [
    'Bearer',
    'Bearer ',
    'Bearer x',
    `Token ${secrets['ann']}`,
    `Bearer ${secrets['ann']} x`,
    `bearer ${secrets['ann']!.slice(0, -1)}`,
    'Basic',
    'Basic !'
  ]) {
    const answer = await app.inject({ url: '/status', headers: { authorization } })
    t.same([answer.statusCode, answer.json()], [401, { error: 'no such token' }], authorization)
  }
  t.same(
    (
      await app.inject({ method: 'DELETE', url: '/q/mail', headers: bearer(secrets['ann']) })
    ).json(),
    { error: "this token lacks the role 'manage'" }
  )
  t.same((await app.inject({ url: '/status/post', headers: bearer(secrets['ann']) })).json(), {
    error: "this token is not for the queue 'post'"
  })
  t.equal((await app.inject({ url: '/nowhere' })).statusCode, 401, 'not even what there is')
})

test('a browser is asked for the token of the documentation, ' +
  'and may send it as a password', async t => {
  const { path, secrets } = tokenFile(t, { name: 'ann', roles: ['read'], queues: ['mail'] })
  const app = await build(t, { PRESQUE_TOKENS: path })
  t.match((await app.inject('/docs')).headers['www-authenticate'], /^Basic /)
  const authorization = `Basic ${Buffer.from(`:${secrets['ann']}`).toString('base64')}`
  for (const url of ['/docs/', '/openapi.json', '/docs/static/swagger-ui.css', '/status']) {
    t.equal((await app.inject({ url, headers: { authorization } })).statusCode, 200, url)
  }
})

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

test('a stream of events takes the same token as its route without one', async t => {
  const { path, secrets } = tokenFile(
    t,
    ...roles.map(role => ({ name: role, roles: [role], queues: ['mail'] }))
  )
  const { url } = await listen(t, { PRESQUE_TOKENS: path })
  const status = async (place: string, secret?: string): Promise<number> => {
    const answer = await fetch(url + place, {
      headers: { accept: 'text/event-stream', ...bearer(secret) }
    })
    await answer.body!.cancel()
    return answer.status
  }
  for (const [place, role] of [
    ['/q/mail?lease=5', 'consume'],
    ['/q/mail', 'consume'],
    ['/events?queue=mail', 'read'],
    ['/events', 'read'],
    ['/summary', 'read']
  ]) {
    t.equal(await status(place!), 401, `${place} without a token`)
    t.equal(await status(place!, 'presque_guessed'), 401, `${place} with an unknown one`)
    for (const one of roles) {
      t.equal(await status(place!, secrets[one]), one === role ? 200 : 403, `${place} as ${one}`)
    }
  }
  for (const [place, role] of [
    ['/q/post', 'consume'],
    ['/q/mail,post?lease=5', 'consume'],
    ['/events?queue=mail,post', 'read']
  ]) {
    t.equal(await status(place!, secrets[role!]), 403, place!)
  }
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

test('a token has so many requests a period, and hears when there is one again', async t => {
  const { path, secrets } = tokenFile(
    t,
    { name: 'ann', roles: ['read'], queues: ['*'], rate: { limit: 3, period: 3600 } },
    { name: 'bob', roles: ['read'], queues: ['*'] }
  )
  const app = await build(t, { PRESQUE_TOKENS: path })
  const ask = async (name: string) =>
    await app.inject({ url: '/status', headers: bearer(secrets[name]) })
  for (let i = 0; i < 3; i++) t.equal((await ask('ann')).statusCode, 200)
  const refused = await ask('ann')
  t.same(
    [refused.statusCode, refused.json()],
    [429, { error: 'this token has made all the requests it may make for now' }]
  )
  t.ok(
    Number(refused.headers['retry-after']) > 1190 && Number(refused.headers['retry-after']) <= 1200
  )
  t.equal((await ask('bob')).statusCode, 200)
})

test('without tokens everybody may do all', async t => {
  const app = await build(t)
  t.same((await app.inject('/access')).json(), { name: null, roles: [...roles], queues: ['*'] })
  t.equal((await app.inject({ url: '/status', headers: bearer('anything') })).statusCode, 200)
})

test('a route that says no role stops the start', async t => {
  const app = Fastify(options)
  t.teardown(async () => await app.close())
  await app.register(fp(presque), {
    config: { LOG_LEVEL: 'silent', REDIS_URL: (await startRedis(t)).url }
  })
  t.throws(() => app.get('/forgotten', () => 'all secrets'), {
    message: 'the route /forgotten has no role'
  })
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

test('a 403 names no queue that the token is not for', async t => {
  const { path, secrets } = tokenFile(
    t,
    { name: 'ann', roles: [...roles], queues: ['mail'] },
    { name: 'root', roles: [...roles], queues: ['*'] }
  )
  const app = await build(t, { PRESQUE_TOKENS: path })
  const body = (queue: string) => ({ queue, every: 60, payload: {} })
  await app.inject({
    method: 'PUT',
    url: '/schedule/nightly',
    payload: body('secret'),
    headers: bearer(secrets['root'])
  })
  for (const [method, payload] of [
    ['PUT', body('mail')],
    ['DELETE', undefined],
    ['PUT', body('secret')]
  ] as const) {
    const answer = await app.inject({
      method,
      url: '/schedule/nightly',
      headers: bearer(secrets['ann']),
      ...(payload && { payload })
    })
    t.same(
      [answer.statusCode, answer.json()],
      [403, { error: 'this token is not for the queue of that schedule' }],
      method
    )
  }
})

test('a file of tokens that others may read or write is warned of', async t => {
  const { path } = tokenFile(t, { name: 'ann', roles: ['read'], queues: ['*'] })
  for (const [mode, what] of [
    [0o644, 'read'],
    [0o640, 'read'],
    [0o666, 'write'],
    [0o620, 'write'],
    [0o600, null]
  ] as const) {
    chmodSync(path, mode)
    t.equal(othersMay(path), what)
  }
})

test('a token in a query does not come into the log', t => {
  t.equal(
    redactUrl('/q/mail?presque-token=presque_x&lease=30'),
    '/q/mail?presque-token=***&lease=30'
  )
  t.equal(redactUrl('/q/mail?lease=30&Token=presque_x'), '/q/mail?lease=30&Token=***')
  t.equal(redactUrl('/q/mail?access_token=a%20b#c'), '/q/mail?access_token=***#c')
  t.equal(redactUrl('/q/token=1'), '/q/token=1')
  t.end()
})
