import { once } from 'node:events'
import type { FastifyInstance } from 'fastify'
import { test, type Test } from 'tap'
import { lastLayout, migrations, type Migration } from '../../../../operations/layout/migration.ts'
import { push } from '../../../../operations/job/push.ts'
import { startCluster } from '../../../support/redis/cluster.ts'
import { Presque } from '../../../support/server/processes.ts'
import { startRedis } from '../../../support/redis/redis.ts'
import { until } from '../../../support/until.ts'
import { build, listen, patient } from '../../../support/server/app.ts'

const soon = { ...patient, layout: { every: 20 } }
const known = lastLayout()
const sentence = (found: number): string =>
  `the data in redis has layout ${found}, and this presque knows none above ${known}: ` +
  'upgrade it, or give it another redis'

const layoutOf = async ({ redis }: FastifyInstance) => await redis.hgetall('layout')

const writes = async ({ redis }: FastifyInstance): Promise<string | undefined> =>
  /rdb_changes_since_last_save:(\d+)/.exec(await redis.info('persistence'))?.[1]

test('the first start notes the layout, and later ones write nothing', async t => {
  const { url } = await startRedis(t)
  const first = await build(t, { REDIS_URL: url })
  t.strictSame(await layoutOf(first), { version: String(known) })
  const before = await writes(first)
  await build(t, { REDIS_URL: url })
  t.equal(await writes(first), before)
})

test('a presque does not start on a newer layout, and says so by both numbers', async t => {
  const { url } = await startRedis(t)
  const { redis } = await build(t, { REDIS_URL: url })
  await redis.hset('layout', 'version', 9)
  await t.rejects(build(t, { REDIS_URL: url }), { message: sentence(9) })
  for (const processes of ['1', '2']) {
    const presque = new Presque(t, { REDIS_URL: url, PRESQUE_PROCESSES: processes })
    const [code] = await once(presque.first, 'close')
    t.equal(code, 1)
    t.equal(presque.said, `presque: ${sentence(9)}\n`)
  }
})

test('a presque that knows the layout before this one does not start on it', async t => {
  const { url } = await startRedis(t)
  await build(t, { REDIS_URL: url })
  const before = { ...patient, layout: { migrations: migrations.slice(0, -1) } }
  const message = sentence(known).replace(`above ${known}`, `above ${known - 1}`)
  await t.rejects(build(t, { REDIS_URL: url }, before), { message })
})

test('a server does not serve while the layout is newer than those that it knows', async t => {
  const { app, url } = await listen(t, {}, soon)
  await push(app.redis, 'full', [{ payload: '{}' }])
  const parked = fetch(`${url}/q/empty?wait=50`)
  const streams = ['/events', '/q/empty'].map(async path => {
    const answer = await fetch(url + path, { headers: { accept: 'text/event-stream' } })
    return await answer.text()
  })
  await until('all of them wait', () => app.longPoll.parked > 1 && app.eventStreams() === 2)
  await app.redis.hset('layout', 'version', 9)
  const closing = /event: closing\ndata: .*newer presque/
  for (const text of await Promise.all(streams)) t.match(text, closing)
  t.match(await parked, { status: 503 })
  for (const path of ['/q/full', '/status/full', '/health/ready', '/w/', '/schedule']) {
    const answer = await fetch(url + path)
    t.match(answer, { status: 503 }, path)
    t.equal(answer.headers.get('retry-after'), '1')
    t.strictSame(await answer.json(), { error: sentence(9) })
  }
  const late = push(app.redis, 'full', [{ payload: '{}' }])
  await t.rejects(late, { message: sentence(9) }, 'nor does what is under way')
  t.match(await fetch(`${url}/health/live`), { status: 200 })
  const metrics = await (await fetch(`${url}/metrics`)).text()
  t.match(metrics, /^presque_layout 9$/m)
  t.match(metrics, /^presque_redis_up 1$/m)
  await app.redis.hset('layout', 'version', known)
  await until('it serves again', async () => (await fetch(`${url}/health/ready`)).status === 200)
  t.match(await fetch(`${url}/q/full`), { status: 200 }, 'the job is still there')
})

test('the layout is looked at whenever Redis is connected to', async t => {
  const redis = await startRedis(t)
  const app = await build(t, { REDIS_URL: redis.url })
  await redis.stop()
  await redis.start()
  const version = async () => await app.redis.hget('layout', 'version').catch(() => null)
  await until('the empty Redis has it', async () => (await version()) === String(known))
  await app.redis.hset('layout', 'version', 9)
  app.redis.disconnect(true)
  const answer = async () => JSON.parse((await app.inject('/q/mail')).body).error
  await until('it refuses', async () => (await answer()) === sentence(9))
})

test('a Redis that is full serves without a layout, and gets it when there is room', async t => {
  const { url } = await startRedis(t, ['--maxmemory', '1'])
  const { app } = await listen(t, { REDIS_URL: url }, soon)
  t.equal((await app.inject('/q/mail')).statusCode, 404)
  t.strictSame(await layoutOf(app), {})
  await app.redis.config('SET', 'maxmemory', '0')
  await until('it is there', async () => (await layoutOf(app))['version'] === String(known))
})

/** Migrations to one more layout, which note each step in Redis; `act` is done before that. */
function stepping (act: (step: string) => Promise<void> = async () => {}): Migration[] {
  return [
    ...migrations,
    {
      to: known + 1,
      async step (redis, queue, cursor) {
        await act(`${queue} ${cursor}`)
        await redis.rpush('steps', `${queue} ${cursor}`)
        return cursor === '2' ? '0' : String(Number(cursor) + 1)
      }
    }
  ]
}

const all = ['a 0', 'a 1', 'a 2', 'b 0', 'b 1', 'b 2', 'c 0', 'c 1', 'c 2']

async function steps ({ redis }: FastifyInstance): Promise<string[]> {
  return await redis.lrange('steps', 0, -1)
}

async function migrating (t: Test, url: string, act?: (step: string) => Promise<void>) {
  const layout = { every: 20, migrations: stepping(act) }
  const { app } = await listen(t, { REDIS_URL: url }, { ...patient, layout })
  return app
}

const migrated = async (app: FastifyInstance): Promise<void> => {
  const done = async () => (await layoutOf(app))['migrated'] === String(known + 1)
  await until('all is migrated', done)
}

async function told (app: FastifyInstance, line: string): Promise<boolean> {
  return (await app.inject('/metrics')).body.split('\n').includes(line)
}

async function redisWithQueues (t: Test): Promise<string> {
  const { url } = await startRedis(t)
  const { redis } = await build(t, { REDIS_URL: url })
  for (const queue of ['a', 'b', 'c']) await push(redis, queue, [{ payload: '{}' }])
  return url
}

/** A promise, and what resolves it. */
function gate (): { opened: Promise<void>; open: () => void } {
  let open = (): void => {}
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  return { opened, open }
}

test('of several servers one migrates, each step once', async t => {
  const url = await redisWithQueues(t)
  const [app] = await Promise.all(Array.from({ length: 3 }, async () => await migrating(t, url)))
  await migrated(app!)
  t.strictSame(await steps(app!), all)
  await until('the turn is given back', async () => (await layoutOf(app!))['server'] === undefined)
  t.ok(await told(app!, `presque_layout ${known + 1}`))
  await until('it is told', async () => await told(app!, `presque_layout_migrated ${known + 1}`))
})

test('servers give out and take in jobs while one of them migrates', async t => {
  const url = await redisWithQueues(t)
  const [reached, goOn] = [gate(), gate()]
  const app = await migrating(t, url, async step => {
    if (step !== 'b 1') return
    reached.open()
    await goOn.opened
  })
  await reached.opened
  t.ok(await told(app, `presque_layout ${known + 1}`))
  // The migrations before it are done.
  await until('it is told', async () => await told(app, `presque_layout_migrated ${known}`))
  t.equal((await app.inject({ method: 'POST', url: '/q/b', payload: { n: 1 } })).statusCode, 201)
  t.equal((await app.inject('/q/b')).body, '{}')
  goOn.open()
  await migrated(app)
  t.equal((await app.inject('/q/b')).body, '{"n":1}', 'nothing of it is lost')
})

test('another server goes on where one has stopped in the middle', async t => {
  const url = await redisWithQueues(t)
  const [reached, goOn] = [gate(), gate()]
  const first = await migrating(t, url, async step => {
    if (step !== 'b 1') return
    reached.open()
    await goOn.opened
  })
  await reached.opened
  const second = await migrating(t, url)
  goOn.open()
  await first.close()
  await migrated(second)
  t.strictSame(await steps(second), all)
})

test('a server that stood still does nothing more once another has gone on', async t => {
  const url = await redisWithQueues(t)
  const [reached, goOn] = [gate(), gate()]
  const mine: string[] = []
  const first = await migrating(t, url, async step => {
    mine.push(step)
    if (step !== 'b 1') return
    reached.open()
    await goOn.opened
  })
  await reached.opened
  const second = await migrating(t, url)
  // As if its ten seconds had passed.
  await second.redis.hset('layout', 'until', 1)
  await migrated(second)
  const done = await steps(second)
  t.strictSame([...new Set(done)].toSorted(), all, 'the second does what is left')
  goOn.open()
  await first.close()
  t.strictSame(mine, ['a 0', 'a 1', 'a 2', 'b 0', 'b 1'])
  t.strictSame((await steps(second)).length, done.length + 1, 'the step that was under way')
  t.equal((await layoutOf(second))['migrated'], String(known + 1))
})

test('errors and progress of layout 1 are moved to where they are read apart', async t => {
  const { url } = await startRedis(t)
  const app = await build(t, { REDIS_URL: url })
  await push(
    app.redis,
    'mail',
    Array.from({ length: 600 }, () => ({ payload: '{}', priority: 3 }))
  )
  for (let id = 1; id <= 500; id++) {
    const large = { last_error: `{"n":${id}}`, ...(id === 1 && { progress: '1' }) }
    await app.redis.hset('{mail}:details', id, JSON.stringify({ priority: 3, ...large }))
  }
  await listen(t, { REDIS_URL: url }, soon)
  await until('all is migrated', async () => (await layoutOf(app))['migrated'] === String(known))
  const details = new Set(await app.redis.hvals('{mail}:details'))
  t.strictSame(details, new Set(['{"priority":3}']))
  t.equal(await app.redis.hlen('{mail}:reports'), 501)
  t.match(JSON.parse((await app.inject('/j/mail/77')).body), { last_error: { n: 77 } })
})

test('a Cluster has one layout for all of it, and is migrated', async t => {
  const { url } = await startCluster(t)
  const first = await build(t, { REDIS_URL: url })
  for (const queue of ['a', 'b', 'c']) await push(first.redis, queue, [{ payload: '{}' }])
  const app = await migrating(t, url)
  await migrated(app)
  t.strictSame(await steps(app), all)
})
