import { once } from 'node:events'
import { test } from 'tap'
import { Presque, PresqueError, Worker, type Context } from '../../client/presque.ts'
import { queueStatus } from '../../operations/queue.ts'
import { Crashing } from '../fixtures/crash.ts'
import { until } from '../fixtures/until.ts'
import { listen } from '../helper.ts'

test('a worker hands over what its handler returns, and what it throws', async t => {
  const { url } = await listen(t)
  const presque = new Presque({ url })
  const worker = new Worker(presque, 'sum', ({ payload }) => {
    if (payload.add === undefined) throw new RangeError('nothing to add')
    return payload.add[0] + payload.add[1]
  }, { concurrency: 2 })
  t.equal((await presque.push('sum', { add: [1, 2] }, { wait: 30 })).result, 3)
  const failed = await presque.push('sum', {}, { tries: 1 })
  await until('it has failed', async () => (await presque.job('sum', failed.id)).state === 'failed')
  t.match((await presque.job('sum', failed.id)).last_error, { type: 'RangeError', message: 'nothing to add', backtrace: /worker\.test/ })
  await worker.close()
})

test('a worker keeps a job for longer than its lease, and shows its progress', async t => {
  const { app, url } = await listen(t)
  const presque = new Presque({ url })
  const { id } = await presque.push('slow', {}, { keep: 60 })
  const worker = new Worker(presque, 'slow', async (job, { progress }) => {
    await progress({ percent: 50 })
    await until('two leases are over', () => Date.now() / 1000 > job.expires + 1)
    return job.attempt
  }, { lease: 1 })
  await until('it is done', async () => (await presque.job('slow', id)).state === 'completed')
  t.match(await presque.job('slow', id), { result: 1, progress: { percent: 50 } })
  t.equal((await queueStatus(app.redis, 'slow')).lost, 0)
  await worker.close()
})

test('the signal of a job aborts when it is cancelled', async t => {
  const { url } = await listen(t)
  const presque = new Presque({ url })
  const { id } = await presque.push('mail', {})
  let reason: unknown
  const worker = new Worker(presque, 'mail', async (_job, { signal }: Context) => {
    await presque.cancel('mail', id)
    await once(signal, 'abort')
    reason = signal.reason
  }, { lease: 1 })
  await until('it has heard', () => reason !== undefined)
  t.match(reason, { status: 404, message: 'no such job' })
  await worker.close()
})

test('close() lets jobs end, takes no more, and gives back what takes too long', async t => {
  const { app, url } = await listen(t)
  const presque = new Presque({ url })
  await presque.pushMany('mail', [{ n: 1 }, { n: 2 }])
  let start!: () => void
  const started = new Promise<void>(resolve => { start = resolve })
  const ending = new Worker(presque, 'mail', async () => { start(); await until('it closes', () => closing) })
  let closing = false
  await started
  const closed = ending.close()
  closing = true
  await closed
  t.match((await queueStatus(app.redis, 'mail')).counts, { waiting: 1, active: 0 })
  let aborted = false
  let seen!: () => void
  const running = new Promise<void>(resolve => { seen = resolve })
  const stuck = new Worker(presque, 'mail', async (_job, { signal }) => {
    signal.onabort = () => { aborted = true }
    seen()
    await new Promise(() => {})
  }, { drainTimeout: 0 })
  await running
  await stuck.close()
  t.ok(aborted)
  t.match((await queueStatus(app.redis, 'mail')).counts, { waiting: 1, active: 0 })
})

test('a worker that is refused says so', async t => {
  const { url } = await listen(t)
  await t.rejects(new Worker(new Presque({ url }), 'no queue', () => {}).finished, PresqueError)
})

test('a worker works on when presque has crashed and is back', async t => {
  const server = new Crashing(t)
  await server.serving
  // The port is another after the crash: the worker asks where it is now.
  const presque = new Presque({ url: 'http://presque', fetch: async (where, init) => await fetch(where.toString().replace('http://presque', server.url), init) })
  const done = new Set<number>()
  const worker = new Worker(presque, 'mail', ({ payload }) => { done.add(payload.n) }, { concurrency: 4, lease: 2 })
  for (let n = 0; n < 20; n++) await presque.push('mail', { n })
  await server.crash('presque')
  for (let n = 20; n < 40; n++) await presque.push('mail', { n })
  await until('all are done', () => done.size === 40, 60_000)
  await worker.close()
})
