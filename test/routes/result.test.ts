import type { FastifyInstance } from 'fastify'
import { test } from 'tap'
import { ack, nack, type Delivery } from '../../operations/delivery.ts'
import { take } from '../../operations/wish.ts'
import { Patience } from '../../operations/patience.ts'
import { push as pushJob } from '../../operations/insertion.ts'
import { retry } from '../../operations/job.ts'
import { resultOf } from '../../operations/result.ts'
import { json, linked, pair, post, push } from '../fixtures/pair.ts'
import { until } from '../fixtures/until.ts'

test('a push that waits gets the result from a worker at another server', async t => {
  const [here, there] = await pair(t)
  const result = fetch(`${here.url}/q/sum?wait=20`, { method: 'POST', headers: json, body: '{"add":[1,2]}' })
  const job = await fetch(`${there.url}/q/sum?lease=30&wait=20`)
  await post(there, linked(job, 'ack'), '{"sum": 3.0}')
  t.equal(await (await result).text(), '{"sum": 3.0}')
  await until('it is gone, for it has been handed over', async () => (await fetch(`${here.url}/j/sum/1`)).status === 404)
})

test('a push that waits hears that its job failed, that it is gone, or that time is up', async t => {
  const [here, there] = await pair(t)
  const ask = (wait: number) => fetch(`${here.url}/q/sum?wait=${wait}`, { method: 'POST', headers: json, body: '{}' })
  const failing = ask(20)
  const job = await fetch(`${there.url}/q/sum?lease=30&wait=20`)
  await post(there, linked(job, 'nack'), '{"retry":false,"error":{"message":"no such number"}}')
  t.same([(await failing).status, await (await failing).json()], [422, { error: 'the job failed: no such number' }])
  const gone = ask(20)
  await fetch(`${there.url}/q/sum?wait=20`)
  t.equal((await gone).status, 410)
  const late = await ask(0.1)
  t.same([late.status, late.headers.get('location')], [202, '/j/sum/3'])
})

test('two that ask for one result at the same time both get it', async t => {
  const [{ app: { redis, waiters } }] = await pair(t)
  await pushJob(redis, 'sum', [{ payload: '{}', awaited: true }])
  const [job] = await take(redis, 'sum', { lease: 30 })
  await ack(redis, 'sum', [{ id: '1', receipt: job!.lease!.receipt, result: '3' }])
  const ask = () => resultOf(redis, waiters, 'sum', '1', new Patience(20_000))
  t.same(await Promise.all([ask(), ask()]), ['3', '3'])
})

test('a push that waits goes on when its job failed, but was redriven before anybody looked', async t => {
  const [here, there] = await pair(t)
  const { redis } = here.app
  const result = fetch(`${here.url}/q/sum?wait=20`, { method: 'POST', headers: json, body: '{}' })
  const [held] = await taken(there.app)
  await until('it waits', async () => await redis.hexists('{sum}:watchers', '1') === 1)
  // On the connection of the one that waits, which asks after both.
  await Promise.all([nack(redis, 'sum', [{ id: '1', receipt: held!.lease!.receipt, retry: false }]), retry(redis, 'sum', '1')])
  const [again] = await taken(there.app)
  await ack(redis, 'sum', [{ id: '1', receipt: again!.lease!.receipt, result: '3' }])
  t.same([(await result).status, await (await result).text()], [200, '3'])
})

async function taken ({ redis }: FastifyInstance): Promise<Delivery[]> {
  let jobs: Delivery[] = []
  await until('there is a job', async () => (jobs = await take(redis, 'sum', { lease: 30 })).length > 0)
  return jobs
}

test('a push that waits never gets the result of a job that bears its number after a purge', async t => {
  const [here, there] = await pair(t)
  const purged = fetch(`${here.url}/q/sum?wait=20`, { method: 'POST', headers: json, body: '{}' })
  await until('it waits', async () => await here.app.redis.hexists('{sum}:watchers', '1') === 1)
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
  await until('it is watched', async () => await here.app.redis.hexists('{mail}:watchers', '1') === 1)
  await post(there, linked(held, 'ack'), '"done"')
  t.match(await (await answer).json(), { state: 'completed', result: 'done' })
})
