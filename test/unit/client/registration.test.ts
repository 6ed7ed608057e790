import { once } from 'node:events'
import { test } from 'tap'
import manifest from '../../../package.json' with { type: 'json' }
import { Presque, Worker } from '../../../client/client.ts'
import { version } from '../../../client/registration.ts'
import { until } from '../../support/until.ts'
import { listen } from '../../support/server/app.ts'

interface Asked {
  line: string
  headers: Headers
  body: any
}

/** A client whose requests are kept, and whose answers may have more headers. */
function watched (url: string, more: (asked: Asked) => Record<string, string> = () => ({})) {
  const asked: Asked[] = []
  const presque = new Presque({
    url,
    fetch: async (to, init) => {
      const one = {
        line: `${init?.method} ${new URL(String(to)).pathname}`,
        headers: new Headers(init?.headers),
        body: typeof init?.body === 'string' ? JSON.parse(init.body) : null
      }
      asked.push(one)
      const answer = await fetch(to, init)
      const headers = new Headers(answer.headers)
      for (const [name, value] of Object.entries(more(one))) headers.set(name, value)
      const body = await answer.text()
      return new Response(answer.status === 204 ? null : body, { status: answer.status, headers })
    }
  })
  return { presque, asked }
}

test('a worker is registered while it works, by a name of its own, ' +
  'and not any more when it has ended', async t => {
  const { url } = await listen(t)
  const { presque, asked } = watched(url)
  const registered = async () =>
    (JSON.parse((await presque.request('GET', '/w/mail')).text) as { workers_list: string[] })
      .workers_list
  const workers = [
    new Worker(presque, ['mail', 'post'], () => {}),
    new Worker(presque, 'mail', () => {}, { id: 'named', version: '2.1', concurrency: 3 })
  ]
  await until('both are there', async () => (await registered()).length === 2)
  const said = asked.filter(({ line }) => line === 'POST /w/mail').map(({ body }) => body)
  t.match(
    said.find(({ worker_id: id }) => id === 'named'),
    { version: '2.1', concurrency: 3, pid: process.pid, host: /./, rss: Number }
  )
  t.match(
    said.find(({ worker_id: id }) => id !== 'named'),
    { worker_id: new RegExp(`-${process.pid}-[0-9a-f]{8}$`), version }
  )
  await Promise.all(workers.map(worker => worker.close()))
  t.strictSame(await registered(), [])
  t.equal(asked.filter(({ line }) => line.startsWith('DELETE /w/')).length, 3)
  t.equal(version, manifest.version)
})

test('all the jobs that a worker holds are kept with one request a queue', async t => {
  const { url } = await listen(t)
  const { presque, asked } = watched(url)
  for (const queue of ['a', 'b']) for (let n = 0; n < 6; n++) await presque.push(queue, { n })
  let over = false
  const worker = new Worker(
    presque,
    ['a', 'b'],
    async () => {
      await until('it may end', () => over)
    },
    { concurrency: 12, lease: 1 }
  )
  const batches = () => asked.filter(({ line }) => /^POST \/qb\/[ab]\/touch$/.test(line))
  await until('they are kept for longer than the lease', () => batches().length >= 10)
  t.ok(
    batches().some(
      ({ body, headers }) => body.jobs.length === 6 && headers.has('x-presque-workerid')
    )
  )
  t.strictSame(
    asked.filter(({ line }) => /^POST \/j\/.*touch$/.test(line)),
    []
  )
  over = true
  await until(
    'all are done',
    async () => (await presque.status('a')).processed + (await presque.status('b')).processed === 12
  )
  t.match([await presque.status('a'), await presque.status('b')], [{ lost: 0 }, { lost: 0 }])
  await worker.close()
})

test('a job that is cancelled, or goes to another, is heard of within five seconds, ' +
  'whatever the lease', async t => {
  const { url } = await listen(t)
  const presque = new Presque(url)
  for (let n = 0; n < 3; n++) await presque.push('mail', { n })
  const heard: Array<[number, number]> = []
  let running = 0
  const worker = new Worker(
    presque,
    'mail',
    async ({ payload }, { signal }) => {
      running++
      await once(signal, 'abort')
      heard.push([payload.n, signal.reason.status])
    },
    { concurrency: 3, lease: 3600 }
  )
  await until('all run', () => running === 3)
  const began = performance.now()
  await presque.cancel('mail', '1')
  await presque.cancel('mail', '3')
  await until('both have heard', () => heard.length === 2)
  t.ok(performance.now() - began < 5000, `${performance.now() - began} ms`)
  t.strictSame(heard.sort(), [
    [0, 404],
    [2, 404]
  ])
  await presque.cancel('mail', '2')
  await worker.close()
})

const ways: Record<string, RegExp> = {
  'a take of several queues': /^(GET|POST) \/q\/mail(,|%2C)other/,
  'a take of many jobs': /^(GET \/qb\/mail|POST \/qb\/mail\/take)$/,
  'a touch': /^POST \/qb\/mail\/touch$/,
  'an ack': /^POST \/qb\/mail\/ack$/
}
for (const [way, where] of Object.entries(ways)) {
  test(`a worker that is told to be quiet by ${way} ends when what it holds is done`, async t => {
    const { url } = await listen(t)
    let quiet = false
    const { presque, asked } = watched(url, ({ line }): Record<string, string> =>
      quiet && where.test(line) ? { 'x-presque-quiet': '1' } : {}
    )
    for (let n = 0; n < 3; n++) await presque.push('mail', {}, { keep: 60 })
    if (way.includes('take')) quiet = true
    let done = 0
    const worker = new Worker(
      presque,
      way.includes('several') ? ['mail', 'other'] : 'mail',
      async () => {
        quiet = true
        if (way === 'a touch') {
          await until('it was touched', () => asked.some(({ line }) => where.test(line)))
        }
        done++
      },
      { lease: 1 }
    )
    await worker.finished
    t.equal(done, 1)
    t.match(await presque.status('mail'), { counts: { waiting: 2, active: 0 }, lost: 0 })
  })
}
