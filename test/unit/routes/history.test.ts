import { test } from 'tap'
import {
  history,
  lastHour,
  mayTakeSamples,
  takeSamples
} from '../../../operations/queue/history.ts'
import { client } from '../../support/http/http-client.ts'

const counts = {
  waiting: 0, delayed: 0, retrying: 0, blocked: 0, active: 0, failed: 0, completed: 0
}
const summary = (time: number, waiting: number) => ({
  time,
  queues: [
    {
      queue: 'mail',
      stopped: false,
      counts: { ...counts, waiting },
      oldest_age: waiting > 0 ? 30 : null,
      pushed: 9,
      processed: 5,
      failed: 0,
      lost: 0,
      expired: 0,
      discarded: 0,
      failures_per_minute: 0
    }
  ]
})
const minute = (n: number) => 1_700_000_040 + 60 * n

test('GET tells how a queue stood, and nothing of one that no client has used', async t => {
  const { app, says, ask } = await client(t)
  const none = {
    times: [],
    waiting: [],
    active: [],
    failed: [],
    oldest_age: [],
    pushed: [],
    processed: [],
    retrying: [],
    failures: [],
    lost: []
  }
  await says(200, { queue: 'mail', ...none }, 'GET /history/mail')
  await says(200, { queues: {}, rates: {} }, 'GET /history')
  await takeSamples(app.redis, summary(Date.now() / 1000, 3))
  t.match((await ask('GET /history/mail')).json(), { waiting: [3], pushed: [9], processed: [5] })
})

test('a minute is noted once, and only where something has changed', async t => {
  const { app } = await client(t)
  for (const [at, waiting] of [
    [0, 3],
    [0, 4],
    [1, 0],
    [2, 0],
    [5, 7]
  ] as const) {
    await takeSamples(app.redis, summary(minute(at), waiting), { now: minute(at) })
  }
  t.equal(await app.redis.llen('{mail}:history'), 3)
  const {
    times,
    waiting,
    oldest_age: oldest
  } = await history(app.redis, 'mail', { now: minute(7) })
  t.strictSame(
    times.map(time => (time - minute(0)) / 60),
    [0, 1, 4, 5, 6]
  )
  t.strictSame(waiting, [3, 0, 0, 7, 7])
  t.strictSame(
    oldest.map(age => age > 0),
    [true, false, false, true, true]
  )
})

test('a time older than a day is not told, but a state that still held when the ' +
  'day began is', async t => {
  const { app } = await client(t)
  await takeSamples(app.redis, summary(minute(0), 3), { now: minute(0) })
  const { times, waiting } = await history(app.redis, 'mail', { now: minute(2001) })
  t.strictSame(
    [times.map(time => (time - minute(0)) / 60), waiting],
    [
      [562, 2000],
      [3, 3]
    ]
  )
})

test('the last hour is told minute by minute', async t => {
  const { app, says } = await client(t)
  await says(201, '', 'POST /q/mail', '{}')
  await takeSamples(app.redis, summary(minute(0), 3), { now: minute(0) })
  await takeSamples(app.redis, summary(minute(2), 5), { now: minute(2) })
  const {
    queues: { mail }
  } = await lastHour(app.redis, ['mail'], { now: minute(4) })
  t.strictSame([mail!.length, mail!.slice(-6)], [60, [0, 3, 3, 5, 5, 5]])
})

test('the rates of the last minute are told, while it is the last', async t => {
  const { app, says } = await client(t)
  await says(201, '', 'POST /q/mail', '{}')
  for (const [at, pushed, processed, failed] of [
    [0, 9, 5, 20],
    [1, 129, 65, 200]
  ] as const) {
    const { time, queues } = summary(minute(at), 1)
    await takeSamples(
      app.redis,
      { time, queues: [{ ...queues[0]!, pushed, processed, failed }] },
      { now: minute(at) }
    )
  }
  const rates = async (at: number) =>
    (await lastHour(app.redis, ['mail'], { now: minute(at) })).rates
  t.strictSame(await rates(1), { mail: { pushed: 2, processed: 1, failures: 3 } })
  t.strictSame(await rates(2), { mail: { pushed: 2, processed: 1, failures: 3 } })
  t.strictSame(await rates(3), {})
})

test('GET tells failures, and samples of before say nothing of them', async t => {
  const { app } = await client(t)
  await app.redis.rpush('{mail}:history', `${minute(0) / 60} 3 0 0 0 9 5`)
  const { time, queues } = summary(minute(2), 1)
  const failing = { counts: { ...counts, retrying: 4 }, failed: 20, lost: 2 }
  await takeSamples(
    app.redis,
    { time, queues: [{ ...queues[0]!, ...failing }] },
    { now: minute(2) }
  )
  const { retrying, failures, lost } = await history(app.redis, 'mail', { now: minute(4) })
  t.strictSame(
    { retrying, failures, lost },
    { retrying: [0, 0, 4, 4], failures: [20, 20, 20, 20], lost: [2, 2, 2, 2] }
  )
})

test('of several servers one takes the samples', async t => {
  const { app } = await client(t)
  const may = await Promise.all(Array.from({ length: 5 }, () => mayTakeSamples(app.redis)))
  t.equal(may.filter(Boolean).length, 1)
})

test('a purge leaves no history', async t => {
  const { app, says } = await client(t)
  await takeSamples(app.redis, summary(minute(0), 3), { now: minute(0) })
  await says(204, '', 'DELETE /q/mail')
  t.equal(await app.redis.exists('{mail}:history'), 0)
})

test('the last hour comes in pages, by name and by a part of it', async t => {
  const { app, says, ask, refuses } = await client(t)
  const now = Date.now() / 1000
  for (const queue of ['a1', 'a2', 'b1']) {
    await says(201, '', `POST /q/${queue}`, '{}')
    await takeSamples(app.redis, { time: now, queues: [{ ...summary(now, 3).queues[0]!, queue }] })
  }
  const names = async (query: string) =>
    Object.keys((await ask(`GET /history?${query}`)).json().queues)
  t.strictSame(await names('limit=2'), ['a1', 'a2'])
  t.strictSame(await names('offset=2'), ['b1'])
  t.strictSame(await names('search=1'), ['a1', 'b1'])
  await refuses(400, 'limit must be a whole number from 0 to 1000', 'GET /history?limit=1001')
})

test('a clock that is put back by an hour stops no chart: what lay ahead goes, ' +
  'and samples go on', async t => {
  const { app } = await client(t)
  for (const at of [0, 58, 59, 60]) {
    await takeSamples(app.redis, summary(minute(at), at), { now: minute(at) })
  }
  t.ok(await mayTakeSamples(app.redis))
  await app.redis.pexpire('sampled', 3_630_000)
  t.ok(await mayTakeSamples(app.redis), 'the key of the last half minute does not outlast it')
  t.notOk(await mayTakeSamples(app.redis))
  for (const at of [1, 2]) {
    await takeSamples(app.redis, summary(minute(at), 7 + at), { now: minute(at) })
  }
  const { times, waiting } = await history(app.redis, 'mail', { now: minute(2) })
  t.strictSame(
    [times.map(time => (time - minute(0)) / 60), waiting],
    [
      [0, 1, 2],
      [0, 8, 9]
    ]
  )
})

test('the last sample of each hour is kept for 90 days', async t => {
  const { app, ask } = await client(t)
  const noted = [[0, 3], [8, 4], [20, 5], [61, 6], [200, 7]] as const
  for (const [at, waiting] of noted) {
    await takeSamples(app.redis, summary(minute(at), waiting), { now: minute(at) })
  }
  const told = async (now: number) => {
    const { times, waiting } = await history(app.redis, 'mail', { now, step: 3600 })
    return times.map((time, i) => [(time - minute(0)) / 60, waiting[i]])
  }
  // The first minute here is the 14th of its hour.
  t.strictSame(await told(minute(201)), [[20, 5], [61, 6], [140, 6], [200, 7]])
  t.strictSame(await told(minute(90 * 1440 + 100)), [[101, 6], [140, 6], [200, 7], [129_640, 7]])
  t.match((await ask('GET /history/mail?step=3600')).json(), { queue: 'mail', waiting: [7, 7] })
  await takeSamples(app.redis, summary(minute(30), 9), { now: minute(30) })
  t.strictSame(await told(minute(31)), [[30, 9]], 'nothing of a clock that was ahead')
})
