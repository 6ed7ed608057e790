import { METHODS } from 'node:http'
import { test } from 'tap'
import { client } from '../../../support/http/http-client.ts'

const offered: Record<string, string[]> = {
  '/q/foo': ['DELETE', 'GET', 'POST', 'PUT'],
  '/qb/foo': ['DELETE', 'GET', 'POST', 'PUT'],
  '/status': ['GET', 'HEAD'],
  '/status/foo': ['GET', 'HEAD'],
  '/history': ['GET', 'HEAD'],
  '/history/foo': ['GET', 'HEAD'],
  '/qb/foo/ack': ['POST'],
  '/qb/foo/nack': ['POST'],
  '/qb/foo/release': ['POST'],
  '/qb/foo/touch': ['POST'],
  '/j/foo': ['DELETE', 'GET', 'HEAD'],
  '/j/foo/retry': ['POST'],
  '/j/foo/1': ['DELETE', 'GET', 'HEAD'],
  '/j/foo/1/why': ['GET', 'HEAD'],
  '/j/foo/1/retry': ['POST'],
  '/j/foo/1/ack': ['POST'],
  '/j/foo/1/nack': ['POST'],
  '/j/foo/1/release': ['POST'],
  '/j/foo/1/touch': ['POST'],
  '/control/foo': ['GET', 'HEAD', 'POST'],
  '/w': ['DELETE', 'GET', 'HEAD', 'POST'],
  '/w/foo': ['DELETE', 'GET', 'HEAD', 'POST'],
  '/schedule': ['GET', 'HEAD'],
  '/schedule/foo': ['DELETE', 'GET', 'HEAD', 'PUT'],
  '/access': ['GET', 'HEAD'],
  '/health/live': ['GET', 'HEAD'],
  '/health/ready': ['GET', 'HEAD'],
  '/openapi.json': ['GET', 'HEAD']
}

test('HEAD of /q and /qb is a 405 with Allow, and takes no job', async t => {
  const { says, ask } = await client(t)
  await says(201, '', 'POST /qb/foo', '{"jobs":[{"n":1},{"n":2}]}')
  for (const path of [
    '/q/foo',
    '/q/foo/',
    '/qb/foo',
    '/q/foo?worker_id=w1',
    '/qb/foo?batch_size=2'
  ]) {
    const { statusCode, headers } = await ask(`HEAD ${path}`)
    t.equal(statusCode, 405, path)
    t.strictSame(String(headers.allow).split(', ').sort(), offered['/q/foo'])
  }
  await says(
    200,
    { queue_name: 'foo', job_count: 2, job_failed: 0, job_processed: 0 },
    'GET /j/foo'
  )
  await says(200, '{"n":1}', 'GET /q/foo')
})

test('HEAD of what only reads is answered like GET, without the body', async t => {
  const { says, ask } = await client(t)
  await says(201, '', 'POST /q/foo', '{}')
  t.equal(
    (await ask('PUT /schedule/foo', '{"queue":"foo","every":3600,"payload":{}}')).statusCode,
    201
  )
  // On lease, nothing that is told of it grows older.
  await says(200, '{}', 'GET /q/foo?lease=100')
  for (const [path, methods] of Object.entries(offered).filter(([, methods]) =>
    methods.includes('HEAD')
  )) {
    const [get, head] = [await ask(`GET ${path}`), await ask(`HEAD ${path}`)]
    t.ok(methods.includes('GET'))
    t.strictSame(
      [head.statusCode, head.headers['content-length']],
      [200, get.headers['content-length']],
      path
    )
  }
})

test('every method that a path does not offer is a 405 that names the method, ' +
  'and those there are', async t => {
  const { ask } = await client(t)
  for (const [path, methods] of Object.entries(offered)) {
    // CONNECT never becomes a request.
    for (const method of METHODS.filter(
      method => !methods.includes(method) && method !== 'CONNECT'
    )) {
      const { statusCode, headers, body } = await ask(`${method} ${path}`)
      t.equal(statusCode, 405, `${method} ${path}`)
      t.strictSame(String(headers.allow).split(', ').sort(), methods, `${method} ${path}`)
      if (method !== 'HEAD') {
        t.equal(
          body,
          JSON.stringify({ error: `${method} is not allowed here; allowed: ${headers.allow}` })
        )
      }
    }
  }
})

test('a path that is none is a 404 that names it, for every method', async t => {
  const { refuses } = await client(t)
  for (const path of [
    '/nope',
    '/q/foo/bar',
    '/qb/foo/bar',
    '/qb/foo/push',
    '/Q/foo',
    '/status/foo/bar',
    '/j/foo/42/bar',
    '/j/foo/42/ack/1',
    '/w/foo/w1',
    '/openapi',
    '/docs/static/nope.js'
  ]) {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH']) {
      if (path.startsWith('/docs/static/') && method !== 'GET') continue
      await refuses(
        404,
        `no such route: ${method} ${path}`,
        `${method} ${path}?a=b`,
        method === 'GET' ? undefined : '{}'
      )
    }
  }
})
