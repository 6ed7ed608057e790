import { once } from 'node:events'
import { createServer } from 'node:net'
import { test, type Test } from 'tap'
import { JobError, Presque, PresqueError, Worker, type Context } from '../../../client/client.ts'
import { queueStatus } from '../../../operations/queue/queue.ts'
import { freePort, startRedis } from '../../support/redis/redis.ts'
import { until } from '../../support/until.ts'
import { build, listen } from '../../support/server/app.ts'

/** A presque that can go away, and come back where it was. */
async function restarting (t: Test) {
  const config = { REDIS_URL: (await startRedis(t)).url, PRESQUE_PREFIX: 'presque' }
  const port = await freePort()
  const start = async () => {
    const app = await build(t, config)
    await app.listen({ host: '127.0.0.1', port })
    return app
  }
  let app = await start()
  const away = async () => {
    app.server.closeAllConnections()
    await app.close()
  }
  return {
    presque: new Presque(`http://127.0.0.1:${port}`),
    away,
    back: async () => {
      app = await start()
    }
  }
}

test('a worker hands over what its handler returns, and what it throws', async t => {
  const { url } = await listen(t)
  const presque = new Presque({ url })
  const worker = new Worker(
    presque,
    'sum',
    ({ payload }) => {
      if (payload.add === undefined) throw new RangeError('nothing to add')
      return payload.add[0] + payload.add[1]
    },
    { concurrency: 2 }
  )
  t.equal((await presque.push('sum', { add: [1, 2] }, { wait: 30 })).result, 3)
  const failed = await presque.push('sum', {}, { tries: 1 })
  await until('it has failed', async () => (await presque.job('sum', failed.id)).state === 'failed')
  t.match((await presque.job('sum', failed.id)).last_error, {
    type: 'RangeError',
    message: 'nothing to add',
    backtrace: /worker\.test/
  })
  await worker.close()
})

test('a worker keeps a job for longer than its lease, and shows its progress', async t => {
  const { app, url } = await listen(t)
  const presque = new Presque({ url })
  const { id } = await presque.push('slow', {}, { keep: 60 })
  const worker = new Worker(
    presque,
    'slow',
    async (job, { progress }) => {
      await progress({ percent: 50 })
      await until('its lease is over', () => Date.now() / 1000 > job.expires + 0.2)
      return job.attempt
    },
    { lease: 2 }
  )
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
  const worker = new Worker(
    presque,
    'mail',
    async (_job, { signal }: Context) => {
      await presque.cancel('mail', id)
      await once(signal, 'abort')
      reason = signal.reason
    },
    { lease: 1 }
  )
  await until('it has heard', () => reason !== undefined)
  t.match(reason, { status: 404, message: 'no such job' })
  await worker.close()
})

test('close() lets jobs end, takes no more, and gives back what takes too long', async t => {
  const { app, url } = await listen(t)
  const presque = new Presque({ url })
  await presque.pushMany('mail', [{ n: 1 }, { n: 2 }])
  let start!: () => void
  const started = new Promise<void>(resolve => {
    start = resolve
  })
  const ending = new Worker(presque, 'mail', async () => {
    start()
    await until('it closes', () => closing)
  })
  let closing = false
  await started
  const closed = ending.close()
  closing = true
  await closed
  t.match((await queueStatus(app.redis, 'mail')).counts, { waiting: 1, active: 0 })
  let aborted = false
  let seen!: () => void
  const running = new Promise<void>(resolve => {
    seen = resolve
  })
  const stuck = new Worker(
    presque,
    'mail',
    async (_job, { signal }) => {
      signal.onabort = () => {
        aborted = true
      }
      seen()
      await new Promise(() => {})
    },
    { drainTimeout: 0 }
  )
  await running
  await stuck.close()
  t.ok(aborted)
  t.match((await queueStatus(app.redis, 'mail')).counts, { waiting: 1, active: 0 })
})

test('a worker that is refused says so', async t => {
  const { url } = await listen(t)
  await t.rejects(new Worker(new Presque({ url }), 'no queue', () => {}).finished, PresqueError)
})

test('a worker works on when presque was away for a while', async t => {
  const { presque, away, back } = await restarting(t)
  const done = new Set<number>()
  // A job that is being given out when the server ends comes back with its lease.
  const worker = new Worker(
    presque,
    'mail',
    ({ payload }) => {
      done.add(payload.n)
    },
    { concurrency: 4, lease: 3 }
  )
  for (let n = 0; n < 20; n++) await presque.push('mail', { n })
  await until('it works', () => done.size > 0)
  await away()
  await back()
  for (let n = 20; n < 40; n++) await presque.push('mail', { n })
  await until('all are done', () => done.size === 40)
  await worker.close()
})

test('work that is done while presque is away is told when it is back, ' +
  'by a worker that closes too', async t => {
  const { presque, away, back } = await restarting(t)
  const { id } = await presque.push('mail', {}, { keep: 60 })
  const gate = new EventTarget()
  let runs = 0
  const errors: unknown[] = []
  const worker = new Worker(
    presque,
    'mail',
    async () => {
      runs++
      await once(gate, 'open')
      return 'sent'
    },
    { onError: error => errors.push(error) }
  )
  await until('it runs', () => runs === 1)
  await away()
  const closed = worker.close()
  gate.dispatchEvent(new Event('open'))
  await back()
  await closed
  t.match(await presque.job('mail', id), { state: 'completed', result: 'sent', attempt: 1 })
  t.strictSame([runs, errors], [1, []])
})

test('a JobError says when a job runs again, or that it does not, ' +
  'and onError hears it', async t => {
  const { url } = await listen(t)
  const presque = new Presque(url)
  const heard: Array<[unknown, string]> = []
  const worker = new Worker(
    presque,
    'mail',
    ({ payload }) => {
      throw new JobError(payload.say, payload)
    },
    { onError: (error, { id }) => heard.push([(error as Error).message, id]) }
  )
  const later = await presque.push('mail', { say: 'later', delay: 600 })
  const never = await presque.push('mail', { say: 'never', retry: false })
  await until(
    'both were given up',
    async () => (await presque.job('mail', never.id)).state === 'failed'
  )
  const { state, run_at: due } = await presque.job('mail', later.id)
  t.equal(state, 'delayed')
  t.ok(Math.abs(due - Date.now() / 1000 - 600) < 60)
  t.strictSame(heard, [
    ['later', later.id],
    ['never', never.id]
  ])
  await worker.close()
})

test('a worker of several queues works off the first ones first, ' +
  'and ends with its signal', async t => {
  const { url } = await listen(t)
  const presque = new Presque(url)
  for (const queue of ['low', 'high', 'low', 'high', 'normal']) await presque.push(queue, {})
  const done: string[] = []
  const ending = new AbortController()
  const worker = new Worker(
    presque,
    ['high', 'normal', 'low'],
    ({ queue }) => {
      done.push(queue)
      if (done.length === 4) ending.abort()
    },
    { signal: ending.signal }
  )
  await worker.finished
  t.strictSame(done, ['high', 'high', 'normal', 'low'])
  t.match(await presque.status('low'), { counts: { waiting: 1, active: 0 } })
  await new Worker(presque, 'low', () => done.push('too late'), { signal: ending.signal }).finished
  t.equal(done.length, 4, 'a signal that has aborted before')
})

test('a worker asks again where a server never answers, ' +
  'and says so where that is the end', async t => {
  const { app } = await listen(t)
  const port = await freePort()
  // It reads, and never answers: as one does that is frozen, or gone without a word.
  const silent = createServer(socket => {
    socket.resume()
  }).listen(port, '127.0.0.1')
  await once(silent, 'listening')
  const url = `http://127.0.0.1:${port}`
  await t.rejects(new Presque({ url, timeout: 0.1, retries: 0 }).status('mail'), {
    message: `presque at ${url} cannot be reached: no answer within 0.1 s`
  })
  const worker = new Worker(new Presque({ url, timeout: 0.5 }), 'mail', () => 'done', { wait: 0.1 })
  t.teardown(async () => await worker.close())
  const [socket] = await once(silent, 'connection')
  await once(socket, 'close')
  silent.close()
  await build(t, { REDIS_URL: app.config.REDIS_URL }).then(
    async other => await other.listen({ host: '127.0.0.1', port })
  )
  const { result } = await new Presque(url).push('mail', {}, { wait: 20 })
  t.equal(result, 'done')
})
