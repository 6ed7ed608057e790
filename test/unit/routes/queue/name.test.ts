import { test } from 'tap'
import { client } from '../../../support/http/http-client.ts'

const sentence =
  'a queue name is 1 to 128 characters out of A-Z a-z 0-9 _ . : @ -, and not . or ..'

test('a queue is any name of the allowed characters, and nothing else', async t => {
  const { says, refuses } = await client(t)
  const names = ['a', 'Az09_.:@-', 'a'.repeat(128), '__proto__', 'constructor', '...', '-', '0']
  for (const name of names) {
    await says(201, '', `POST /q/${name}`, '{"n":1}')
    await says(
      200,
      { queue_name: name, job_count: 1, job_failed: 0, job_processed: 0 },
      `GET /j/${name}`
    )
    await says(200, '{"n":1}', `GET /q/${name}`)
  }
  await says(200, { queues: names.toSorted(), size: names.length }, 'GET /status')
  const wrong = [
    'a'.repeat(129),
    'a'.repeat(5000),
    'a%20b',
    'a%2Fb',
    '%7Ba%7D',
    '%C3%A4',
    ',',
    'a,',
    ',a',
    'a,,b',
    'a,%20b',
    'a%00',
    'a%0a',
    'a+b',
    '*',
    '~',
    "'"
  ]
  for (const name of wrong) {
    for (const line of [
      `GET /q/${name}`,
      `DELETE /q/${name}`,
      `GET /qb/${name}`,
      `GET /j/${name}`,
      `GET /control/${name}`,
      `GET /status/${name}`,
      `GET /w/${name}`
    ]) {
      await refuses(400, sentence, line)
    }
    for (const method of ['POST', 'PUT']) await refuses(400, sentence, `${method} /q/${name}`, '{}')
    await refuses(400, sentence, `POST /w/${name}?worker_id=w1`)
    await refuses(400, sentence, `GET /w/?queue_name=${name.replaceAll('+', '%2B')}`)
  }
})

test('GET takes from the first of up to 32 queues that has a job; ' +
  'every other route takes one name', async t => {
  const { says, refuses } = await client(t)
  await says(201, '', 'POST /q/b', '{"n":1}')
  await says(201, '', 'POST /q/c', '{"n":2}')
  await says(200, '{"n":2}', 'GET /q/a,c,b')
  await says(200, '{"n":1}', 'GET /q/a%2Cc,b')
  await refuses(404, 'no job', 'GET /q/a,b,c')
  const names = (count: number): string =>
    Array.from({ length: count }, (_, i) => `q${i}`.padEnd(128, 'x')).join()
  await refuses(404, 'no job', `GET /q/${names(32)}`)
  await refuses(400, sentence, `GET /q/${names(33)}`)
  const paths = [
    '/qb/a,b',
    '/j/a,b',
    '/j/a,b/1',
    '/j/a,b/1/why',
    '/control/a,b',
    '/status/a,b',
    '/w/a,b',
    '/w/?queue_name=a,b'
  ]
  for (const line of [
    'DELETE /q/a,b',
    'DELETE /w/a,b?worker_id=w1',
    'DELETE /j/a,b?state=failed',
    ...paths.map(path => `GET ${path}`)
  ]) {
    await refuses(400, sentence, line)
  }
  for (const line of ['POST /q/a,b', 'PUT /q/a,b', 'POST /j/a,b/1/ack?receipt=1-0']) {
    await refuses(400, sentence, line, '{}')
  }
  for (const line of ['POST /qb/a,b', 'POST /qb/a,b/ack']) {
    await refuses(400, sentence, line, '{"jobs":[]}')
  }
  await says(200, { queues: ['b', 'c'], size: 2 }, 'GET /status')
})

test('of several queues it is closed only if all are stopped', async t => {
  const { says, refuses } = await client(t)
  await says(201, '', 'POST /q/a', '{"n":1}')
  await says(201, '', 'POST /q/b', '{"n":2}')
  await says(200, { queue: 'a', response: 'updated' }, 'POST /control/a', '{"status":"stop"}')
  await says(200, '{"n":2}', 'GET /q/a,b')
  await refuses(404, 'no job', 'GET /q/a,b')
  await says(200, { queue: 'b', response: 'updated' }, 'POST /control/b', '{"status":"stop"}')
  await refuses(404, 'queue is closed', 'GET /q/a,b')
})

test('an escaped name is the name', async t => {
  const { says } = await client(t)
  await says(201, '', 'POST /q/f%6fo%40home', '{}')
  await says(200, { queues: ['foo@home'], size: 1 }, 'GET /status')
})

test('a missing queue name is a 404 that says so', async t => {
  const { refuses } = await client(t)
  for (const path of ['/q', '/q/', '/qb', '/qb/', '/j', '/j/', '/control', '/control/']) {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
      await refuses(404, 'queue name is missing', `${method} ${path}`)
    }
  }
  for (const line of ['POST /w/', 'POST /w', 'DELETE /w/', 'DELETE /w', 'POST /w/?worker_id=w1']) {
    await refuses(404, 'queue name is missing', line)
  }
})

test('a trailing slash more or less never matters', async t => {
  const { says, ask } = await client(t)
  await says(201, '', 'POST /q/foo/', '{"n":1}')
  await says(201, '', 'PUT /q/foo/?uniq=ann', '{"n":2}')
  await says(201, '', 'POST /qb/foo/', '{"jobs":[{"n":3}]}')
  await says(201, '', 'POST /w/foo/?worker_id=w1')
  await says(200, '{"n":1}', 'GET /q/foo/?worker_id=w1')
  await says(200, ['{"n":2}', '{"n":3}'], 'GET /qb/foo/?batch_size=5')
  await says(200, { queue: 'foo', response: 'updated' }, 'POST /control/foo/', '{"status":"stop"}')
  for (const path of [
    '/status',
    '/status/foo',
    '/j/foo',
    '/control/foo',
    '/w',
    '/w?worker_id=w1',
    '/w?queue_name=foo',
    '/w/foo'
  ]) {
    const [place, query] = path.split('?')
    const plain = await ask(`GET ${path}`)
    t.equal(plain.statusCode, 200, path)
    t.equal(
      (await ask(`GET ${place}/${query === undefined ? '' : `?${query}`}`)).body,
      plain.body,
      path
    )
  }
  await says(204, '', 'DELETE /w/foo/?worker_id=w1')
  await says(204, '', 'DELETE /q/foo/')
})
