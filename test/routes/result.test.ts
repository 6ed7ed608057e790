import { test } from 'tap'
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

test('GET /j/mail/1?wait holds until the job has finished', async t => {
  const [here, there] = await pair(t)
  await push(there, '/q/mail')
  const held = await fetch(`${there.url}/q/mail?lease=30`)
  const answer = fetch(`${here.url}/j/mail/1?wait=20`)
  await until('it is watched', async () => await here.app.redis.hexists('{mail}:watchers', '1') === 1)
  await post(there, linked(held, 'ack'), '"done"')
  t.match(await (await answer).json(), { state: 'completed', result: 'done' })
})
