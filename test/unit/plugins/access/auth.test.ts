import Fastify from 'fastify'
import fp from 'fastify-plugin'
import { test } from 'tap'
import presque, { options } from '../../../../app.ts'
import { roles } from '../../../../schemas/access.ts'
import { operations, request, type Operation } from '../../../support/http/openapi-document.ts'
import { startRedis } from '../../../support/redis/redis.ts'
import { bearer, tokenFile } from '../../../support/http/tokens.ts'
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
  [/^(POST|PUT|DELETE) |^GET \/audit$/, 'manage'],
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
  t.match((await ask('ann', '/access')).json(), { name: 'ann', roles: ['read'], queues: ['mail'] })
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

test('a token has a number of requests a period, and hears when there is one again', async t => {
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
  t.match((await app.inject('/access')).json(), { name: null, roles: [...roles], queues: ['*'] })
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
