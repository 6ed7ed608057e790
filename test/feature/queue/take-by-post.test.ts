import { test } from 'tap'
import { client } from '../../support/http/http-client.ts'
import { json } from '../../support/server/two-servers.ts'
import { listen } from '../../support/server/app.ts'

const noBody = 'a take has its parameters in the query, such as ?lease=30&wait=20, and no body'

test('POST /q/NAME/take answers as GET /q/NAME does, with the same parameters', async t => {
  const { ask, says, refuses } = await client(t)
  await says(201, '', 'POST /w/foo?worker_id=w1')
  await says(201, '', 'POST /qb/foo', '{"jobs":[{"n":1},{"n":2},{"n":3}]}')
  await says(200, '{"n":1}', 'POST /q/foo/take')
  await says(200, '{"n":2}', 'POST /q/empty,foo/take?worker_id=w1')
  t.match((await ask('GET /w/?worker_id=w1')).json(), { processed: '1' })
  const leased = await ask('POST /q/foo/take?lease=30&wait=1')
  t.match(leased.headers, {
    'x-presque-queue': 'foo',
    'x-presque-job': '3',
    'x-presque-attempt': '1'
  })
  const link = /<([^>]+)>; rel="ack"/.exec(String(leased.headers['link']))![1]!
  await says(204, '', `POST ${link}`)
  await refuses(404, 'no job', 'POST /q/foo/take')
  await refuses(400, "unknown parameter 'leese'", 'POST /q/foo/take?leese=30')
  await refuses(400, 'lease must be seconds, from 1 to 43200', 'POST /q/foo/take?lease=0')
  await says(200, { queue: 'foo', response: 'updated' }, 'POST /control/foo', '{"status":"stop"}')
  await refuses(404, 'queue is closed', 'POST /q/foo/take')
})

test('POST /q/NAME/take waits until a job comes', async t => {
  const { url } = await listen(t)
  const waiting = fetch(`${url}/q/foo/take?wait=60`, { method: 'POST' })
  await fetch(`${url}/q/foo`, { method: 'POST', headers: json, body: '{"n":1}' })
  t.equal(await (await waiting).text(), '{"n":1}')
})

test('POST /qb/NAME/take takes several, as GET /qb/NAME does', async t => {
  const { ask, says, refuses } = await client(t)
  await says(201, '', 'POST /qb/foo', '{"jobs":[{"n":1},{"n":2},{"n":3},{"n":4}]}')
  await says(200, ['{"n":1}', '{"n":2}'], 'POST /qb/foo/take?batch_size=2')
  const leased = (await ask('POST /qb/foo/take?lease=30')).json()
  t.match(leased, [
    { id: '3', attempt: 1, payload: { n: 3 } },
    { id: '4', payload: { n: 4 } }
  ])
  await refuses(404, 'no job', 'POST /qb/foo/take')
  await refuses(
    400,
    'batch_size must be a whole number from 1 to 1000',
    'POST /qb/foo/take?batch_size=0'
  )
})

test('POST /q/NAME/take with Accept: text/event-stream goes on, one event a job', async t => {
  const { url } = await listen(t)
  await fetch(`${url}/q/foo`, { method: 'POST', headers: json, body: '{"n":1}' })
  const answer = await fetch(`${url}/q/foo/take?wait=0`, {
    method: 'POST',
    headers: { accept: 'text/event-stream' }
  })
  t.match(await answer.text(), /^event: job\nid: 1\ndata: \{"queue":"foo","id":"1"/m)
})

test('a take by POST with parameters in its body is refused, and takes nothing', async t => {
  const { says, refuses } = await client(t)
  await says(201, '', 'POST /q/foo', '{"n":1}')
  for (const path of ['/q/foo/take', '/qb/foo/take']) {
    for (const body of ['{"lease":30}', '[]', '1', '"lease"']) {
      await refuses(400, noBody, `POST ${path}`, body)
    }
    await refuses(400, noBody, `POST ${path}?lease=30`, '{"wait":20}', {
      'content-type': 'text/plain'
    })
  }
  await says(200, '{"n":1}', 'POST /q/foo/take', '{}')
})

test('no other method is offered where a take is by POST', async t => {
  const { ask, says } = await client(t)
  await says(201, '', 'POST /q/foo', '{"n":1}')
  for (const path of ['/q/foo/take', '/qb/foo/take']) {
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH']) {
      const { statusCode, headers } = await ask(`${method} ${path}`)
      t.match(
        { statusCode, headers },
        { statusCode: 405, headers: { allow: 'POST' } },
        `${method} ${path}`
      )
    }
  }
  await says(200, '{"n":1}', 'POST /q/foo/take/')
})
