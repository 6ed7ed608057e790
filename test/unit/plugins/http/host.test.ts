import { test } from 'tap'
import { bearer, tokenFile } from '../../../support/http/tokens.ts'
import { operations, request } from '../../../support/http/openapi-document.ts'
import { build } from '../../../support/server/app.ts'

const served = [
  'localhost',
  'LOCALHOST:5000',
  'localhost.:5000',
  'a.localhost',
  '127.0.0.1',
  '127.0.0.1:5000',
  '127.8.9.10',
  '192.168.1.2:80',
  '10.0.0.1',
  '0.0.0.0:5000',
  '[::1]',
  '[::1]:5000',
  '[fe80::1]:5000',
  '[::ffff:127.0.0.1]'
]
const foreign = [
  'evil.example',
  'evil.example:5000',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  'localhost:5000.evil.example',
  '[::1].evil.example',
  '[evil.example]',
  '::1',
  '127.0.0.1:x',
  '127.0.0.1:5000:5000',
  '127.1',
  'evil.example.',
  '.localhost.evil',
  'localhost@evil.example',
  'evil.example#localhost',
  'evil.example/localhost'
]

test('without tokens only loopback and IP addresses are served, whatever the port', async t => {
  const app = await build(t)
  for (const host of served) {
    t.equal((await app.inject({ url: '/status', headers: { host } })).statusCode, 200, host)
  }
  for (const host of foreign) {
    const { statusCode, body } = await app.inject({ url: '/status', headers: { host } })
    t.equal(statusCode, 403, host)
    t.match(
      JSON.parse(body).error,
      `the host '${host}' is not served here; PRESQUE_HOSTS names those`
    )
  }
})

test('a host that is not served gets nothing of any route but the open ones, ' +
  'and changes nothing', async t => {
  const app = await build(t, { PRESQUE_HOSTS: 'queue.example' })
  await app.inject({ method: 'POST', url: '/q/mail', payload: {} })
  const open = ['GET /health/live', 'GET /health/ready']
  for (const operation of operations(app)) {
    const { statusCode } = await app.inject(
      request(operation, {}, { headers: { host: 'evil.example', origin: 'http://evil.example' } })
    )
    t.equal(statusCode, open.includes(operation.name) ? 200 : 403, operation.name)
  }
  for (const url of ['/openapi.json', '/docs', '/docs/', '/nothing', '/q', '/q/mail/']) {
    t.equal((await app.inject({ url, headers: { host: 'evil.example' } })).statusCode, 403, url)
  }
  t.equal((await app.inject('/j/mail')).json().job_count, 1)
})

test('a name without a dot is served to programs, ' +
  'and to a browser only if it is named', async t => {
  const app = await build(t, { PRESQUE_HOSTS: 'presque' })
  const ask = async (host: string, headers: Record<string, string> = {}) =>
    (await app.inject({ url: '/status', headers: { host, ...headers } })).statusCode
  for (const host of ['queue', 'queue:5000', 'my_queue-1', '2130706433']) {
    t.equal(await ask(host, { 'user-agent': 'curl/8.5.0' }), 200, host)
    for (const headers of [
      { 'user-agent': 'Mozilla/5.0 (X11)' },
      { 'sec-fetch-site': 'same-origin' },
      { origin: `http://${host}` },
      { referer: `http://${host}/` }
    ]) {
      t.equal(
        await ask(host, { 'user-agent': 'x', ...headers }),
        403,
        `${host} ${JSON.stringify(headers)}`
      )
    }
  }
  t.equal(await ask('presque:5000', { 'user-agent': 'Mozilla/5.0 (X11)' }), 200)
})

test('PRESQUE_HOSTS names more hosts, a star for all below one, and HOST may be one', async t => {
  const app = await build(t, {
    HOST: 'queue.lan',
    PRESQUE_INSECURE: '1',
    PRESQUE_HOSTS: 'presque,Queue.example,*.internal'
  })
  for (const host of [
    'presque:5000',
    'queue.example',
    'QUEUE.EXAMPLE.',
    'a.internal:80',
    'a.b.internal',
    'queue.lan'
  ]) {
    t.equal((await app.inject({ url: '/status', headers: { host } })).statusCode, 200, host)
  }
  for (const host of [
    'a.queue.example',
    'a.xinternal',
    '.queue.example',
    'presque.evil.example',
    'a.internal.evil.example'
  ]) {
    t.equal((await app.inject({ url: '/status', headers: { host } })).statusCode, 403, host)
  }
})

test('with tokens any host is served, for a page of another has none', async t => {
  const { path, secrets } = tokenFile(t, { name: 'ann', roles: ['read'], queues: ['*'] })
  const app = await build(t, { PRESQUE_TOKENS: path })
  const ask = async (headers: Record<string, string>) =>
    (await app.inject({ url: '/status', headers: { host: 'evil.example', ...headers } })).statusCode
  t.equal(await ask({}), 401)
  t.equal(await ask(bearer(secrets['ann'])), 200)
})
