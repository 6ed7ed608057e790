import { test } from 'tap'
import { roles } from '../../../../../schemas/access.ts'
import { bearer, tokenFile } from '../../../../support/http/tokens.ts'
import { build } from '../../../../support/server/app.ts'

test('a 401 or a 403 names the missing part, and how to send it', async t => {
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
