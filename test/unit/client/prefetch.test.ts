import { setTimeout as delay } from 'node:timers/promises'
import { test, type Test } from 'tap'
import { Presque, Worker, type Handler, type WorkerOptions } from '../../../client/client.ts'
import { Prefetch } from '../../../client/prefetch.ts'
import { until } from '../../support/until.ts'
import { listen } from '../../support/server/app.ts'

const numbered = (count: number) => Array.from({ length: count }, (_, n) => ({ n }))

/** A worker whose first 100 jobs take no time: it has learnt to hold jobs ready. */
async function warm (t: Test, handler: Handler, options: WorkerOptions = {}) {
  const { app, url } = await listen(t)
  const presque = new Presque(url)
  await presque.pushMany('mail', numbered(100))
  let quick = 0
  const worker = new Worker(presque, 'mail', (job, context) => {
    return quick++ < 100 ? undefined : handler(job, context)
  }, options)
  t.teardown(async () => await worker.close(0))
  await until('it is warm', async () => (await presque.status('mail')).processed === 100)
  return { app, presque, worker }
}

test('as many jobs are held ready as are begun within 50 ms, and few at first', t => {
  const prefetch = new Prefetch(256, 2, 60)
  t.equal(prefetch.size(0), 0, 'nothing is known of the handlers')
  prefetch.begin(performance.now())
  for (let ended = 1; ended <= 5; ended++) {
    prefetch.end(10)
    t.equal(prefetch.size(1), ended)
  }
  for (let i = 0; i < 100; i++) prefetch.end(10)
  t.equal(prefetch.size(1), 10)
  t.equal(prefetch.size(2), 10, 'a handler began just now')
  prefetch.begin(performance.now() - 60)
  t.equal(prefetch.size(2), 0, 'no handler has begun for a while')
  prefetch.reset()
  t.equal(prefetch.size(1), 0)
  for (let i = 0; i < 100; i++) prefetch.end(51)
  t.equal(prefetch.size(1), 0)
  t.end()
})

test('no job waits for longer than a quarter of its lease, nor beyond the bound', t => {
  const short = new Prefetch(256, 1, 0.1)
  const bound = new Prefetch(3, 1, 60)
  const none = new Prefetch(0, 1, 60)
  for (const prefetch of [short, bound, none]) {
    for (let i = 0; i < 100; i++) prefetch.end(1)
  }
  t.strictSame([short.size(0), bound.size(0), none.size(0)], [25, 3, 0])
  t.end()
})

test('a worker begins its jobs in the order of the queue, however quick it is', async t => {
  const { url } = await listen(t)
  const presque = new Presque(url)
  await presque.pushMany('mail', numbered(2000))
  const seen: number[] = []
  let most = 0
  let running = 0
  const worker = new Worker(presque, 'mail', async ({ payload }) => {
    most = Math.max(most, ++running)
    seen.push(payload.n)
    if (payload.n % 7 === 0) await delay(1)
    running--
  })
  await until('all are done', async () => (await presque.status('mail')).processed === 2000)
  await worker.close()
  t.strictSame(seen, numbered(2000).map(({ n }) => n))
  t.equal(most, 1)
})

test('a slow handler gets no job before it can begin it', async t => {
  const { url } = await listen(t)
  const presque = new Presque(url)
  await presque.pushMany('mail', numbered(20))
  let most = 0
  const worker = new Worker(presque, 'mail', async () => {
    await delay(60)
    most = Math.max(most, (await presque.status('mail')).counts.active)
  }, { concurrency: 2 })
  await until('some are done', async () => (await presque.status('mail')).processed >= 10)
  t.equal(most, 2)
  await worker.close()
})

test('jobs that are held ready for a second are released, and no attempt counts', async t => {
  let release!: () => void
  const { presque, worker } = await warm(t, async () => {
    await new Promise<void>(resolve => (release ??= resolve))
  })
  await presque.pushMany('mail', numbered(50))
  const counts = async () => (await presque.status('mail')).counts
  await until('it has begun one, and holds others', async () => (await counts()).active > 1)
  await presque.push('mail', { n: 'behind' })
  await until('it has only the one that runs', async () => (await counts()).active === 1)
  t.equal((await counts()).waiting, 50)
  const { jobs } = await presque.jobs('mail', 'waiting', { limit: 50 })
  t.ok(jobs.every(({ attempt }) => attempt === 0))
  t.strictSame(jobs.map(({ id }) => Number(id)), numbered(50).map(({ n }) => 102 + n))
  const closed = worker.close()
  release()
  await closed
  t.match(await presque.status('mail'), { processed: 101, lost: 0 })
})

test('close() releases the jobs that were not begun, and no attempt counts', async t => {
  let release!: () => void
  const { presque, worker } = await warm(t, async () => {
    await new Promise<void>(resolve => (release ??= resolve))
  })
  await presque.pushMany('mail', numbered(50))
  const active = async () => (await presque.status('mail')).counts.active
  await until('it holds some', async () => (await active()) > 1)
  const closed = worker.close()
  await presque.push('mail', { n: 'behind' })
  release()
  await closed
  const counts = { waiting: 50, active: 0 }
  t.match(await presque.status('mail'), { processed: 101, lost: 0, counts })
  const { jobs } = await presque.jobs('mail', 'waiting', { limit: 50 })
  t.ok(jobs.every(({ attempt }) => attempt === 0))
  t.strictSame(jobs.map(({ id }) => Number(id)), numbered(50).map(({ n }) => 102 + n))
})

test('a job that was cancelled or lost while it was held ready is not begun', async t => {
  const begun: number[] = []
  const gate = { open: () => {} }
  const { app, presque, worker } = await warm(t, async ({ payload }) => {
    begun.push(payload.n)
    if (begun.length === 1) await new Promise<void>(resolve => (gate.open = resolve))
  }, { lease: 1 })
  await presque.pushMany('mail', numbered(5))
  const active = async () => (await presque.status('mail')).counts.active
  await until('it holds more than it runs', async () => (await active()) > 1)
  const { jobs } = await presque.jobs('mail', 'active')
  const held = jobs.filter(({ payload }) => payload.n !== 0)
  await Promise.all(held.map(async ({ id }) => await presque.cancel('mail', id)))
  let touches = 0
  app.server.on('request', ({ url }) => {
    if (url === '/qb/mail/touch') touches++
  })
  // The worker knows the answer to the first by then.
  await until('the leases were extended twice', () => touches >= 2)
  gate.open()
  await until('all are done', async () => (await presque.status('mail')).size === 0)
  await worker.close()
  for (const { payload } of held) t.notOk(begun.includes(payload.n))
  t.ok(held.length > 0)
})

test('with several queues, no job of a later one is held ready', async t => {
  const { url } = await listen(t)
  const presque = new Presque(url)
  await presque.pushMany('low', numbered(200))
  let most = 0
  const done: string[] = []
  const worker = new Worker(presque, ['high', 'low'], async ({ queue }) => {
    done.push(queue)
    if (done.length === 100) await presque.push('high', {})
    if (done.length % 20 === 0) most = Math.max(most, (await presque.status('low')).counts.active)
  })
  await until('all are done', () => done.length === 201)
  t.ok(most <= 1)
  t.ok(done.indexOf('high') <= 102, `the first queue waited until ${done.indexOf('high')}`)
  await worker.close()
})

test('a worker that is closed while it is busy leaves its queue in order', async t => {
  const { url } = await listen(t)
  const presque = new Presque(url)
  await presque.pushMany('mail', numbered(3000))
  let done = 0
  const worker = new Worker(presque, 'mail', () => {
    if (++done === 1000) worker.close().catch(() => {})
  })
  await worker.finished
  const { jobs } = await presque.jobs('mail', 'waiting', { limit: 1000 })
  t.match(await presque.status('mail'), { processed: done, counts: { active: 0 } })
  const ids = Array.from({ length: 1000 }, (_, i) => done + 1 + i)
  t.strictSame(jobs.map(({ id }) => Number(id)), ids)
})

test('a server that knows no release of many gets the jobs one by one', async t => {
  let hold!: () => void
  const { url } = await listen(t)
  const older: typeof fetch = async (to, init) => {
    if (!/\/qb\/mail\/release/.test(String(to))) return await fetch(to, init)
    return new Response('{"error":"not found"}', { status: 404 })
  }
  const presque = new Presque({ url, fetch: older })
  await presque.pushMany('mail', numbered(200))
  let begun = 0
  const worker = new Worker(presque, 'mail', async () => {
    if (++begun > 100) await new Promise<void>(resolve => (hold = resolve))
  })
  const active = async () => (await presque.status('mail')).counts.active
  await until('it holds some', async () => begun > 100 && (await active()) > 1)
  const closed = worker.close()
  hold()
  await closed
  t.match(await presque.status('mail'), { counts: { active: 0, waiting: 99 } })
})
