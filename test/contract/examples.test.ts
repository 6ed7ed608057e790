import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import type { FastifyInstance, InjectOptions } from 'fastify'
import type { Redis } from 'ioredis'
import { test, type Test } from 'tap'
import { nack } from '../../operations/job/nack.ts'
import { take } from '../../operations/job/take.ts'
import { push } from '../../operations/job/push.ts'
import {
  commonKeys,
  queueKeys,
  scheduleKey,
  scheduleKeys,
  type ScheduleKey
} from '../../operations/redis/keys.ts'
import { queueStatus } from '../../operations/queue/queue.ts'
import { roles } from '../../schemas/access.ts'
import {
  examples,
  operations,
  request,
  wantsLease,
  type Operation,
  type Place
} from '../support/http/openapi-document.ts'
import { startRedis } from '../support/redis/redis.ts'
import { fillOperations, storeUndone } from '../support/http/documented-operation.ts'
import { asking, steady, steps } from '../support/http/documented-refusals.ts'
import { bearer, tokenFile } from '../support/http/tokens.ts'
import { until } from '../support/until.ts'
import { build } from '../support/server/app.ts'

type Held = Required<Omit<Place, 'fingerprint'>>

/** A job of that queue, on lease. */
async function lease (app: FastifyInstance, queue: string): Promise<Held> {
  const [job] = await take(app.redis, queue, { lease: 30 })
  return { queue, id: job!.id, receipt: job!.lease!.receipt }
}

async function hold (app: FastifyInstance, queue: string): Promise<Held> {
  await push(app.redis, queue, [{ payload: '{}' }])
  return await lease(app, queue)
}

test('every example of an answer is what the server says', async t => {
  for (const { name, responses } of operations(await build(t))) {
    for (const [status, { content }] of Object.entries(responses)) {
      const media = content?.['application/json']
      if (!status.startsWith('2') || media === undefined) continue
      const lead = steps[`${name} ${status}`] ?? steps[name]
      t.ok(lead, `${name}: its steps are known`)
      const answers = await lead!(asking(await build(t)))
      t.strictSame(
        answers.map(({ statusCode }) => String(statusCode)),
        answers.map(() => status),
        name
      )
      t.strictSame(
        answers.map(answer => steady(answer.json())),
        steady(examples(media)),
        name
      )
      const valid = new Ajv({ strict: false }).compile(media.schema as object)
      for (const answer of answers) {
        t.ok(valid(answer.json()), `${name}: ${JSON.stringify(valid.errors)}`)
      }
    }
  }
})

test('every example of a body is accepted', async t => {
  const app = await build(t)
  for (const [i, operation] of operations(app)
    .filter(({ requestBody }) => requestBody !== undefined)
    .entries()) {
    t.not(
      examples(operation.requestBody!.content['application/json']!).length,
      0,
      `${operation.name}: it has one`
    )
    const place: Place = wantsLease(operation) ? await hold(app, `mail${i}`) : { queue: `mail${i}` }
    if (operation.path.endsWith('/take')) await push(app.redis, `mail${i}`, [{ payload: '{}' }])
    if (operation.path.endsWith('/quiet')) {
      await app.inject({ method: 'POST', url: `/w/mail${i}?worker_id=myworker_1` })
    }
    const { statusCode, body } = await app.inject(request(operation, place))
    t.ok(operation.responses[statusCode] && statusCode < 300, `${operation.name}: ${statusCode}`)
    if (wantsLease(operation) && body.startsWith('[')) {
      t.match(JSON.parse(body)[0], { id: place.id, ok: true }, operation.name)
    }
  }
})

interface How {
  with?: (operation: Operation) => InjectOptions
  /** What happens while the request waits. */
  meanwhile?: (operation: Operation) => Promise<unknown>
}

/** Every operation that declares this error is asked, and must answer with it. */
async function refuse (
  t: Test,
  app: FastifyInstance,
  sentence: string,
  { with: how = request, meanwhile }: How = {}
): Promise<void> {
  const said = JSON.stringify({ error: sentence })
  let count = 0
  for (const operation of operations(app)) {
    for (const [status, { content = {} }] of Object.entries(operation.responses)) {
      if (
        Number(status) < 400 ||
        JSON.stringify(examples(content['application/json']!)[0]) !== said
      ) {
        continue
      }
      const [answer] = await Promise.all([app.inject(how(operation)), meanwhile?.(operation)])
      t.strictSame([String(answer.statusCode), answer.body], [status, said], operation.name)
      count++
    }
  }
  t.ok(count > 0, `${count} operations give it as an example`)
  refusalsSeen.add(sentence)
}

const refusalsSeen = new Set<string>()

test('every example of an error that the request brings on is the answer ' +
  'of the server', async t => {
  const app = await build(t)
  await refuse(t, app, "unknown parameter 'leese'", {
    with: operation => request(operation, {}, { query: { leese: '30' } })
  })
  await refuse(t, app, 'PUT is not supported in batch mode')
  await refuse(t, app, 'DELETE is not supported in batch mode')
  await refuse(t, app, 'a web page of another site may not do this', {
    with: operation => request(operation, {}, { headers: { origin: 'http://evil.example' } })
  })
  await refuse(
    t,
    app,
    "the host 'evil.example' is not served here; PRESQUE_HOSTS names those that are, " +
      'beside loopback and IP addresses',
    { with: operation => request(operation, {}, { headers: { host: 'evil.example' } }) }
  )
  await refuse(t, app, 'the body is larger than 1048576 bytes', {
    with: operation => request(operation, {}, { payload: { a: 'x'.repeat(2 ** 20) } })
  })
  await app.inject({ method: 'DELETE', url: '/q/mail' })
  await refuse(t, app, 'no job')
  await refuse(t, app, 'no such job')
  await refuse(t, app, 'no such error')
  await app.inject({ method: 'DELETE', url: '/schedule/nightly' })
  await refuse(t, app, 'no such schedule')
  await refuse(t, app, 'no such operation')
  await refuse(t, app, "no such worker: 'myworker_1'", {
    with: operation => request(operation, {}, { query: { worker_id: 'myworker_1' } })
  })
})

test('every example of an error that tokens bring on is the answer of the server', async t => {
  const { path, secrets } = tokenFile(
    t,
    { name: 'producer', roles: ['produce'], queues: ['*'] },
    { name: 'busy', roles: [...roles], queues: ['*'], rate: { limit: 1, period: 86400 } }
  )
  const app = await build(t, { PRESQUE_TOKENS: path })
  const as = (secret: string | undefined) => ({
    with: (operation: Operation) => request(operation, {}, { headers: bearer(secret) })
  })
  await refuse(t, app, 'no such token', as('presque_guessed'))
  await refuse(t, app, "this token lacks the role 'read'", as(secrets['producer']))
  await refuse(t, app, "this token lacks the role 'manage'", as(secrets['producer']))
  await app.inject({ url: '/status', headers: bearer(secrets['busy']) })
  await refuse(
    t,
    app,
    'this token has made all the requests it may make for now',
    as(secrets['busy'])
  )
})

test('every example of an error that the state of a job or a queue brings on is the answer ' +
  'of the server', async t => {
  const app = await build(t)
  const held = await hold(app, 'held')
  await refuse(t, app, 'lease lost', {
    with: operation => request(operation, { ...held, receipt: '1-0' })
  })
  await storeUndone(app.redis)
  await refuse(t, app, 'the operation is undone, and cannot do that')
  await refuse(t, app, 'the job is on lease', { with: operation => request(operation, held) })
  await app.inject({ method: 'POST', url: '/control/full', payload: { max_jobs: 1 } })
  await push(app.redis, 'full', [{ payload: '{}' }])
  await refuse(t, app, 'the queue is full: it has max_jobs jobs', {
    with: operation => request(operation, { queue: 'full' })
  })
})

test('every example of an error that a bound of the server brings on is its answer', async t => {
  const app = await build(t, {
    PRESQUE_MAX_WORKERS: 1,
    PRESQUE_MAX_QUEUES: 1,
    PRESQUE_MAX_SCHEDULES: 1
  })
  await app.inject({ method: 'POST', url: '/q/one', payload: {} })
  const schedule = { queue: 'one', every: 3600, payload: {} }
  await app.inject({ method: 'PUT', url: '/schedule/one', payload: schedule })
  await refuse(t, app, 'there are as many queues as PRESQUE_MAX_QUEUES allows')
  await refuse(t, app, 'there are as many schedules as PRESQUE_MAX_SCHEDULES allows')
  await app.inject({ method: 'POST', url: '/w/mail?worker_id=w1' })
  await refuse(t, app, 'there are as many workers as PRESQUE_MAX_WORKERS allows')
  await storeUndone(app.redis)
  await fillOperations(app.redis)
  await refuse(t, app, '100 operations are under way: wait for one, or pause one')
})

test('every example of an error that ends the wait for a result is the answer ' +
  'of the server', async t => {
  const app = await build(t)
  const waits = (operation: Operation) => request(operation, {}, { query: { wait: '20' } })
  const pushed = async () =>
    await until(
      'the job is there',
      async () => (await queueStatus(app.redis, 'mail')).counts.waiting === 1
    )
  await refuse(t, app, 'the job was taken for good, cancelled or dropped: it will have no result', {
    with: waits,
    meanwhile: async () => {
      await pushed()
      await take(app.redis, 'mail')
    }
  })
  await refuse(t, app, 'the job failed: no such address', {
    with: waits,
    meanwhile: async () => {
      await pushed()
      await nack(app.redis, 'mail', [
        { ...(await lease(app, 'mail')), error: '{"message":"no such address"}', retry: false }
      ])
    }
  })
})

test('every example of an error that Redis brings on is the answer of the server', async t => {
  const redis = await startRedis(t)
  const app = await build(t, { REDIS_URL: redis.url })
  const client = app.redis as Redis
  await client.config('SET', 'maxmemory', '1mb')
  await refuse(t, app, 'redis is out of memory')
  await client.config('SET', 'maxmemory', '0')
  for (const key of [
    ...Object.keys(commonKeys),
    ...Object.keys(scheduleKeys).map(name => scheduleKey(name as ScheduleKey)),
    ...Object.keys(queueKeys).map(name => `{mail}:${name}`)
  ]) {
    await client.set(key, 'of another type')
  }
  await refuse(t, app, 'internal error')
  await redis.stop()
  await refuse(t, app, 'redis is unavailable')
})

test('every example of an error that a broken disk brings on is the answer ' +
  'of the server', async t => {
  const disk = mkdtempSync(join(tmpdir(), 'presque-disk-'))
  t.teardown(() => rmSync(disk, { recursive: true, force: true }))
  mkdirSync(join(disk, 'gone'))
  const redis = await startRedis(t, ['--dir', join(disk, 'gone'), '--save', '3600 1000'])
  const app = await build(t, { REDIS_URL: redis.url })
  const client = app.redis as Redis
  await app.inject({ method: 'POST', url: '/q/mail', payload: {} })
  await storeUndone(app.redis)
  await app.inject({ method: 'POST', url: '/w/mail?worker_id=myworker_1' })
  const schedule = { queue: 'mail', cron: '30 4 * * *', payload: {} }
  await app.inject({ method: 'PUT', url: '/schedule/nightly', payload: schedule })
  rmSync(join(disk, 'gone'), { recursive: true })
  await client.bgsave()
  await until('the attempt to save has failed', async () =>
    /rdb_last_bgsave_status:err/.test(await client.info('persistence'))
  )
  await refuse(t, app, 'redis cannot write to its disk')
})

test('no example of an error was left out', async t => {
  const all = operations(await build(t)).flatMap(({ responses }) =>
    Object.entries(responses)
      .filter(([status]) => Number(status) >= 400)
      .map(([, { content }]) => examples(content!['application/json']!))
  )
  t.strictSame(
    all.filter(([example]) => !refusalsSeen.has((example as { error?: string })?.error ?? '')),
    []
  )
})
