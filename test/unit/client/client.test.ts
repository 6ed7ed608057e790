import { test, type Test } from 'tap'
import { Presque, PresqueError, Unreachable } from '../../../client/client.ts'
import { queueStatus } from '../../../operations/queue/queue.ts'
import { listen } from '../../support/server/app.ts'

/**
 * A presque and a client whose connection breaks after the server has answered, as often as
 * `breaks` says.
 */
async function broken (t: Test) {
  const { app, url } = await listen(t)
  const line = { breaks: 0, asked: [] as string[] }
  const presque = new Presque({
    url,
    async fetch (where, init) {
      line.asked.push(`${init!.method} ${where.toString().slice(url.length)}`)
      const answer = await fetch(where, init)
      if (line.breaks-- <= 0) return answer
      await answer.text()
      throw new TypeError('fetch failed')
    }
  })
  return { app, presque, line }
}

test('a payload comes back byte for byte, parsed when it is asked for', async t => {
  const { url } = await listen(t)
  const presque = new Presque({ url })
  const text = '{ "n": 12345678901234567890, "s": "}\\"{" }'
  await presque.push('mail', text)
  await presque.pushMany('mail', [text, { n: 1 }])
  t.equal((await presque.take('mail'))!.text, text)
  const [second, third] = await presque.takeMany('mail', { lease: 30, count: 10 })
  t.match(second, { queue: 'mail', attempt: 1, text })
  t.strictSame(third!.payload, { n: 1 })
  t.equal(await presque.take('mail', { lease: 30 }), null)
  t.strictSame(await presque.takeMany('mail', { lease: 30 }), [])
})

test('ack with next hands over the result and brings the next job; nack, ' +
  'release and touch do what they say', async t => {
  const { url } = await listen(t)
  const presque = new Presque({ url })
  const asked = presque.push('sum', { add: [1, 2] }, { wait: 30 })
  const first = await presque.take(['other', 'sum'], { lease: 30, wait: 30 })
  await presque.push('sum', { add: [] }, { tries: 1 })
  const second = await presque.ack(first!, { sum: 3 }, { next: { lease: 30 } })
  t.strictSame((await asked).result, { sum: 3 })
  t.ok((await presque.touch(second!, { lease: 60, progress: { percent: 50 } })) > second!.expires)
  t.match(await presque.job('sum', second!.id), { state: 'active', progress: { percent: 50 } })
  await presque.release(second!)
  const again = await presque.take('sum', { lease: 30 })
  t.strictSame(await presque.nack(again!, { error: { message: 'nothing to add' } }), {
    state: 'failed'
  })
  t.match(await presque.status('sum'), { counts: { failed: 1, active: 0 } })
  t.strictSame(await presque.status(), { queues: ['sum'], size: 1 })
  await t.rejects(presque.ack(again!), new PresqueError(409, 'lease lost'))
})

test('a redrive tells how many run, and how many stay failed for another job has ' +
  'their unique key', async t => {
  const { url } = await listen(t)
  const presque = new Presque({ url })
  for (let n = 0; n < 2; n++) {
    await presque.push('twins', {}, { uniq: 'k' })
    await presque.nack((await presque.take('twins', { lease: 30 }))!, { retry: false })
  }
  t.strictSame(await presque.redrive('twins', 'failed', { limit: 5 }), { count: 1, duplicates: 1 })
  t.equal(await presque.retryAll('twins'), 0)
  t.strictSame(await presque.redrive('twins', 'delayed'), { count: 0, duplicates: 0 })
})

test('find() reads on until its end, and retry and cancel of many take filters', async t => {
  const { url } = await listen(t)
  const presque = new Presque({ url })
  const payloads = Array.from({ length: 1200 }, (_, n) => ({ n, kind: n % 600 }))
  await presque.pushMany('mail', payloads.slice(0, 600))
  await presque.pushMany('mail', payloads.slice(600))
  const found = async (options: Parameters<typeof presque.find>[2] = {}) => {
    const ids: string[] = []
    for await (const { id } of presque.find('mail', 'waiting', options)) ids.push(id)
    return ids
  }
  t.strictSame(await found({ text: '"kind":599}' }), ['600', '1200'])
  t.strictSame(await found({ text: '"kind":599}', order: 'desc', limit: 1 }), ['1200'])
  t.equal((await found()).length, 1200)
  t.strictSame(await found({ worker: 'w1' }), [])
  const filter = { text: '"kind":7}', since: 1, minAttempt: undefined }
  t.equal(await presque.cancelAll('mail', 'waiting', { ...filter, dry: true }), 2)
  t.equal(await presque.cancelAll('mail', 'waiting', filter), 2)
  t.equal((await presque.status('mail')).counts.waiting, 1198)
  t.strictSame(await presque.redrive('mail', 'failed', { dry: true }), { count: 0, duplicates: 0 })
})

test('an error is thrown with its status and sentence, and not tried again', async t => {
  const { presque, line } = await broken(t)
  await t.rejects(presque.push('mail', '[]'), new PresqueError(400, 'a job must be a JSON object'))
  t.equal(line.asked.length, 1)
})

test('a push whose answer got lost is pushed again, and adds nothing', async t => {
  const { app, presque, line } = await broken(t)
  line.breaks = 2
  t.strictSame(await presque.push('mail', { n: 1 }), { id: '1', duplicate: false })
  t.equal(line.asked.length, 3)
  t.equal((await queueStatus(app.redis, 'mail')).counts.waiting, 1)
})

test('an ack whose answer got lost is done, and the next job still comes', async t => {
  const { presque, line } = await broken(t)
  await presque.pushMany('mail', [{ n: 1 }, { n: 2 }])
  const first = await presque.take('mail', { lease: 30 })
  line.breaks = 1
  t.equal(await presque.ack(first!), null)
  const second = await presque.take('mail', { lease: 30 })
  await presque.cancel('mail', second!.id)
  await t.rejects(
    presque.ack(second!),
    new PresqueError(404, 'no such job'),
    'the first try tells the truth'
  )
})

test('a job is not taken for good a second time when the answer got lost', async t => {
  const { app, presque, line } = await broken(t)
  await presque.pushMany('mail', [{ n: 1 }, { n: 2 }])
  line.breaks = 1
  await t.rejects(presque.take('mail'), Unreachable)
  t.equal((await queueStatus(app.redis, 'mail')).counts.waiting, 1)
})

test('jobs are taken by a POST, which nothing on the way repeats or keeps', async t => {
  const { presque, line } = await broken(t)
  await presque.take(['mail', 'news'], { lease: 30 })
  await presque.takeMany('mail', { lease: 30, count: 2 })
  t.strictSame(line.asked, [
    'POST /q/mail,news/take?lease=30',
    'POST /qb/mail/take?batch_size=2&lease=30'
  ])
})

test('a name that a path would fold is refused before it is sent', async t => {
  const { url } = await listen(t)
  const presque = new Presque(url)
  for (const name of ['.', '..']) {
    await t.rejects(presque.push(name, {}), { message: /cannot be called/ })
    await t.rejects(presque.purge(name), { message: /cannot be called|a queue name/ })
    await t.rejects(presque.job(name, '1'), { message: /cannot be called|a queue name/ })
    await t.rejects(presque.take(['mail', name], { lease: 5 }), {
      message: /^a queue name is .*, and not \. or \.\.$/
    })
    await t.rejects(presque.schedule('often', { queue: name, every: 60, payload: {} }), {
      message: /cannot be called|a queue name/
    })
  }
  await presque.push('...', {})
  await presque.push('.a', {})
  t.strictSame((await presque.status()).queues, ['...', '.a'])
})
