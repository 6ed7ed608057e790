import { test, type Test } from 'tap'
import { AckBatcher } from '../../../client/ack-batcher.ts'
import { JsonText } from '../../../client/json-text.ts'
import { Presque, PresqueError } from '../../../client/client.ts'
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
  const acks = new AckBatcher(presque)
  const ackAll = async (jobs: Awaited<ReturnType<typeof leased>>, text?: string) => {
    paths.length = 0
    const result = text === undefined ? undefined : new JsonText(JSON.stringify(text))
    return await Promise.allSettled(jobs.map(job => acks.ack({ job, result, next: undefined })))
  }
  return { app, presque, paths, leased, ackAll }
}

const shared = (paths: string[]) => paths.filter(path => path.startsWith('/qb/'))

test('acks that fall due while others are on their way share requests, ' +
  '200 jobs of one queue each', async t => {
  const { app, paths, leased, ackAll } = await acking(t)
  const told = await ackAll([...(await leased('mail', 300)), ...(await leased('news', 2))])
  t.ok(told.every(({ status }) => status === 'fulfilled'))
  t.strictSame([paths.length, shared(paths)], [5, ['/qb/mail/ack', '/qb/mail/ack', '/qb/news/ack']])
  for (const queue of ['mail', 'news']) {
    t.equal((await queueStatus(app.redis, queue)).counts.active, 0)
  }
})

test('large results do not share a request', async t => {
  const { paths, leased, ackAll } = await acking(t)
  const told = await ackAll(await leased('mail', 6), 'x'.repeat(40_000))
  t.ok(told.every(({ status }) => status === 'fulfilled'))
  t.strictSame([paths.length, shared(paths)], [6, []])
})

test('of acks in one request each hears its own refusal', async t => {
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
