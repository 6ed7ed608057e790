import { test } from 'tap'
import { setPolicy } from '../../../operations/queue/policy.ts'
import type { FastifyInstance } from 'fastify'
import { ackOne, ack } from '../../../operations/job/ack.ts'
import type { Delivery } from '../../../operations/job/delivery.ts'
import { nack } from '../../../operations/job/nack.ts'
import { restore } from '../../../operations/job/put-back.ts'
import { job, jobs, why } from '../../../operations/job/job.ts'
import { explain } from '../../../operations/job/why.ts'
import { push, pushOne, type NewJob } from '../../../operations/job/push.ts'
import { cancel, cancelAll, retry, retryAll } from '../../../operations/job/bulk.ts'
import { queueKey } from '../../../operations/redis/keys.ts'
import { purge, queueStatus } from '../../../operations/queue/queue.ts'
import { take } from '../../../operations/job/take.ts'
import { keysLeft } from '../../support/redis/key-count.ts'
import { build } from '../../support/server/app.ts'

type Redis = FastifyInstance['redis']

const proof = ({ id, lease }: Delivery) => ({ id, receipt: lease!.receipt })
const add = async (redis: Redis, more: Partial<NewJob> = {}, now?: number) =>
  (await push(redis, 'mail', [{ payload: '{}', ...more }], { ...(now && { now }) }))[0]!.id
const state = async (redis: Redis, id: string, now?: number) =>
  (await job(redis, 'mail', id, { ...(now && { now }) }))?.state
const hold = async (redis: Redis, count = 1, now?: number) =>
  await take(redis, 'mail', { lease: 30, count, now })

async function left (redis: Redis): Promise<number> {
  return await redis.exists(
    ...(['blocked', 'dependents', 'ended'] as const).map(key => queueKey('mail', key))
  )
}

test('a job waits until all it depends on have been acknowledged, ' +
  'and is then the last in line of its priority', async t => {
  const { redis } = await build(t)
  // Its times are those of a clock of its own, decades ago.
  await setPolicy(redis, 'mail', { keep_failed: null })
  const [a, b] = [await add(redis), await add(redis)]
  const c = await add(redis, { depends: `${a},${b},${a}` })
  const d = await add(redis)
  t.match(await queueStatus(redis, 'mail'), { counts: { waiting: 3, blocked: 1 } })
  t.match(await job(redis, 'mail', c), { state: 'blocked', depends: [a, b] })
  t.match(explain(...(await why(redis, 'mail', c))), {
    reason: 'blocked',
    detail: 'it waits for jobs 1, 2 to complete'
  })
  await t.rejects(retry(redis, 'mail', c), {
    code: 'JOB_BLOCKED',
    message: 'the job waits for others to complete: 1,2'
  })
  const held = await hold(redis, 9)
  t.same(
    held.map(({ id }) => id),
    [a, b, d]
  )
  await ack(redis, 'mail', [proof(held[0]!)])
  t.match(await job(redis, 'mail', c), { state: 'blocked', depends: [b] })
  await ack(redis, 'mail', [proof(held[1]!)])
  t.match(await job(redis, 'mail', c), { state: 'waiting', depends: [] })
  t.same(
    (await hold(redis)).map(({ id }) => id),
    [c]
  )
  t.equal(await left(redis), 0)
})

test('a job taken for good is completed, and so is one that is kept or gone; ' +
  'an id that was never given out is refused by name', async t => {
  const { redis } = await build(t)
  // Its times are those of a clock of its own, decades ago.
  await setPolicy(redis, 'mail', { keep_failed: null })
  const a = await add(redis)
  const b = await add(redis, { depends: a })
  t.same(
    (await take(redis, 'mail', { count: 9 })).map(({ id }) => id),
    [a]
  )
  t.same(
    (await take(redis, 'mail')).map(({ id }) => id),
    [b]
  )
  t.equal(await state(redis, await add(redis, { depends: `${a},${b}`, keep: 60 })), 'waiting')
  await ack(redis, 'mail', [proof((await hold(redis))[0]!)])
  t.equal(await state(redis, '3'), 'completed')
  t.equal(await state(redis, await add(redis, { depends: '3' })), 'waiting')
  for (const depends of ['9', '1,99999', '5']) {
    await t.rejects(add(redis, { depends }), { code: 'DEPENDS_UNKNOWN' })
  }
  t.equal((await queueStatus(redis, 'mail')).pushed, 4)
  t.equal(await left(redis), 0)
})

for (const [how, end] of Object.entries({
  failed: async (redis: Redis) =>
    await nack(redis, 'mail', [{ ...proof((await hold(redis, 1, 100))[0]!), retry: false }], {
      now: 101
    }),
  'was cancelled': async (redis: Redis) => await cancel(redis, 'mail', '1', { now: 101 }),
  expired: async (redis: Redis) => await queueStatus(redis, 'mail', { now: 161 })
})) {
  test(`when one ${how} those that depend on it fail, and theirs, and can be redriven`, async t => {
    const { redis } = await build(t)
    // Its times are those of a clock of its own, decades ago.
    await setPolicy(redis, 'mail', { keep_failed: null })
    await add(redis, { ttl: 60 }, 100)
    await add(redis, { depends: '1', uniq: 'b' }, 100)
    await add(redis, { depends: '2' }, 100)
    await end(redis)
    const second = await job(redis, 'mail', '2', { now: 162 })
    t.match(second, { state: 'failed', depends: ['1'] })
    t.match(JSON.parse(second!.last_error!), {
      type: 'dependency',
      message: `job 1, on which it depends, ${how}`,
      job: '1'
    })
    t.equal(await state(redis, '3', 162), 'failed')
    t.equal(await left(redis), 0)
    await cancel(redis, 'mail', await add(redis, { uniq: 'b' }))
    await retryAll(redis, 'mail', 'failed')
    t.equal(await state(redis, '3'), 'blocked')
    t.equal(await state(redis, '2'), how === 'failed' ? 'blocked' : 'waiting')
    for (const each of [1, 2, 3, 4]) {
      for (const held of await hold(redis, each)) await ack(redis, 'mail', [proof(held)])
    }
    t.match(await queueStatus(redis, 'mail'), {
      counts: { waiting: 0, blocked: 0, failed: 0, active: 0 }
    })
    t.equal(await left(redis), 0)
  })
}

test('a job that depends on one that has failed already is stored, and has failed', async t => {
  const { redis } = await build(t)
  // Its times are those of a clock of its own, decades ago.
  await setPolicy(redis, 'mail', { keep_failed: null })
  await add(redis)
  await nack(redis, 'mail', [{ ...proof((await hold(redis))[0]!), retry: false }])
  t.equal(await state(redis, await add(redis, { depends: '1', ttl: 9, uniq: 'x' })), 'failed')
  await cancel(redis, 'mail', await add(redis, { uniq: 'x' }))
  await retry(redis, 'mail', '2')
  t.equal(
    await state(redis, '2'),
    'blocked',
    'redriven by itself, it waits for that to be redriven'
  )
  await retry(redis, 'mail', '1')
  t.same(
    (await take(redis, 'mail', { count: 9 })).map(({ id }) => id),
    ['1']
  )
  t.same(
    (await take(redis, 'mail', { count: 9 })).map(({ id }) => id),
    ['2']
  )
})

test('with a delay a job is due when both its time has come and what it depends on ' +
  'has completed', async t => {
  const { redis } = await build(t)
  // Its times are those of a clock of its own, decades ago.
  await setPolicy(redis, 'mail', { keep_failed: null })
  await add(redis, {}, 100)
  await add(redis, { depends: '1', delayed: 150, priority: 1 }, 100)
  await add(redis, { depends: '1', delayed: 105 }, 100)
  t.equal((await take(redis, 'mail', { now: 110 })).length, 1)
  t.match(await job(redis, 'mail', '2', { now: 111 }), {
    state: 'delayed',
    run_at: 150,
    priority: 1
  })
  t.equal(await state(redis, '3', 111), 'waiting')
  t.same(
    (await take(redis, 'mail', { now: 151 })).map(({ id }) => id),
    ['2']
  )
})

test('a late ack releases what waits, and never twice', async t => {
  const { redis } = await build(t)
  // Its times are those of a clock of its own, decades ago.
  await setPolicy(redis, 'mail', { keep_failed: null })
  await add(redis, {}, 100)
  await add(redis, { depends: '1' }, 100)
  const [late] = await hold(redis, 1, 100)
  t.match(await queueStatus(redis, 'mail', { now: 140 }), { counts: { waiting: 1, blocked: 1 } })
  t.same(await ack(redis, 'mail', [proof(late!)], { now: 141 }), [null])
  t.same(await ack(redis, 'mail', [proof(late!)], { now: 141 }), ['NO_SUCH_JOB'])
  t.same(
    (await take(redis, 'mail', { count: 9, now: 142 })).map(({ id }) => id),
    ['2']
  )
})

test('an answer that reached no client leaves released what it had released', async t => {
  const { redis } = await build(t)
  // Its times are those of a clock of its own, decades ago.
  await setPolicy(redis, 'mail', { keep_failed: null })
  await add(redis)
  await add(redis, { depends: '1' })
  t.equal(await restore(redis, 'mail', await take(redis, 'mail')), 1)
  t.same(
    (await take(redis, 'mail', { count: 9 })).map(({ id }) => id),
    ['1', '2']
  )
})

test('a blocked job is replaced, cancelled, expired and purged without a trace, ' +
  'and counts for max_jobs', async t => {
  const { redis } = await build(t)
  // Its times are those of a clock of its own, decades ago.
  await setPolicy(redis, 'mail', { keep_failed: null })
  await add(redis, {}, 100)
  await add(redis, { depends: '1', uniq: 'x' }, 100)
  await add(redis, {}, 100)
  await t.rejects(
    add(redis, { uniq: 'x', on_duplicate: 'replace', depends: '3' }, 100),
    { code: 'DEPENDS_UNKNOWN' },
    'no ring'
  )
  t.equal(await add(redis, { uniq: 'x', on_duplicate: 'replace', payload: '{"n":1}' }, 100), '2')
  t.equal(await left(redis), 0)
  t.equal(await add(redis, { uniq: 'x', on_duplicate: 'replace', depends: '1' }, 100), '2')
  t.equal(await state(redis, '2', 100), 'blocked')
  await cancel(redis, 'mail', '2', { now: 100 })
  t.equal(await left(redis), 0)
  await add(redis, { depends: '1', ttl: 5 }, 100)
  t.match(await queueStatus(redis, 'mail', { now: 106 }), {
    expired: 1,
    counts: { blocked: 0, waiting: 2 }
  })
  await add(redis, { depends: '1,3' }, 106)
  t.equal((await jobs(redis, 'mail', 'blocked', { offset: 0, limit: 9 })).length, 1)
  t.equal(await cancelAll(redis, 'mail', 'blocked'), 1)
  t.equal(await left(redis), 0)
  await add(redis, { depends: '1,3' })
  await purge(redis, 'mail')
  t.equal(await keysLeft(redis, 'mail'), 0)
})

test('acks of two dependencies at the same time, and a push that races the ack, ' +
  'release each job once', async t => {
  const { redis } = await build(t)
  // Its times are those of a clock of its own, decades ago.
  await setPolicy(redis, 'mail', { keep_failed: null })
  for (let round = 0; round < 20; round++) {
    const [a, b] = [await add(redis), await add(redis)]
    const c = await add(redis, { depends: `${a},${b}` })
    const held = await hold(redis, 2)
    const [, , { id: d }] = await Promise.all([
      ackOne(redis, 'mail', proof(held[0]!)),
      ackOne(redis, 'mail', proof(held[1]!)),
      pushOne(redis, 'mail', { payload: '{}', depends: b })
    ])
    t.same((await take(redis, 'mail', { count: 9 })).map(({ id }) => id).sort(), [c, d].sort())
  }
  t.equal(await left(redis), 0)
})

test('thousands of dependents, and a chain of hundreds, are dealt with piece by piece', async t => {
  const { redis } = await build(t)
  // Its times are those of a clock of its own, decades ago.
  await setPolicy(redis, 'mail', { keep_failed: null })
  await add(redis)
  for (let i = 0; i < 10; i++) {
    await push(
      redis,
      'mail',
      Array.from({ length: 200 }, () => ({ payload: '{}', depends: '1' }))
    )
  }
  await take(redis, 'mail')
  t.equal(
    (await queueStatus(redis, 'mail')).counts.blocked,
    2000 - 500,
    'a piece by the take, and one by the look'
  )
  let count = 0
  for (let got = 1; got > 0; count += got) got = (await take(redis, 'mail', { count: 1000 })).length
  t.equal(count, 2000)
  for (let i = 0; i < 600; i++) {
    await pushOne(redis, 'mail', { payload: '{}', ...(i > 0 && { depends: String(2001 + i) }) })
  }
  await cancel(redis, 'mail', '2002')
  const counts = async () => (await queueStatus(redis, 'mail')).counts
  const first = await counts()
  t.ok(first.failed < 599 && first.failed > 0, `${first.failed} of 599 at first`)
  for (let look = 0; look < 3; look++) await counts()
  t.match(await counts(), { failed: 599, blocked: 0 })
  t.equal(await left(redis), 0)
})
