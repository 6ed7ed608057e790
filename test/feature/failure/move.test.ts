import { test } from 'tap'
import { job } from '../../../operations/job/job.ts'
import { nack } from '../../../operations/job/nack.ts'
import { push } from '../../../operations/job/push.ts'
import { take } from '../../../operations/job/take.ts'
import { beginOperation, readOperation, setOperation } from
  '../../../operations/operation/operation.ts'
import { stepOperation } from '../../../operations/operation/operator.ts'
import { setPolicy } from '../../../operations/queue/policy.ts'
import { queueStatus } from '../../../operations/queue/queue.ts'
import { script } from '../../../operations/redis/script.ts'
import type { RedisClient } from '../../../operations/redis/store.ts'
import type { NewOperation } from '../../../schemas/new-operation.ts'
import { build } from '../../support/server/app.ts'

type State = NewOperation['where']['state']

async function fail (redis: RedisClient, jobs: Parameters<typeof push>[2]): Promise<void> {
  await push(redis, 'mail', jobs, { now: 100 })
  const taken = await take(redis, 'mail', { lease: 10, count: jobs.length, now: 100 })
  const nacks = taken.map(({ id, lease }) => ({ id, receipt: lease!.receipt, retry: false }))
  await nack(redis, 'mail', nacks, { now: 100 })
}

async function begin (redis: RedisClient, state: State, now = 200): Promise<string> {
  const where = { state }
  const wanted: NewOperation = { queue: 'mail', where, do: 'move', to: 'post', rate: 5000 }
  return (await beginOperation(redis, wanted, null, { now })).operation.id
}

/** Carries an operation on to its end. Resolves to its document. */
async function carry (redis: RedisClient, id: string, now = 200) {
  for (let pause = 0; pause >= 0; now += pause / 1000) {
    pause = await stepOperation(redis, 'mail', id, { now })
  }
  return (await readOperation(redis, 'mail', id))!.operation
}

const counts = async (redis: RedisClient, queue: string) =>
  (await queueStatus(redis, queue, { now: 210 })).counts

test('a move pushes jobs into another queue as they were pushed, and takes them out of their ' +
  'own', async t => {
  const { redis } = await build(t)
  const payload = '{"n":1e2, "é":"\\u0000"}'
  await fail(redis, [{ payload, priority: 2, tries: 4, uniq: 'ann', keep: 60, tags: 'a,b' }])
  const later = { payload: '{}', delay: 900, ttl: 50, uniq: 'bob' }
  await push(redis, 'mail', [later], { now: 100 })
  for (const state of ['failed', 'delayed'] as const) {
    t.match(await carry(redis, await begin(redis, state)), {
      state: 'completed', sentence: 'completed: 1 of 1 jobs are in the queue post now'
    })
  }
  t.match(await counts(redis, 'mail'), { failed: 0, delayed: 0 })
  const [one, other] = await Promise.all(
    ['1', '2'].map(async id => await job(redis, 'post', id, { now: 210 }))
  )
  t.match(one, { state: 'waiting', payload, priority: 2, tries: 4, attempt: 0, tags: ['a', 'b'] })
  t.match(other, { state: 'delayed', run_at: 1000, payload: '{}' })
  t.equal(await job(redis, 'post', '2', { now: 1051 }), null, 'its ttl is the one of its push')
  await t.rejects(push(redis, 'post', [{ payload: '{}', uniq: 'ann' }], { now: 210 }),
    { code: 'JOB_EXISTS' })
  t.match(await push(redis, 'mail', [{ payload: '{}', uniq: 'ann' }], { now: 210 }),
    [{ duplicate: false }])
})

test('jobs whose key the other queue knows stay, and a full queue stops the operation until ' +
  'there is room', async t => {
  const { redis } = await build(t)
  const keys = Array.from({ length: 300 }, (_, n) => ({ payload: '{}', uniq: `k${n}` }))
  await fail(redis, keys)
  await push(redis, 'post', [keys[0]!, keys[150]!, keys[299]!], { now: 100 })
  await setPolicy(redis, 'post', { max_jobs: 103 })
  const id = await begin(redis, 'failed')
  t.match(await carry(redis, id), {
    state: 'stopped',
    counts: { done: 100 },
    sentence: /^stopped itself: the queue post is full; 100 of 300/
  })
  t.match(await counts(redis, 'mail'), { failed: 200 })
  await setPolicy(redis, 'post', { max_jobs: null })
  await setOperation(redis, 'mail', id, 'resume', { now: 300 })
  t.match(await carry(redis, id, 300), { state: 'completed', counts: { done: 297 } })
  t.match(await counts(redis, 'mail'), { failed: 3 })
  t.match(await counts(redis, 'post'), { waiting: 300 })
  const left = ['1', '151', '300'].map(async one => await job(redis, 'mail', one, { now: 310 }))
  for (const one of await Promise.all(left)) t.match(one, { state: 'failed', attempt: 1 })
})

test('a batch that is sent twice, or settled twice, or late, moves each job once', async t => {
  const { redis } = await build(t)
  await fail(redis, Array.from({ length: 500 }, (_, n) => ({ payload: `{"n":${n}}` })))
  const id = await begin(redis, 'failed')
  const step = script<[number, number, string, ...string[]]>('step_operation')
  const receive = script<string>('receive_jobs')
  const settle = script<number>('settle_move')
  const out = async () => await step(redis, 'mail', { now: 200_100, id })
  const send = async (batch: number, fields: string[]) => await receive(redis, 'post', {
    now: 200_100, operation: id, batch, fresh_seed: 'x', fields
  })
  const [, batch, to, ...fields] = await out()
  t.strictSame([batch, to, fields.length], [1, 'post', 600])
  t.match(await counts(redis, 'mail'), { failed: 300 })
  t.strictSame((await out()).slice(1), [batch, to, ...fields], 'the next server has the same')
  await setOperation(redis, 'mail', id, 'pause', { now: 200.1 })
  t.strictSame((await out()).slice(1, 3), [batch, to], 'although it is paused')
  const outcomes = await send(1, fields)
  t.equal(await send(1, fields), outcomes)
  t.match(await counts(redis, 'post'), { waiting: 200 })
  const end = async (batch: number) =>
    await settle(redis, 'mail', { now: 200_100, id, batch, outcomes })
  t.strictSame([await end(1), await end(1)], [1, 0])
  t.equal((await out())[0], -1)
  await setOperation(redis, 'mail', id, 'resume', { now: 201 })
  const late = carry(redis, id, 202)
  t.match(await late, { state: 'completed', counts: { done: 500 } })
  t.equal(await send(1, fields), '', 'a server that was away comes too late')
  t.match(await counts(redis, 'post'), { waiting: 500 })
  t.match(await counts(redis, 'mail'), { failed: 0 })
  t.equal(await redis.hlen('{mail}:moving'), 0)
})

test('waiting jobs move as well, and those that are refused stay without being tried ' +
  'again', async t => {
  const { redis } = await build(t)
  const jobs = Array.from({ length: 130 }, (_, n) => {
    return { payload: `{"n":${n}}`, ...(n % 5 === 0 && { uniq: `k${n}` }) }
  })
  await push(redis, 'mail', jobs, { now: 100 })
  await push(redis, 'post', [jobs[0]!, jobs[50]!], { now: 100 })
  t.match(await carry(redis, await begin(redis, 'waiting')), {
    state: 'completed', counts: { matched: 130, done: 128, duplicates: 2 }
  })
  t.match([await counts(redis, 'mail'), await counts(redis, 'post')],
    [{ waiting: 2 }, { waiting: 130 }])
  const left = await take(redis, 'mail', { count: 9, now: 210 })
  t.strictSame(left.map(({ payload }) => payload), ['{"n":0}', '{"n":50}'])
})
