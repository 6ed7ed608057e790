import { PassThrough } from 'node:stream'
import { test } from 'tap'
import { EventStream } from '../../operations/event-stream.ts'
import { push as pushJobs } from '../../operations/insertion.ts'
import { queueKey } from '../../operations/keys.ts'
import { listenAt } from '../fixtures/ear.ts'
import { linked, pair, post, push } from '../fixtures/pair.ts'
import { until } from '../fixtures/until.ts'

const events = queueKey('mail', 'events')

test('of several queues all is told, and each goes on where it was', async t => {
  const [here, there] = await pair(t)
  const all = await listenAt(t, `${here.url}/events?queue=mail,post,mail`)
  for (let i = 0; i < 5; i++) {
    await pushJobs(there.app.redis, 'mail', Array(3).fill({ payload: '{}' }))
    await push(there, '/q/post')
  }
  await all.hears(20)
  for (let i = 0; i < 20; i += 3) {
    const again = await listenAt(t, `${there.url}/events?queue=mail,post&wait=0`, all.told[i]!.id)
    await again.ends()
    t.strictSame(again.brief.sort(), all.brief.slice(i + 1).sort(), `after ${i + 1}`)
  }
})

test('who listens to all queues hears of new ones, and loses nothing when coming back', async t => {
  const [here, there] = await pair(t)
  await push(there, '/q/mail')
  const ear = await listenAt(t, `${here.url}/events`)
  await push(there, '/q/mail')
  await push(there, '/q/new')
  await until('the new one is known', () => ear.brief.includes('listening new'))
  await push(there, '/q/new')
  await until('the new one is told', () => ear.brief.includes('pushed new 2 waiting'))
  t.ok(ear.brief.includes('pushed mail 2 waiting'))
  await ear.leave()
  await push(there, '/q/new')
  await push(there, '/q/newer')
  const again = await listenAt(t, `${there.url}/events`, ear.lastId)
  await until('all is told', () => ['pushed new 3 waiting', 'listening newer'].every(one => again.brief.includes(one)))
  t.notOk(again.brief.some(one => one.startsWith('gap')))
  await fetch(`${here.url}/q/newer`, { method: 'DELETE' })
  await until('its end is told', () => again.brief.includes('purged newer'))
})

test('while nobody listens nothing is recorded', async t => {
  const [here, there] = await pair(t)
  for (const { url } of [here, there]) await fetch(`${url}/events?queue=other&wait=0`).then(answer => answer.text())
  await push(here, '/q/mail')
  const job = await fetch(`${here.url}/q/mail?lease=30`)
  await post(here, linked(job, 'ack'))
  await push(here, '/q/mail?delay=60')
  await post(here, '/control/mail', '{"tries":3}')
  t.equal(await here.app.redis.exists(events), 0)
})

test('a recording keeps some 10 000 calls', async t => {
  const [here] = await pair(t)
  await listenAt(t, `${here.url}/events?queue=mail`)
  const { redis } = here.app
  for (let i = 0; i < 11; i++) await Promise.all(Array.from({ length: 1000 }, async () => await pushJobs(redis, 'mail', [{ payload: '{}' }])))
  const kept = await redis.xlen(events)
  t.ok(kept >= 10_000 && kept < 10_500, `${kept}`)
})

test('who may not hear of all queues hears of the others', async t => {
  const [here, there] = await pair(t)
  await push(there, '/q/mail')
  await push(there, '/q/secret')
  const [stream, out] = [new EventStream(), new PassThrough()]
  let heard = ''
  stream.pipe(out).on('data', text => { heard += text })
  await here.app.listeners.listen(stream, { queues: null, allows: queue => !queue.includes('secret') })
  for (const queue of ['secret', 'new-secret', 'mail', 'new']) await push(there, `/q/${queue}`)
  await until('the new one is known', () => heard.includes('"queue":"new"') && heard.includes('"queue":"mail"'))
  await here.app.listeners.close()
  t.notMatch(heard, /secret/)
  stream.destroy()
})
