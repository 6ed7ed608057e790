import { test } from 'tap'
import { push } from '../../../operations/job/push.ts'
import { nack } from '../../../operations/job/nack.ts'
import { take } from '../../../operations/job/take.ts'
import { forecast } from '../../../operations/forecast/forecast.ts'
import { allTimings, setSchedule } from '../../../operations/schedule/schedule.ts'
import { bearer, tokenFile } from '../../support/http/tokens.ts'
import { client } from '../../support/http/http-client.ts'

// An hour of the clock.
const start = 1_700_002_800

test('a forecast has each job in the period in which it falls due, once', async t => {
  const { app: { redis } } = await client(t)
  const now = start + 600
  const due = [0, 1, 2999, 3000, 3001, 6600, 6601, 99_999]
  for (const delay of due) await push(redis, 'mail', [{ payload: '{}', delay }], { now })
  const [job] = await take(redis, 'mail', { lease: 30, now })
  const { id, lease } = job!
  await nack(redis, 'mail', [{ id, receipt: lease!.receipt, delay: 4000 }], { now })
  await setSchedule(redis, 's1', { queue: 'mail', every: 1800, payload: '{}' }, undefined, { now })
  const told = await forecast(
    redis, 'mail', { hours: 2, step: 3600, schedules: await allTimings(redis), now }
  )
  t.match(told, { time: now, step: 3600, waiting: 0, unknown: 'nothing_taken' })
  const none = { capacity: null, waiting: null }
  t.strictSame(told.periods, [
    { at: start, delayed: 3, retrying: 0, scheduled: 2, ...none },
    { at: start + 3600, delayed: 3, retrying: 1, scheduled: 2, ...none },
    { at: start + 7200, delayed: 1, retrying: 0, scheduled: 2, ...none }
  ])
})

test('a forecast has ranges where workers take, and says why where it has none', async t => {
  const { app: { redis } } = await client(t)
  const now = start + 86_400
  const history = Array.from({ length: 1441 }, (_, n) => {
    return `${now / 60 - 1440 + n} 30 0 0 0 ${10 * n} ${10 * n} 0 0 0`
  })
  await redis.rpush('{mail}:history', ...history)
  const told = async () => await forecast(
    redis, 'mail', { hours: 24, step: 3600, schedules: new Map(), now }
  )
  t.match(await told(), { unknown: 'nobody_asks', periods: [{ waiting: null }] })
  await push(redis, 'mail', [{ payload: '{}' }], { now: now - 40 })
  await take(redis, 'mail', { now: now - 30 })
  const { unknown, periods } = await told()
  t.equal(unknown, null)
  t.equal(periods.length, 25)
  for (const { capacity, waiting } of periods) {
    t.ok(capacity!.from <= 600 && capacity!.to! >= 600, JSON.stringify(capacity))
    t.ok(waiting!.from === 0 && waiting!.to! > 0)
  }
  await redis.hset('{mail}:policy', 'stopped', '1')
  t.match(await told(), { unknown: 'stopped', periods: [{ capacity: null, waiting: null }] })
})

test('GET tells of all queues with something to come, those with the most first', async t => {
  const { app, ask, says } = await client(t)
  for (const [queue, jobs] of [['a', 1], ['b', 3], ['c', 2]] as const) {
    await push(app.redis, queue, Array.from({ length: jobs }, () => ({ payload: '{}', delay: 60 })))
  }
  await says(201, '', 'POST /q/gone', '{}')
  await says(200, {}, 'GET /q/gone')
  await setSchedule(app.redis, 's1', { queue: 'd', every: 60, payload: '{}' })
  const page = async (query: string) => {
    const { size, queues } = (await ask(`GET /forecast?${query}`)).json()
    return [size, ...queues.map(({ queue }: { queue: string }) => queue)]
  }
  t.strictSame(await page(''), [4, 'b', 'c', 'a', 'd'])
  t.strictSame(await page('offset=1&limit=2'), [4, 'c', 'a'])
  const { queues } = (await ask('GET /forecast?hours=1&step=1800')).json()
  t.equal(queues[0].periods.length, 3)
  const one = (await ask('GET /forecast/b?hours=1&step=1800')).json()
  t.match(one, { queue: 'b', step: 1800, periods: { length: 3 } })
  const both = one.periods[0].delayed + one.periods[1].delayed
  t.equal(both, 3)
})

test('what makes no sense is refused', async t => {
  const { refuses, says, ask } = await client(t)
  for (const path of ['/forecast', '/forecast/mail']) {
    for (const hours of ['0', '169', '1.5', '']) {
      await refuses(400, 'hours must be a whole number from 1 to 168', `GET ${path}?hours=${hours}`)
    }
    for (const step of ['59', '86401', 'hour']) {
      await refuses(400, 'step must be whole seconds, from 60 to 86400', `GET ${path}?step=${step}`)
    }
    const most = [400, 'hours and step make more than 200 periods'] as const
    await refuses(...most, `GET ${path}?hours=168&step=3023`)
    t.equal((await ask(`GET ${path}?hours=168&step=3024`)).statusCode, 200)
  }
  for (const limit of ['0', '101']) {
    await refuses(400, 'limit must be a whole number from 1 to 100', `GET /forecast?limit=${limit}`)
  }
  await says(200, { size: 0, queues: [] }, 'GET /forecast?limit=100')
})

test('a token sees the forecasts of its queues alone', async t => {
  const { path, secrets } = tokenFile(t, { name: 'mail', roles: ['read'], queues: ['mail'] })
  const { app } = await client(t, { PRESQUE_TOKENS: path })
  for (const queue of ['mail', 'post']) await push(app.redis, queue, [{ payload: '{}', delay: 9 }])
  const get = async (url: string) => await app.inject({ url, headers: bearer(secrets['mail']) })
  t.match((await get('/forecast')).json(), { size: 1, queues: [{ queue: 'mail' }] })
  t.equal((await get('/forecast/post')).statusCode, 403)
})
