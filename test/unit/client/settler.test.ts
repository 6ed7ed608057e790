import { test, type Test } from 'tap'
import { Settler } from '../../../client/settler.ts'
import { JsonText } from '../../../client/json-text.ts'
import { Presque, PresqueError, type Delivery, type Failure } from '../../../client/client.ts'
import { queueStatus } from '../../../operations/queue/queue.ts'
import type { Config } from '../../../schemas/config.ts'
import { listen } from '../../support/server/app.ts'

/** The acks of a client, and the paths of what it asks. */
async function acking (t: Test, config: Partial<Config> = {}) {
  const { app, url } = await listen(t, config)
  const paths: string[] = []
  const presque = new Presque({
    url,
    async fetch (where, init) {
      paths.push(new URL(where.toString()).pathname)
      return await fetch(where, init)
    }
  })
  const leased = async (queue: string, count: number) => {
    await presque.pushMany(
      queue,
      Array.from({ length: count }, (_, n) => ({ n }))
    )
    return await presque.takeMany(queue, { lease: 60, count })
  }
  const settler = new Settler({ consumer: presque, nextOf: () => undefined, onJobs: () => {} })
  const settle = async (job: Delivery, outcome: { result?: unknown, failure?: Failure }) => {
    await settler.settle(job, outcome, () => {})
  }
  const ackAll = async (jobs: Delivery[], text?: string) => {
    paths.length = 0
    const result = text === undefined ? undefined : new JsonText(JSON.stringify(text))
    return await Promise.allSettled(jobs.map(job => settle(job, { result })))
  }
  return { app, presque, paths, leased, ackAll, settle }
}

const shared = (paths: string[]) => paths.filter(path => path.startsWith('/qb/'))

test('outcomes of a turn share requests, 400 jobs of one queue each', async t => {
  const { app, paths, leased, ackAll } = await acking(t)
  const told = await ackAll([...(await leased('mail', 450)), ...(await leased('news', 2))])
  t.ok(told.every(({ status }) => status === 'fulfilled'))
  t.strictSame(paths.toSorted(), ['/qb/mail/ack', '/qb/mail/ack', '/qb/news/ack'])
  for (const queue of ['mail', 'news']) {
    t.equal((await queueStatus(app.redis, queue)).counts.active, 0)
  }
})

test('large results do not share a request', async t => {
  const { paths, leased, ackAll } = await acking(t)
  const told = await ackAll(await leased('mail', 6), 'x'.repeat(40_000))
  t.ok(told.every(({ status }) => status === 'fulfilled'))
  t.strictSame(paths, Array(6).fill('/qb/mail/ack'))
})

test('of acks in one request each hears its own error', async t => {
  const { presque, leased, ackAll } = await acking(t)
  const jobs = await leased('mail', 5)
  await presque.cancel('mail', jobs[3]!.id)
  const told = await ackAll(jobs)
  t.strictSame(
    told.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'fulfilled']
  )
  t.match(told[3], { reason: new PresqueError(404, 'no such job') })
})

test('acks that are refused together are told one by one', async t => {
  const { app, paths, leased, ackAll } = await acking(t, { PRESQUE_MAX_BODY: 1024 })
  const told = await ackAll(await leased('mail', 6), 'x'.repeat(500))
  t.ok(told.every(({ status }) => status === 'fulfilled'))
  t.strictSame([paths.length, shared(paths).length], [7, 1])
  t.equal((await queueStatus(app.redis, 'mail')).counts.active, 0)
})

test('failures share the request of the acks; one that is no JSON hears it alone', async t => {
  const { presque, paths, leased, settle } = await acking(t)
  const [first, second, third, fourth] = await leased('mail', 4)
  paths.length = 0
  const told = await Promise.allSettled([
    settle(first!, { result: 1 }),
    settle(second!, { failure: { error: { message: 'bad' }, retry: false } }),
    settle(third!, { failure: { delay: 1n as unknown as number } }),
    settle(fourth!, { failure: { error: { message: 'bad' }, delay: 600 } })
  ])
  t.strictSame(told.filter(({ status }) => status === 'rejected'), [told[2]])
  t.strictSame(paths, ['/qb/mail/ack'])
  t.match((await presque.status('mail')).counts, { failed: 1, delayed: 1, active: 1 })
  t.match(await presque.job('mail', second!.id), { last_error: { message: 'bad' } })
})
