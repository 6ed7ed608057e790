import { test } from 'tap'
import { setPolicy } from '../../../operations/queue/policy.ts'
import type { FastifyInstance } from 'fastify'
import { ack as finish } from '../../../operations/job/ack.ts'
import { push } from '../../../operations/job/push.ts'
import { cancel, retryAll } from '../../../operations/job/bulk.ts'
import { queueKey } from '../../../operations/redis/keys.ts'
import { purge, queueStatus } from '../../../operations/queue/queue.ts'
import { take } from '../../../operations/job/take.ts'
import { listenAt } from '../../support/http/sse-client.ts'
import { keysLeft } from '../../support/redis/key-count.ts'
import { until } from '../../support/until.ts'
import { build, listen } from '../../support/server/app.ts'

interface Held {
  id: string
  receipt: string
}

async function add (app: FastifyInstance, query: Record<string, string> = {}, headers = {}) {
  return await app.inject({ method: 'POST', url: '/q/mail', query, payload: {}, headers })
}

async function added (app: FastifyInstance, depends?: string): Promise<string> {
  const { headers } = await add(app, depends === undefined ? {} : { depends })
  return headers['x-presque-job'] as string
}

async function lease (app: FastifyInstance): Promise<Held | null> {
  const { statusCode, headers } = await app.inject('/q/mail?lease=30')
  return statusCode === 404
    ? null
    : { id: headers['x-presque-job'] as string, receipt: headers['x-presque-receipt'] as string }
}

const ack = async (app: FastifyInstance, { id, receipt }: Held) =>
  (await app.inject({ method: 'POST', url: `/j/mail/${id}/ack`, query: { receipt } })).statusCode
const state = async (app: FastifyInstance, id: string) =>
  (await app.inject(`/j/mail/${id}`)).json().state
const traces = async ({ redis }: FastifyInstance) =>
  await redis.exists(
    ...(['blocked', 'dependents', 'ended'] as const).map(key => queueKey('mail', key))
  )

test('of an ack and a cancel of one job that race, whichever comes first decides what becomes of ' +
  'those that wait for it', async t => {
  const app = await build(t)
  for (let round = 0; round < 15; round++) {
    const first = await added(app)
    const second = await added(app, first)
    const held = (await lease(app))!
    const race = [
      async () => await ack(app, held),
      async () => (await app.inject({ method: 'DELETE', url: `/j/mail/${first}` })).statusCode
    ]
    const order = round % 2 === 0 ? race : race.toReversed()
    const done = await Promise.all(order.map(async act => await act()))
    const acked = done[order.indexOf(race[0]!)] === 204
    t.equal(done.filter(status => status === 204).length, 1, 'one of both')
    t.equal(await state(app, second), acked ? 'waiting' : 'failed')
    await app.inject({ method: 'DELETE', url: `/j/mail/${second}` })
  }
  t.equal(await traces(app), 0)
})

test('acks of two dependencies release a job once, in one call, in two, ' +
  'and in the same batch', async t => {
  const app = await build(t)
  for (const apart of [false, true, 'batch']) {
    const ids = [await added(app), await added(app)]
    const last = await added(app, ids.join())
    const held = [(await lease(app))!, (await lease(app))!]
    if (apart === true) for (const each of held) t.equal(await ack(app, each), 204)
    else if (apart) {
      await app.inject({ method: 'POST', url: '/qb/mail/ack', payload: { jobs: held } })
    } else t.same(await Promise.all(held.map(async each => await ack(app, each))), [204, 204])
    const only = (await lease(app))!
    t.equal(only.id, last)
    t.equal(await lease(app), null)
    await ack(app, only)
  }
  t.equal(await traces(app), 0)
})

test('a push that races the ack of what it depends on is never stuck, ' +
  'and a diamond ends in its order', async t => {
  const app = await build(t)
  for (let round = 0; round < 20; round++) {
    const top = await added(app)
    const sides = [await added(app, top), await added(app, top)]
    const bottom = await added(app, sides.join())
    const held = (await lease(app))!
    t.equal(await lease(app), null, 'not before')
    const [, late] = await Promise.all(
      round % 2 === 0
        ? [ack(app, held), added(app, top)]
        : [Promise.resolve(), added(app, top), ack(app, held)]
    )
    const taken = [(await lease(app))!, (await lease(app))!, (await lease(app))!]
    t.same(taken.map(({ id }) => id).sort(), [...sides, late].sort())
    t.equal(await state(app, bottom), 'blocked')
    await Promise.all(taken.map(async each => await ack(app, each)))
    const end = (await lease(app))!
    t.equal(end.id, bottom)
    await ack(app, end)
  }
  t.equal(await traces(app), 0)
})

test('when the top of a diamond is cancelled its bottom fails once, ' +
  'and all can be redriven', async t => {
  const app = await build(t)
  await Promise.all([added(app), added(app)])
  for (const depends of ['1', '1', '3,4', '2,5']) await added(app, depends)
  await cancel(app.redis, 'mail', '1')
  t.match(await queueStatus(app.redis, 'mail'), { counts: { failed: 4, waiting: 1, blocked: 0 } })
  t.equal(await traces(app), 0)
  t.equal((await retryAll(app.redis, 'mail', 'failed')).count, 4)
  const order = []
  for (let held; (held = await lease(app)) !== null; await ack(app, held)) order.push(held.id)
  t.same(order, ['2', '3', '4', '5', '6'])
})

test('an Idempotency-Key answers as the first time whether the job is still blocked or gone, ' +
  'and an unknown dependency uses none up', async t => {
  const app = await build(t)
  const key = { 'idempotency-key': 'k' }
  t.equal((await add(app, { depends: '7' }, key)).statusCode, 400)
  await added(app)
  for (let n = 0; n < 2; n++) {
    t.match(await add(app, { depends: '1' }, key), {
      statusCode: 201,
      headers: { 'x-presque-job': '2' }
    })
  }
  for (let held; (held = await lease(app)) !== null;) await ack(app, held)
  t.match(await add(app, { depends: '1' }, key), {
    statusCode: 201,
    headers: { 'x-presque-job': '2' }
  })
  t.match(await queueStatus(app.redis, 'mail'), { counts: { waiting: 0, blocked: 0 }, pushed: 2 })
  t.equal(await traces(app), 0)
})

test('a push that waits is answered with the result once what it depends on is done, ' +
  'and 422 at the end of a long chain that fails', async t => {
  const app = await build(t)
  await added(app)
  const waiting = add(app, { depends: '1', wait: '20' }, { 'idempotency-key': 'k' })
  await until(
    'it is blocked',
    async () => (await app.redis.exists(queueKey('mail', 'watchers'))) === 1
  )
  await ack(app, (await lease(app))!)
  const { id, receipt } = (await lease(app))!
  await app.inject({
    method: 'POST',
    url: `/j/mail/${id}/ack`,
    query: { receipt },
    payload: { sum: 3 }
  })
  t.match(await waiting, { statusCode: 200, body: '{"sum":3}' })
  await added(app)
  for (let from = 3; from < 1503; from += 500) {
    for (let n = from; n < from + 500; n += 100) {
      await Promise.all(Array.from({ length: 100 }, (_, i) => added(app, String(n + i))))
    }
  }
  const last = add(app, { depends: '1503', wait: '20' })
  await until(
    'it is watched',
    async () => (await app.redis.exists(queueKey('mail', 'watchers'))) === 1
  )
  const since = performance.now()
  await cancel(app.redis, 'mail', '3')
  t.match(await last, {
    statusCode: 422,
    body: '{"error":"the job failed: job 1503, on which it depends, failed"}'
  })
  t.ok(performance.now() - since < 5000, 'without anybody who takes')
})

test('the ttl of a blocked job is that of the push that replaced it, ' +
  'and a purge leaves no key of what has failed', async t => {
  const { redis } = await build(t)
  const more = async (job: object, now: number) =>
    (await push(redis, 'mail', [{ payload: '{}', ...job }], { now }))[0]!.id
  await more({}, 100)
  await more({ uniq: 'x', depends: '1', ttl: 5 }, 100)
  await more({ uniq: 'x', on_duplicate: 'replace', depends: '1', delayed: 200, ttl: 50 }, 101)
  t.match(
    await queueStatus(redis, 'mail', { now: 120 }),
    { expired: 0, counts: { blocked: 1 } },
    'the ttl is that of the new one'
  )
  await more({ depends: '2' }, 120)
  t.match(await queueStatus(redis, 'mail', { now: 251 }), {
    expired: 1,
    counts: { blocked: 0, failed: 1 }
  })
  await purge(redis, 'mail')
  t.equal(await keysLeft(redis, 'mail'), 0)
})

test('a late ack that undoes a failure leaves failed what has failed by it, ' +
  'until that is redriven', async t => {
  const { redis } = await build(t)
  // Its times are those of a clock of its own, decades ago.
  await setPolicy(redis, 'mail', { keep_failed: null })
  await push(redis, 'mail', [{ payload: '{}', tries: 1 }], { now: 100 })
  await push(redis, 'mail', [{ payload: '{}', depends: '1' }], { now: 100 })
  const [late] = await take(redis, 'mail', { lease: 10, now: 100 })
  t.match(await queueStatus(redis, 'mail', { now: 111 }), { counts: { failed: 2, blocked: 0 } })
  t.same(await finish(redis, 'mail', [{ id: '1', receipt: late!.lease!.receipt }], { now: 112 }), [
    null
  ])
  t.match(await queueStatus(redis, 'mail', { now: 113 }), {
    counts: { failed: 1, waiting: 0, blocked: 0 }
  })
  t.equal((await retryAll(redis, 'mail', 'failed')).count, 1)
  t.same(
    (await take(redis, 'mail', { count: 9 })).map(({ id }) => id),
    ['2']
  )
})

test('events tell which job is pushed blocked, and how it ends', async t => {
  const { app, url } = await listen(t)
  const ear = await listenAt(t, `${url}/events?queue=mail`)
  await added(app)
  for (const query of [{ depends: '1' }, { depends: '1', delay: '60' }, { depends: '2' }]) {
    await add(app, query)
  }
  await ack(app, (await lease(app))!)
  await cancel(app.redis, 'mail', '2')
  await until('all has been told', () => ear.brief.includes('unblocked mail 4 failed'))
  const told = ear.brief.filter(line => /blocked/.test(line))
  t.same(told.slice(0, 3), [
    'pushed mail 2 blocked',
    'pushed mail 3 blocked',
    'pushed mail 4 blocked'
  ])
  t.same(told.slice(3).sort(), [
    'unblocked mail 2 waiting',
    'unblocked mail 3 delayed',
    'unblocked mail 4 failed'
  ])
})
