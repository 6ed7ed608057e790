import { test } from 'tap'
import { push as pushJobs } from '../../../../operations/job/push.ts'
import { queueStatus } from '../../../../operations/queue/queue.ts'
import { backup } from '../../../support/redis/backup.ts'
import { listenAt, type Ear } from '../../../support/http/sse-client.ts'
import { pair, post, push, type Server } from '../../../support/server/two-servers.ts'
import { startRedis } from '../../../support/redis/redis.ts'
import { until } from '../../../support/until.ts'
import { asShipped, listen } from '../../../support/server/app.ts'

async function fill ({ app }: Server, queue: string, count: number): Promise<void> {
  await pushJobs(
    app.redis,
    queue,
    Array.from({ length: count }, (_, n) => ({ payload: JSON.stringify({ n }) }))
  )
}

const counts = async ({ app }: Server, queue = 'mail') =>
  (await queueStatus(app.redis, queue)).counts

/** Does that with the n-th job of a stream, at that server. */
async function finish (
  server: Server,
  ear: Ear,
  n: number,
  verb: string,
  body?: string
): Promise<number> {
  const { queue, id, receipt } = ear.jobs[n]!
  return (await post(server, `/j/${queue}/${id}/${verb}?receipt=${receipt}`, body)).status
}

test('a stream gives out no more than its credit, and the next with each ack, ' +
  'at whichever server', async t => {
  const [here, there] = await pair(t)
  await fill(there, 'mail', 6)
  const ear = await listenAt(t, `${here.url}/q/mail?lease=30&credit=2&worker_id=w1`)
  await ear.hears(2)
  for (let n = 0; n < 4; n++) {
    t.match(await counts(here), { active: 2, waiting: 4 - n })
    t.equal(ear.jobs.length, 2 + n)
    t.equal(await finish(there, ear, n, 'ack'), 204)
    await ear.hears(3 + n)
  }
  t.strictSame(
    ear.jobs.map(({ queue, id, attempt, payload }) => [queue, id, attempt, payload]),
    Array.from({ length: 6 }, (_, n) => ['mail', String(n + 1), 1, { n }])
  )
  t.strictSame(
    ear.told.map(({ id }) => id),
    ['1', '2', '3', '4', '5', '6']
  )
})

test('a stream waits for jobs that are pushed, also at another server', async t => {
  const [here, there] = await pair(t)
  const ear = await listenAt(t, `${here.url}/q/mail?lease=30&credit=10`)
  const since = Date.now()
  for (let n = 1; n <= 10; n++) {
    await push(there, '/q/mail')
    await ear.hears(n)
  }
  t.ok(Date.now() - since < 5000, `${Date.now() - since} ms`)
})

for (const [what, end] of Object.entries<(server: Server, ear: Ear) => Promise<unknown>>({
  nacked: async (server, ear) => await finish(server, ear, 0, 'nack', '{"delay":60}'),
  released: async (server, ear) => await finish(server, ear, 0, 'release', undefined),
  cancelled: async ({ url }, ear) =>
    await fetch(`${url}/j/mail/${ear.jobs[0]!.id}`, { method: 'DELETE' }),
  lost: async () => {},
  purged: async ({ url }) => await fetch(`${url}/q/mail`, { method: 'DELETE' })
})) {
  test(`a job that is ${what} frees its credit`, async t => {
    const [here, there] = await pair(t)
    await fill(there, 'mail', 1)
    const ear = await listenAt(t, `${here.url}/q/mail?lease=${what === 'lost' ? 1 : 60}`)
    await ear.hears(1)
    await end(there, ear)
    await push(there, '/q/mail')
    await ear.hears(2)
    t.equal(ear.jobs.length, 2)
  })
}

test('a job that was given back and has gone to another as the same attempt ' +
  'frees its credit', async t => {
  const [here, there] = await pair(t)
  await fill(there, 'mail', 1)
  const one = await listenAt(t, `${here.url}/q/mail?lease=60`)
  await one.hears(1)
  const other = await listenAt(t, `${there.url}/q/mail?lease=60`)
  const { receipt } = one.jobs[0]!
  await post(there, `/j/mail/1/release?receipt=${receipt}`)
  const both = () => [...one.jobs, ...other.jobs]
  await until('it is given again', () => both().length === 2)
  t.equal(both().find(job => job.receipt !== receipt)!.attempt, 1)
  await fill(here, 'mail', 1)
  await until('the other one is given as well', () => both().length === 3)
  t.same([one.jobs.length, other.jobs.length], [2, 1])
})

test('a job that Redis has lost frees its credit, though another has its id', async t => {
  const [here, there] = await pair(t)
  await fill(there, 'mail', 1)
  const ear = await listenAt(t, `${here.url}/q/mail?lease=60`)
  await ear.hears(1)
  await finish(there, ear, 0, 'ack')
  const rewind = await backup(here.app.redis, 'mail')
  await fill(there, 'mail', 1)
  await ear.hears(2)
  await post(there, '/control/mail', '{"status":"stop"}')
  await rewind()
  await post(there, '/control/mail', '{"status":"stop"}')
  await fill(there, 'mail', 1)
  await post(there, '/control/mail', '{"status":"start"}')
  await ear.hears(3)
  t.strictSame(
    ear.jobs.slice(1).map(({ id, attempt }) => [id, attempt]),
    [
      ['2', 1],
      ['2', 1]
    ]
  )
  t.equal(await finish(there, ear, 1, 'ack'), 409)
  t.equal(await finish(there, ear, 2, 'ack'), 204)
})

test('a touch keeps the job, and its credit', async t => {
  const [here, there] = await pair(t)
  await fill(there, 'mail', 2)
  const ear = await listenAt(t, `${here.url}/q/mail?lease=1`)
  await ear.hears(1)
  t.equal(await finish(there, ear, 0, 'touch', '{"lease":60}'), 200)
  await until(
    'its first lease would be over',
    () => Date.now() / 1000 > JSON.parse(ear.told[0]!.data).expires + 0.5
  )
  t.equal(ear.jobs.length, 1)
  await finish(there, ear, 0, 'ack')
  await ear.hears(2)
})

test('several queues serve in their order', async t => {
  const [here] = await pair(t)
  await fill(here, 'low', 2)
  await fill(here, 'urgent', 2)
  const ear = await listenAt(t, `${here.url}/q/urgent,normal,low`)
  await ear.hears(4)
  t.strictSame(
    ear.jobs.map(({ queue }) => queue),
    ['urgent', 'urgent', 'low', 'low']
  )
})

test('payloads arrive byte for byte', async t => {
  const [here] = await pair(t)
  const texts = [
    '{ "n": 12345678901234567890 }',
    '{\n  "to":\t"ann\\n\\u00e4ä",\n\n "__proto__": {}, "a": 1.0, "a": 2\n}',
    '{"data: x":"\u2028: id"}'
  ]
  await pushJobs(
    here.app.redis,
    'mail',
    texts.map(payload => ({ payload }))
  )
  const ear = await listenAt(t, `${here.url}/q/mail?credit=10`)
  await ear.hears(3)
  t.strictSame(
    ear.told.map(({ data }) => /"payload":(.*)}$/s.exec(data)![1]),
    texts
  )
  await pushJobs(here.app.redis, 'low', [{ payload: texts[1]! }])
  const other = await listenAt(t, `${here.url}/q/low?lease=30`)
  await other.hears(1)
  t.equal(/"payload":(.*)}$/s.exec(other.told[0]!.data)![1], texts[1])
})

test('a stopped queue gives out nothing until it opens', async t => {
  const [here, there] = await pair(t)
  await post(there, '/control/mail', '{"status":"stop"}')
  await fill(here, 'mail', 1)
  const ear = await listenAt(t, `${here.url}/q/mail?lease=30`)
  t.equal(ear.jobs.length, 0)
  await post(there, '/control/mail', '{"status":"start"}')
  await ear.hears(1)
})

test('with wait a stream ends when nothing has come for so long', async t => {
  const [here] = await pair(t)
  await fill(here, 'mail', 3)
  const ear = await listenAt(t, `${here.url}/q/mail?wait=0.2`)
  await ear.ends()
  t.equal(ear.jobs.length, 3)
  t.ok(ear.response.complete)
})

test('a client that leaves while nothing is there takes nothing', async t => {
  const [here, there] = await pair(t)
  const ear = await listenAt(t, `${here.url}/q/mail?lease=30&credit=10`)
  await ear.leave()
  await until('the server has seen it', () => here.app.longPoll.parked === 0)
  await fill(there, 'mail', 5)
  t.match(await counts(here), { waiting: 5, active: 0 })
})

test('many streams share the jobs, each job once', async t => {
  const [here, there] = await pair(t)
  const ears = await Promise.all(
    [here, there].flatMap(({ url }) =>
      Array.from({ length: 10 }, async () => await listenAt(t, `${url}/q/mail?lease=60&credit=5`))
    )
  )
  await fill(there, 'mail', 100)
  await until('all are out', () => ears.reduce((sum, { told }) => sum + told.length, 0) === 100)
  t.equal(new Set(ears.flatMap(({ told }) => told.map(({ id }) => id))).size, 100)
  t.ok(ears.every(({ told }) => told.length === 5))
})

test('a page of another site may not consume', async t => {
  const [here] = await pair(t)
  const { status } = await fetch(`${here.url}/q/mail`, {
    headers: { accept: 'text/event-stream', origin: 'http://evil.example' }
  })
  t.equal(status, 403)
})

test('with Redis away a stream does not begin, ' +
  'and one that has begun goes on when it is back', async t => {
  const redis = await startRedis(t, ['--appendonly', 'yes', '--appendfsync', 'always'])
  const here = await listen(t, { REDIS_URL: redis.url }, asShipped)
  const ear = await listenAt(t, `${here.url}/q/mail?lease=60&credit=5`)
  await redis.stop()
  await until('Redis is missed', async () => (await fetch(`${here.url}/status`)).status === 503)
  for (const query of ['', '?lease=5']) {
    const answer = await fetch(`${here.url}/q/mail${query}`, {
      headers: { accept: 'text/event-stream' }
    })
    t.strictSame([answer.status, await answer.json()], [503, { error: 'redis is unavailable' }])
  }
  await redis.start()
  await until('Redis is back', async () => (await fetch(`${here.url}/status`)).status === 200)
  await push(here, '/q/mail')
  await ear.hears(1)
  t.equal(ear.jobs.length, 1)
})
