import { test } from 'tap'
import { push } from '../../../operations/job/push.ts'
import { client, type Client } from '../../support/http/http-client.ts'
import { payloadOf } from '../../support/http/payloads.ts'

const policy = {
  stopped: false,
  reopens_at: null,
  tries: 25,
  max_lost: 3,
  lease: 60,
  keep: 0,
  backoff: { base: 15, max: 86400 },
  rate: null,
  concurrency: null,
  max_jobs: null,
  max_keys: null,
  keep_failed: 15552000,
  max_failed: 100000
}
const counts = {
  waiting: 0, delayed: 0, retrying: 0, blocked: 0, active: 0, failed: 0, completed: 0
}
const unused = {
  queue: 'foo',
  size: 0,
  policy,
  counts,
  oldest_age: null,
  processed: 0,
  failed: 0,
  lost: 0,
  expired: 0,
  discarded: 0,
  workers: []
}

test('GET names all queues, sorted', async t => {
  const { says } = await client(t)
  await says(200, '{"queues":[],"size":0}', 'GET /status/')
  for (const name of ['b', 'a', 'Z', '10', '9', 'a.b']) await says(201, '', `POST /q/${name}`, '{}')
  await says(200, '{"queues":["10","9","Z","a","a.b","b"],"size":6}', 'GET /status/')
  await says(204, '', 'DELETE /q/a')
  await says(200, { queues: ['10', '9', 'Z', 'a.b', 'b'], size: 5 }, 'GET /status/')
})

test('a queue that has become empty is still named', async t => {
  const { says } = await client(t)
  await says(201, '', 'POST /q/foo', '{}')
  await says(200, '{}', 'GET /q/foo')
  await says(200, { queues: ['foo'], size: 1 }, 'GET /status/')
})

/** The status of 'foo', the age of its oldest job left out; that is one second at most. */
async function ageless (ask: Client['ask']): Promise<object> {
  const { oldest_age: age, ...status } = (await ask('GET /status/foo')).json()
  return { ...status, oldest_age: age >= 0 && age < 60 ? null : age }
}

test('GET describes a queue under exactly these keys, used or not', async t => {
  const { says, ask } = await client(t)
  await says(200, unused, 'GET /status/foo')
  await says(200, { queues: [], size: 0 }, 'GET /status/')
  await says(201, '', 'POST /qb/foo', '{"jobs":[{},{},{}]}')
  await says(201, '', 'PUT /q/foo?delayed=4000000000', '{}')
  await says(200, '{}', 'GET /q/foo')
  const used = {
    ...unused,
    size: 2,
    counts: { ...counts, waiting: 2, delayed: 1 },
    processed: 1,
    failed: 1
  }
  t.strictSame(await ageless(ask), used)
  await says(200, { queue: 'foo', response: 'updated' }, 'POST /control/foo', '{"status":"stop"}')
  t.strictSame(await ageless(ask), { ...used, policy: { ...policy, stopped: true } })
})

test('GET counts jobs by what they are doing, tells failures from losses, ' +
  'and names the workers', async t => {
  const { app, says, ask } = await client(t)
  const receipt = async (query: string) =>
    (await ask(`GET /q/foo?${query}`)).headers['x-presque-receipt']
  for (const id of ['w2', 'w1']) await says(201, '', `POST /w/foo?worker_id=${id}`)
  await says(201, '', 'POST /qb/foo?keep=60', '{"jobs":[{},{},{},{},{},{}]}')
  await says(204, '', `POST /j/foo/1/ack?receipt=${await receipt('lease=30')}`)
  await says(
    200,
    { state: 'failed' },
    `POST /j/foo/2/nack?receipt=${await receipt('lease=30')}`,
    '{"retry":false}'
  )
  await says(200, '{}', 'GET /q/foo?worker_id=w1')
  await receipt('lease=30')
  await app.redis.zadd('{foo}:active', 1, (await app.redis.zrange('{foo}:active', 0, '0'))[0]!)
  await receipt('lease=30')
  await says(201, '', 'POST /q/foo?ttl=1000', '{}')
  await app.redis.zadd('{foo}:expiring', 1, 'a7')
  t.strictSame(await ageless(ask), {
    ...unused,
    size: 2,
    counts: { ...counts, waiting: 2, active: 1, failed: 1, completed: 1 },
    processed: 2,
    failed: 1,
    lost: 1,
    expired: 1,
    workers: ['w1', 'w2']
  })
})

test('GET shows the policy in force, all of it', async t => {
  const { says, ask } = await client(t)
  const own = {
    tries: 5,
    max_lost: 10,
    lease: 30.5,
    keep: 3600,
    backoff: { base: 5, max: 600 },
    rate: { limit: 100, period: 60 },
    concurrency: 4,
    max_jobs: 1000,
    max_keys: 5
  }
  await says(200, { queue: 'foo', response: 'updated' }, 'POST /control/foo', JSON.stringify(own))
  await says(200, { ...unused, policy: { ...policy, ...own } }, 'GET /status/foo')
  await says(
    200,
    { queue: 'foo', response: 'updated' },
    'POST /control/foo',
    '{"status":"stop","for":600,"tries":null,"backoff":{"max":700}}'
  )
  const { reopens_at: reopens, ...rest } = (await ask('GET /status/foo')).json().policy
  t.ok(Math.abs(reopens - Date.now() / 1000 - 600) < 60, 'in epoch seconds')
  t.strictSame(
    { ...rest, reopens_at: null },
    { ...policy, ...own, stopped: true, tries: 25, backoff: { base: 5, max: 700 } }
  )
  // null is a setting of max_lost: no bound.
  const nothing = { ...Object.fromEntries(Object.keys(own).map(name => [name, null])), max_lost: 3 }
  await says(
    200,
    { queue: 'foo', response: 'updated' },
    'POST /control/foo',
    JSON.stringify({ status: 'start', ...nothing })
  )
  await says(200, unused, 'GET /status/foo')
})

test('with_desc=1 adds the waiting payloads as strings, in order, and takes none', async t => {
  const { says, ask } = await client(t)
  await says(200, { ...unused, jobs: [] }, 'GET /status/foo?with_desc=1')
  await says(201, '', 'POST /q/foo', '{ "n":1 }')
  await says(201, '', 'POST /q/foo', '{"__proto__":{"a":12345678901234567890}}')
  await says(201, '', 'POST /q/foo?delayed=4000000000', '{"n":3}')
  for (let times = 0; times < 2; times++) {
    const { size, jobs } = (await ask('GET /status/foo?with_desc=1')).json()
    t.strictSame(
      { size, jobs },
      { size: 2, jobs: ['{ "n":1 }', '{"__proto__":{"a":12345678901234567890}}'] }
    )
  }
  t.notOk('jobs' in (await ask('GET /status/foo?with_desc=0')).json())
})

test('with_desc is paged by offset and limit, 1000 at most and by default', async t => {
  const { says, ask } = await client(t)
  const all = Array.from({ length: 1005 }, (_, n) => JSON.stringify({ n }))
  await says(201, '', 'POST /qb/foo', `{"jobs":[${all.join()}]}`)
  const page = async (query: string) =>
    (await ask(`GET /status/foo?with_desc=1${query}`)).json().jobs
  t.strictSame(await page(''), all.slice(0, 1000))
  t.strictSame(await page('&limit=1000'), all.slice(0, 1000))
  t.strictSame(await page('&offset=1000'), all.slice(1000))
  t.strictSame(await page('&offset=3&limit=2'), all.slice(3, 5))
  t.strictSame(await page('&offset=1004&limit=2'), all.slice(1004))
  t.strictSame(await page('&limit=0'), [])
  for (const offset of ['1005', '1000000', String(Number.MAX_SAFE_INTEGER)]) {
    t.strictSame(await page(`&offset=${offset}`), [])
  }
})

test('a page is shorter when it is over 8 MiB, and the next begins where it ended', async t => {
  const { app, ask } = await client(t)
  const sizes = [1, 9, 3, 4, 2].map(size => size * 2 ** 20)
  await push(
    app.redis,
    'foo',
    sizes.map(size => ({ payload: payloadOf(size) }))
  )
  const seen: number[][] = []
  for (let offset = 0; offset < sizes.length; offset += seen.at(-1)!.length) {
    seen.push(
      (await ask(`GET /status/foo?with_desc=1&offset=${offset}`))
        .json()
        .jobs.map((job: string) => job.length)
    )
  }
  t.strictSame(
    seen.map(page => page.length),
    [1, 1, 2, 1]
  )
  t.strictSame(seen.flat(), sizes)
})

test('paging runs on from the jobs in line into those that have fallen due', async t => {
  const { app, says, ask } = await client(t)
  await says(201, '', 'POST /qb/foo', '{"jobs":[{"n":0},{"n":1}]}')
  await says(201, '', 'POST /qb/foo?delayed=4000000000', '{"jobs":[{"n":2},{"n":3},{"n":4}]}')
  const places = await app.redis.zrange('{foo}:delayed', 0, '-1')
  for (const [i, place] of places.entries()) await app.redis.zadd('{foo}:delayed', 1000 + i, place)
  const page = async (query: string) =>
    (await ask(`GET /status/foo?with_desc=1&${query}`))
      .json()
      .jobs.map((job: string) => JSON.parse(job).n)
  t.strictSame(await page('offset=0'), [0, 1, 2, 3, 4])
  t.strictSame(await page('offset=1&limit=3'), [1, 2, 3])
  t.strictSame(await page('offset=2&limit=2'), [2, 3])
  t.strictSame(await page('offset=4&limit=9'), [4])
  t.match((await ask('GET /status/foo')).json(), { size: 5, counts: { waiting: 5, delayed: 0 } })
})

test('with_desc lists in the order of priority and leaves out jobs on lease, ' +
  'failed or gone', async t => {
  const { says, ask } = await client(t)
  for (const [n, priority] of [5, 9, 0, 5, 1, 9].entries()) {
    await says(201, '', `POST /q/foo?priority=${priority}`, `{"n":${n}}`)
  }
  await says(204, '', 'DELETE /j/foo/6')
  t.equal((await ask('GET /q/foo?lease=30')).body, '{"n":2}')
  const page = async (query: string) =>
    (await ask(`GET /status/foo?with_desc=1&${query}`)).json().jobs
  t.strictSame(await page(''), ['{"n":4}', '{"n":0}', '{"n":3}', '{"n":1}'])
  t.strictSame(await page('offset=1&limit=2'), ['{"n":0}', '{"n":3}'])
  t.strictSame(await page('offset=3&limit=2'), ['{"n":1}'])
})

test('bad paging is a 400', async t => {
  const { refuses } = await client(t)
  for (const value of ['', '2', 'true', 'yes', '01', '1.0', '1&with_desc=1']) {
    await refuses(400, 'with_desc must be 0 or 1', `GET /status/foo?with_desc=${value}`)
  }
  for (const value of ['', '-1', '1.5', 'a', '1e3', '9007199254740992', '1&offset=2']) {
    await refuses(
      400,
      'offset must be a whole number from 0 on',
      `GET /status/foo?with_desc=1&offset=${value}`
    )
  }
  for (const value of ['', '-1', '1001', '1.5', 'a', '1&limit=2']) {
    await refuses(
      400,
      'limit must be a whole number from 0 to 1000',
      `GET /status/foo?limit=${value}`
    )
  }
})
