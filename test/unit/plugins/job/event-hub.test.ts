import type { Redis } from 'ioredis'
import { test, type Test } from 'tap'
import { push as pushJobs } from '../../../../operations/job/push.ts'
import { listenAt, type Ear } from '../../../support/http/sse-client.ts'
import { linked, pair, post, push, type Server } from '../../../support/server/two-servers.ts'
import { startRedis } from '../../../support/redis/redis.ts'
import { until } from '../../../support/until.ts'
import { asShipped, listen } from '../../../support/server/app.ts'

const numbers = ({ told }: Ear): number[] =>
  told.filter(({ event }) => event === 'pushed').map(({ data }) => Number(JSON.parse(data).id))

async function burst ({ app }: Server, count: number): Promise<void> {
  for (let i = 0; i < count; i += 1000) {
    await pushJobs(app.redis, 'mail', Array(1000).fill({ payload: '{}' }))
  }
}

/** Whether these are the numbers from `first` to `last`, each once, in order. */
function inOrder (all: number[], first: number, last: number): boolean {
  return all.length === last - first + 1 && all.every((number, i) => number === first + i)
}

test('of 200 clients none misses an event of a burst of 10 000, and none is starved', async t => {
  const [here, there] = await pair(t)
  const ears = await Promise.all(
    Array.from({ length: 200 }, async () => await listenAt(t, `${here.url}/events?queue=mail`))
  )
  await burst(there, 10_000)
  for (const ear of ears) await ear.hears(10_000, 60_000)
  t.ok(ears.every(ear => inOrder(numbers(ear), 1, 10_000)))
})

test('a client that does not read is dropped with a clear last event, ' +
  'misses nothing when it comes back, and holds up no other', async t => {
  const [here, there] = await pair(t)
  const url = `${here.url}/events?queue=mail`
  const [slow, quick] = [await listenAt(t, url), await listenAt(t, url)]
  slow.response.pause()
  let count = 0
  // What the network takes in for a client that does not read is some MB.
  for (; here.app.eventHub.dropped === 0; count += 10_000) {
    if (count > 1_000_000) throw new Error('it is not dropped')
    await burst(there, 10_000)
    await quick.hears(count + 10_000, 60_000)
  }
  t.ok(inOrder(numbers(quick), 1, count), `the other has all ${count}`)
  slow.response.resume()
  await slow.ends()
  t.match(slow.told.at(-1), { event: 'dropped', data: /too slow/ })
  const got = numbers(slow).length
  t.ok(got < count, `it got ${got} of ${count}`)
  const again = await listenAt(t, `${there.url}/events?queue=mail`, slow.lastId)
  await again.hears(count - got, 60_000)
  t.ok(
    inOrder([...numbers(slow), ...numbers(again)], 1, count),
    'with what it gets at another server, it has all'
  )
})

test('all clients of a server share one connection and one look a queue', async t => {
  const redis = await startRedis(t)
  const { app, url } = await listen(t, { REDIS_URL: redis.url })
  const client = app.redis as Redis
  const connections = async () =>
    String(await client.client('LIST'))
      .trim()
      .split('\n').length
  const reads = async () =>
    Number(/cmdstat_xrange:calls=(\d+)/.exec(await client.info('commandstats'))?.[1] ?? 0)
  const before = await connections()
  const ears = await Promise.all(
    Array.from({ length: 50 }, async () => await listenAt(t, `${url}/events?queue=mail`))
  )
  t.equal(await connections(), before + 1)
  const since = await reads()
  await push({ app, url }, '/q/mail')
  for (const ear of ears) await ear.hears(1)
  t.ok((await reads()) - since < 20, `${(await reads()) - since} reads`)
  await Promise.all(ears.map(async ear => await ear.leave()))
  await until('nothing is read any more', () => app.eventHub.logs === 0)
})

test('while no client listens the scripts write nothing, and ask at most once a call', async t => {
  const { app, url } = await listen(t, { REDIS_URL: (await startRedis(t)).url })
  const client = app.redis as Redis
  await push({ app, url }, '/q/mail')
  await client.config('RESETSTAT')
  await Promise.all(Array.from({ length: 100 }, async () => await push({ app, url }, '/q/mail')))
  const stats = await client.info('commandstats')
  const calls = (name: string) =>
    Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0)
  t.equal(calls('xadd') + calls('publish') + calls('smembers'), 0)
  // The other EXISTS is that of lua/parts/due/run_due.lua.
  t.ok(
    calls('exists') <= 2 * calls('evalsha'),
    `${calls('exists')} for ${calls('evalsha')} scripts`
  )
})

test('an event whose message is lost is told all the same', async t => {
  const [here, there] = await pair(t)
  const ear = await listenAt(t, `${here.url}/events?queue=mail`)
  await there.app.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  await push(there, '/q/mail')
  await ear.hears(1)
  t.strictSame(ear.brief, ['pushed mail 1 waiting'])
})

async function awayAndBack (
  t: Test,
  url: string,
  redis: Awaited<ReturnType<typeof startRedis>>
): Promise<void> {
  await redis.stop()
  await until('Redis is missed', async () => (await fetch(`${url}/status`)).status === 503)
  const answer = await fetch(`${url}/events?queue=mail`)
  t.strictSame(
    [answer.status, await answer.json()],
    [503, { error: 'redis is unavailable' }],
    'no new client can listen'
  )
  await redis.start()
  await until('Redis is back', async () => (await fetch(`${url}/status`)).status === 200)
}

test('a stream outlives a Redis that goes and comes back with its data, without a gap', async t => {
  const redis = await startRedis(t, ['--appendonly', 'yes', '--appendfsync', 'always'])
  const { app, url } = await listen(t, { REDIS_URL: redis.url }, asShipped)
  const ear = await listenAt(t, `${url}/events?queue=mail`)
  await push({ app, url }, '/q/mail')
  await ear.hears(1)
  await awayAndBack(t, url, redis)
  await push({ app, url }, '/q/mail')
  await ear.hears(2)
  t.strictSame(ear.brief, ['pushed mail 1 waiting', 'pushed mail 2 waiting'])
})

test('a stream outlives a Redis that comes back empty, and tells of the gap', async t => {
  const redis = await startRedis(t)
  const { app, url } = await listen(t, { REDIS_URL: redis.url }, asShipped)
  const ear = await listenAt(t, `${url}/events?queue=mail`)
  await push({ app, url }, '/q/mail')
  await ear.hears(1)
  await awayAndBack(t, url, redis)
  await until('it listens again', () => ear.brief.includes('listening mail'))
  await push({ app, url }, '/q/mail')
  await ear.hears(4)
  t.strictSame(ear.brief, [
    'pushed mail 1 waiting',
    'gap mail',
    'listening mail',
    'pushed mail 1 waiting'
  ])
})

test('the end of a server is the last event, and no stream holds it up', async t => {
  const [here, there] = await pair(t)
  const ears = await Promise.all(
    ['/events', '/events?queue=mail', '/q/mail?lease=30'].map(
      async path => await listenAt(t, here.url + path)
    )
  )
  const deaf = await listenAt(t, `${here.url}/events?queue=mail`)
  deaf.response.socket.pause()
  const since = Date.now()
  await here.app.close()
  t.ok(Date.now() - since < 5000, `${Date.now() - since} ms`)
  for (const ear of ears) {
    await ear.ends()
    t.match(ear.told.at(-1), { event: 'closing', data: /the server stops/ })
    t.ok(ear.response.complete, 'an end, and not a break')
  }
  await push(there, '/q/mail')
  const again = await listenAt(t, `${there.url}/events?queue=mail`, ears[1]!.lastId)
  await again.hears(1)
  t.strictSame(again.brief, ['pushed mail 1 waiting'])
})

test('a full Redis still lets jobs be taken and finished while a client listens, ' +
  'and new ones listen', async t => {
  const { app, url } = await listen(t, { REDIS_URL: (await startRedis(t)).url })
  const client = app.redis as Redis
  await push({ app, url }, '/q/mail')
  await push({ app, url }, '/q/post')
  const ear = await listenAt(t, `${url}/events?queue=mail`)
  await client.config('SET', 'maxmemory', '1mb')
  const newer = await listenAt(t, `${url}/events?queue=post`)
  const job = await fetch(`${url}/q/mail?lease=30`)
  t.equal((await post({ app, url }, linked(job, 'ack'))).status, 204)
  t.equal((await fetch(`${url}/q/post`)).status, 200)
  await ear.hears(2)
  await newer.hears(1)
  t.strictSame(
    [...ear.brief, ...newer.brief],
    ['taken mail 1 active', 'acked mail 1 gone', 'taken post 1 gone']
  )
})

test('a recording that begins anew with earlier ids, ' +
  'as after a jump of the clock, is a gap', async t => {
  const { app, url } = await listen(t, { REDIS_URL: (await startRedis(t)).url })
  const client = app.redis as Redis
  const ear = await listenAt(t, `${url}/events?queue=mail`)
  const { lastId } = ear
  await client
    .multi()
    .del('{mail}:events')
    .xadd('{mail}:events', '5-0', 'listening', '')
    .xadd('{mail}:events', '5-1', 'pushed waiting', '1')
    .exec()
  await ear.hears(1)
  await push({ app, url }, '/q/mail')
  await ear.hears(2)
  t.strictSame(ear.brief, ['gap mail', 'pushed mail 1 waiting'])
  const again = await listenAt(
    t,
    `${url}/events?queue=mail&wait=0`,
    lastId.replace(/^\d+/, ms => String(Number(ms) + 1e6))
  )
  await again.ends()
  t.strictSame(again.brief, ['gap mail'])
})
