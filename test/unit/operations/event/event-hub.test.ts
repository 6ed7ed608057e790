import { PassThrough } from 'node:stream'
import type { Redis } from 'ioredis'
import { test } from 'tap'
import { QueueDiscovery } from '../../../../operations/event/queue-discovery.ts'
import { SseStream } from '../../../../operations/event/sse-stream.ts'
import { push as pushJobs } from '../../../../operations/job/push.ts'
import type { EventLog } from '../../../../operations/event/event-log.ts'
import { queueKey } from '../../../../operations/redis/keys.ts'
import { Subscription } from '../../../../operations/event/subscription.ts'
import { listenAt } from '../../../support/http/sse-client.ts'
import { linked, pair, post, push, type Server } from '../../../support/server/two-servers.ts'
import { startRedis } from '../../../support/redis/redis.ts'
import { until } from '../../../support/until.ts'
import { asShipped, listen } from '../../../support/server/app.ts'

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
  await until('all is told', () =>
    ['pushed new 3 waiting', 'listening newer'].every(one => again.brief.includes(one))
  )
  t.notOk(again.brief.some(one => one.startsWith('gap')))
  await fetch(`${here.url}/q/newer`, { method: 'DELETE' })
  await until('its end is told', () => again.brief.includes('purged newer'))
})

test('while no client listens nothing is recorded', async t => {
  const [here, there] = await pair(t)
  for (const { url } of [here, there]) {
    await fetch(`${url}/events?queue=other&wait=0`).then(answer => answer.text())
  }
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
  for (let i = 0; i < 11; i++) {
    await Promise.all(
      Array.from({ length: 1000 }, async () => await pushJobs(redis, 'mail', [{ payload: '{}' }]))
    )
  }
  const kept = await redis.xlen(events)
  t.ok(kept >= 10_000 && kept < 10_500, `${kept}`)
})

test('who may not hear of all queues hears of the others', async t => {
  const [here, there] = await pair(t)
  await push(there, '/q/mail')
  await push(there, '/q/secret')
  const [stream, out] = [new SseStream(), new PassThrough()]
  let heard = ''
  stream.pipe(out).on('data', text => {
    heard += text
  })
  await here.app.eventHub.listen(stream, {
    queues: null,
    allows: queue => !queue.includes('secret')
  })
  for (const queue of ['secret', 'new-secret', 'mail', 'new']) await push(there, `/q/${queue}`)
  await until(
    'the new one is known',
    () => heard.includes('"queue":"new"') && heard.includes('"queue":"mail"')
  )
  await here.app.eventHub.close()
  t.notMatch(heard, /secret/)
  stream.destroy()
})

const many = 1100

async function pushToMany ({ app }: Server): Promise<void> {
  for (let n = 0; n < many; n += 100) {
    await Promise.all(
      Array.from(
        { length: 100 },
        async (_, i) => await pushJobs(app.redis, `queue-${n + i}`, [{ payload: '{}' }])
      )
    )
  }
}

async function scriptsRun ({ app }: Server): Promise<number> {
  const stats = await (app.redis as Redis).info('commandstats')
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0)
}

test('of very many queues the answer begins at once, the first id says that all is recorded, ' +
  'and from there on nothing is missed', async t => {
  const redis = await startRedis(t)
  const here = await listen(t, { REDIS_URL: redis.url })
  await pushToMany(here)
  const ear = await listenAt(t, `${here.url}/events`)
  t.equal(ear.lastId, '', 'not all is recorded yet')
  await until('all is recorded', () => ear.lastId !== '')
  t.equal(here.app.eventHub.logs, many)
  for (const n of [0, 777, many - 1]) {
    await pushJobs(here.app.redis, `queue-${n}`, [{ payload: '{}' }])
  }
  const pushed = [0, 777, many - 1].map(n => `pushed queue-${n} 2 waiting`)
  await until('they are told', () => pushed.every(one => ear.brief.includes(one)))
  await ear.leave()
  await pushJobs(here.app.redis, 'queue-500', [{ payload: '{}' }])
  const again = await listenAt(t, `${here.url}/events?wait=0`, ear.lastId)
  await again.ends()
  t.ok(again.brief.includes('pushed queue-500 2 waiting'))
  t.notOk(again.brief.some(one => one.startsWith('gap')))
  t.match(again.lastId, /^\d+$/)
})

test('who listens to very many queues beside another opens none of them anew', async t => {
  const redis = await startRedis(t)
  const here = await listen(t, { REDIS_URL: redis.url })
  await pushToMany(here)
  const first = await listenAt(t, `${here.url}/events`)
  await until('all is recorded', () => first.lastId !== '')
  const before = await scriptsRun(here)
  const second = await listenAt(t, `${here.url}/events`)
  await until('it is told so', () => second.lastId !== '')
  const count = (await scriptsRun(here)) - before
  t.ok(count < many / 2, `${count} scripts`)
})

test('however many listen to all queues at once, twenty queues are opened at a time', async t => {
  const { app } = await listen(t, { REDIS_URL: (await startRedis(t)).url })
  for (let n = 0; n < 100; n++) await pushJobs(app.redis, `queue-${n}`, [{ payload: '{}' }])
  let [under, most] = [0, 0]
  const following = {
    follow: async (queue: string, observer: Subscription) => {
      most = Math.max(most, ++under)
      return await app.eventHub.follow(queue, observer).finally(() => {
        under--
      })
    },
    part: async (log: EventLog, observer: Subscription) => await app.eventHub.part(log, observer)
  }
  const discovery = new QueueDiscovery(app.redis, following as never, 350)
  const three = Array.from(
    { length: 3 },
    () => new Subscription(new SseStream(), { dropped: () => {} })
  )
  await Promise.all(three.map(async one => await discovery.open(one, await discovery.join(one))))
  t.equal(most, 20)
  const fourth = new Subscription(new SseStream(), { dropped: () => {} })
  await t.rejects(
    discovery.join(fourth),
    { code: 'LISTENERS_FULL' },
    'four times a hundred are more than 350'
  )
  discovery.leave(three[0]!)
  await discovery.join(fourth)
})

test('where Redis goes away while very many queues are opened, ' +
  'the others are opened once it is back', async t => {
  const redis = await startRedis(t, ['--appendonly', 'yes', '--appendfsync', 'always'])
  const here = await listen(t, { REDIS_URL: redis.url }, asShipped)
  await pushToMany(here)
  const ear = await listenAt(t, `${here.url}/events`)
  await redis.stop()
  t.equal(ear.lastId, '', 'not all is recorded yet')
  await redis.start()
  await until('all is recorded', () => ear.lastId !== '', 30_000)
  await until('each is read', () => here.app.eventHub.logs === many)
})
