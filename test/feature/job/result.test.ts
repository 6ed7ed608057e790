import type { FastifyInstance } from 'fastify'
import { test } from 'tap'
import { ack } from '../../../operations/job/ack.ts'
import type { Delivery } from '../../../operations/job/delivery.ts'
import { nack } from '../../../operations/job/nack.ts'
import { take } from '../../../operations/job/take.ts'
import { retry } from '../../../operations/job/bulk.ts'
import { backup } from '../../support/redis/backup.ts'
import { json, linked, pair, post, push, type Server } from '../../support/server/two-servers.ts'
import { until } from '../../support/until.ts'

test('a push that waits gets the result from a worker at another server', async t => {
  const [here, there] = await pair(t)
  const result = fetch(`${here.url}/q/sum?wait=20`, {
    method: 'POST',
    headers: json,
    body: '{"add":[1,2]}'
  })
  const job = await fetch(`${there.url}/q/sum?lease=30&wait=20`)
  await post(there, linked(job, 'ack'), '{"sum": 3.0}')
  t.equal(await (await result).text(), '{"sum": 3.0}')
  await until(
    'it is gone, for it has been handed over',
    async () => (await fetch(`${here.url}/j/sum/1`)).status === 404
  )
})

test('a push that waits hears that its job failed, that it is gone, ' +
  'or that time is up', async t => {
  const [here, there] = await pair(t)
  const ask = (wait: number) =>
    fetch(`${here.url}/q/sum?wait=${wait}`, { method: 'POST', headers: json, body: '{}' })
  const failing = ask(20)
  const job = await fetch(`${there.url}/q/sum?lease=30&wait=20`)
  await post(there, linked(job, 'nack'), '{"retry":false,"error":{"message":"no such number"}}')
  t.same(
    [(await failing).status, await (await failing).json()],
    [422, { error: 'the job failed: no such number' }]
  )
  const gone = ask(20)
  await fetch(`${there.url}/q/sum?wait=20`)
  t.equal((await gone).status, 410)
  const late = await ask(0.1)
  t.same([late.status, late.headers.get('location')], [202, '/j/sum/3'])
})

/** Pushes there and waits for the result. */
function ask ({ url }: Server, query: string, body = '{}', headers = {}): Promise<Response> {
  return fetch(`${url}/q/sum?wait=20${query}`, {
    method: 'POST',
    headers: { ...json, ...headers },
    body
  })
}

async function said (answer: Promise<Response>): Promise<[status: number, text: string]> {
  const { status } = await answer
  return [status, await (await answer).text()]
}

/** Resolves when that number of servers have clients that wait for that job. */
async function watched ({ app }: Server, id: string, servers = 1): Promise<void> {
  await until(
    `${servers} wait`,
    async () => (await app.redis.hget('{sum}:watchers', id))?.split(' ').length === servers
  )
}

test('all who wait for one job get its result, at whichever servers, ' +
  'and then it is gone', async t => {
  const [here, there] = await pair(t)
  for (let n = 1; n <= 20; n++) {
    const first = ask(here, '&uniq=k')
    await watched(here, String(n))
    const others = [here, there, there].map(async (server, i) => {
      return await ask(server, '&uniq=k&on_duplicate=ignore', '{}', {
        'idempotency-key': `${n}-${i}`
      })
    })
    const looking = fetch(`${there.url}/j/sum/${n}?wait=20`)
    await until(
      'all are there',
      async () => (await here.app.redis.hlen('{sum}:idempotency')) === 3 * n
    )
    const [held] = await taken(there.app)
    // At once: some of the pushes may not have been answered yet.
    await post(n % 2 ? here : there, `/j/sum/${n}/ack?receipt=${held!.lease!.receipt}`, '3')
    const answers = await Promise.all([first, ...others].map(said))
    t.same(answers.filter(([status]) => status === 200).length, 4, JSON.stringify(answers))
    await looking
    await until('it is gone', async () => (await fetch(`${here.url}/j/sum/${n}`)).status === 404)
  }
  t.equal(await here.app.redis.exists('{sum}:watchers', '{sum}:results', '{sum}:details'), 0)
})

test('a repeated push under one Idempotency-Key hears the result as well, ' +
  'at another server', async t => {
  const [here, there] = await pair(t)
  const first = ask(here, '', '{}', { 'idempotency-key': 'k' })
  await watched(here, '1')
  const again = ask(there, '', '{}', { 'idempotency-key': 'k' })
  await watched(here, '1', 2)
  const [held] = await taken(here.app)
  await ack(here.app.redis, 'sum', [{ id: '1', receipt: held!.lease!.receipt, result: '3' }])
  t.same(
    [await said(first), await said(again)],
    [
      [200, '3'],
      [200, '3']
    ]
  )
  t.equal((await ask(there, '', '{}', { 'idempotency-key': 'k' })).status, 410, 'all have heard')
  t.equal(await here.app.redis.exists('{sum}:watchers', '{sum}:results'), 0)
})

test('an event that no client heard is kept for a minute, and the rest that a dead server left ' +
  'goes with it', async t => {
  const [here, there] = await pair(t)
  const { redis } = here.app
  const leaving = new AbortController()
  const gone = fetch(`${here.url}/q/sum?wait=20`, {
    method: 'POST',
    headers: json,
    body: '{}',
    signal: leaving.signal
  })
  await watched(here, '1')
  await redis.hset('{sum}:watchers', '1', `${await redis.hget('{sum}:watchers', '1')} dead`)
  leaving.abort()
  await t.rejects(gone)
  const [held] = await taken(there.app)
  await ack(redis, 'sum', [{ id: '1', receipt: held!.lease!.receipt, result: '3' }])
  t.match(await (await fetch(`${there.url}/j/sum/1?wait=1`)).json(), {
    state: 'completed',
    result: 3
  })
  await redis.zadd('{sum}:completed', 1, 'a1')
  t.equal((await fetch(`${there.url}/j/sum/1`)).status, 404)
  t.equal(await redis.exists('{sum}:watchers', '{sum}:results', '{sum}:details'), 0)
})

for (const delay of ['', '&delay=60']) {
  test('who waits for a job that is replaced gets the result of what ' +
    `replaced it ${delay}`, async t => {
    const [here, there] = await pair(t)
    const first = ask(here, `&uniq=k${delay}`, '{"v":1}')
    await watched(here, '1')
    const looking = fetch(`${there.url}/j/sum/1?wait=20`)
    await watched(here, '1', 2)
    await push(there, `/q/sum?uniq=k&on_duplicate=replace${delay}`)
    const second = ask(there, '&uniq=k&on_duplicate=replace', '{"v":2}')
    await until('it is replaced', async () =>
      /"v":2/.test(await (await fetch(`${here.url}/j/sum/1`)).text())
    )
    const [held] = await taken(there.app)
    t.equal(held!.payload, '{"v":2}')
    await ack(there.app.redis, 'sum', [{ id: '1', receipt: held!.lease!.receipt, result: '3' }])
    t.same(
      [await said(first), await said(second)],
      [
        [200, '3'],
        [200, '3']
      ]
    )
    t.match(await (await looking).json(), { state: 'completed', result: 3 })
  })
}

test('who waits for a job that Redis has lost hears 410, ' +
  'though its id is given out again', async t => {
  const [here, there] = await pair(t)
  const { redis } = here.app
  await push(here, '/q/sum')
  await taken(here.app)
  const rewind = await backup(redis, 'sum')
  const lost = ask(here, '&uniq=k')
  await watched(here, '2')
  const looking = fetch(`${there.url}/j/sum/2?wait=20`)
  const joined = ask(there, '&uniq=k&on_duplicate=ignore')
  await watched(here, '2', 2)
  await rewind()
  const fresh = ask(there, '&uniq=k')
  const [held] = await taken(there.app)
  t.equal(held!.id, '2')
  await ack(redis, 'sum', [{ id: '2', receipt: held!.lease!.receipt, result: '3' }])
  t.same(await said(fresh), [200, '3'])
  t.same([(await lost).status, (await joined).status, (await looking).status], [410, 410, 404])
})

test('a push that waits goes on when its job failed, ' +
  'but was redriven before anybody looked', async t => {
  const [here, there] = await pair(t)
  const { redis } = here.app
  const result = fetch(`${here.url}/q/sum?wait=20`, { method: 'POST', headers: json, body: '{}' })
  const [held] = await taken(there.app)
  await until('it waits', async () => (await redis.hexists('{sum}:watchers', '1')) === 1)
  // On the connection of the one that waits, which asks after both.
  await Promise.all([
    nack(redis, 'sum', [{ id: '1', receipt: held!.lease!.receipt, retry: false }]),
    retry(redis, 'sum', '1')
  ])
  const [again] = await taken(there.app)
  await ack(redis, 'sum', [{ id: '1', receipt: again!.lease!.receipt, result: '3' }])
  t.same([(await result).status, await (await result).text()], [200, '3'])
})

async function taken ({ redis }: FastifyInstance): Promise<Delivery[]> {
  let jobs: Delivery[] = []
  await until(
    'there is a job',
    async () => (jobs = await take(redis, 'sum', { lease: 30 })).length > 0
  )
  return jobs
}

test('a push that waits never gets the result of a job that bears its number ' +
  'after a purge', async t => {
  const [here, there] = await pair(t)
  const purged = fetch(`${here.url}/q/sum?wait=20`, { method: 'POST', headers: json, body: '{}' })
  await until('it waits', async () => (await here.app.redis.hexists('{sum}:watchers', '1')) === 1)
  await fetch(`${there.url}/q/sum`, { method: 'DELETE' })
  await push(there, '/q/sum?keep=60')
  const job = await fetch(`${there.url}/q/sum?lease=30&wait=20`)
  t.equal(job.headers.get('x-presque-job'), '1')
  await post(there, linked(job, 'ack'), '3')
  t.equal((await purged).status, 410)
})

test('GET /j/mail/1?wait holds until the job has finished', async t => {
  const [here, there] = await pair(t)
  await push(there, '/q/mail')
  const held = await fetch(`${there.url}/q/mail?lease=30`)
  const answer = fetch(`${here.url}/j/mail/1?wait=20`)
  await until(
    'it is watched',
    async () => (await here.app.redis.hexists('{mail}:watchers', '1')) === 1
  )
  await post(there, linked(held, 'ack'), '"done"')
  t.match(await (await answer).json(), { state: 'completed', result: 'done' })
})
