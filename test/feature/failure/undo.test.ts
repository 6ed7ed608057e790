import { test } from 'tap'
import { errorGroups } from '../../../operations/failure/error-group.ts'
import { ack } from '../../../operations/job/ack.ts'
import { job } from '../../../operations/job/job.ts'
import { nack } from '../../../operations/job/nack.ts'
import { push } from '../../../operations/job/push.ts'
import { take } from '../../../operations/job/take.ts'
import { beginOperation, readOperation, setOperation } from
  '../../../operations/operation/operation.ts'
import { stepOperation } from '../../../operations/operation/operator.ts'
import { queueStatus } from '../../../operations/queue/queue.ts'
import { queueKey } from '../../../operations/redis/keys.ts'
import type { RedisClient } from '../../../operations/redis/store.ts'
import type { NewOperation } from '../../../schemas/new-operation.ts'
import { build } from '../../support/server/app.ts'

const queue = 'mail'

type State = NewOperation['where']['state']
type Pushed = Parameters<typeof push>[2][number]

/** Pushes a job, and takes it on lease. */
async function hold (redis: RedisClient, pushed: Omit<Pushed, 'payload'>, payload = '{}') {
  await push(redis, queue, [{ payload, ...pushed }], { now: 100 })
  const [taken] = await take(redis, queue, { lease: 9000, worker: 'w1', now: 100 })
  return { id: taken!.id, receipt: taken!.lease!.receipt }
}

async function fail (redis: RedisClient, failure: object, pushed: Omit<Pushed, 'payload'> = {}) {
  const held = await hold(redis, pushed, '{"n":1e2, "é":"\\u0000"}')
  await nack(redis, queue, [{ ...held, error: '{"message":"no"}', ...failure }], { now: 101 })
  return held.id
}

/** Begins an operation and carries it on to its end. */
async function carry (redis: RedisClient, id: string, now: number): Promise<void> {
  for (let pause = 0; pause >= 0;) {
    pause = await stepOperation(redis, queue, id, { now })
    now += pause / 1000
  }
}

async function drop (redis: RedisClient, state: State, now: number): Promise<string> {
  const wanted: NewOperation = { queue, where: { state }, do: 'delete', rate: 5000 }
  const { operation: { id } } = await beginOperation(redis, wanted, null, { now })
  await carry(redis, id, now)
  return id
}

async function undo (redis: RedisClient, id: string, now: number): Promise<number> {
  await setOperation(redis, queue, id, 'undo', { now })
  await carry(redis, id, now)
  const { operation } = (await readOperation(redis, queue, id))!
  return operation.counts.restored
}

const countsAt = async (redis: RedisClient, now: number) =>
  (await queueStatus(redis, queue, { now })).counts

const states: State[] = ['failed', 'retrying', 'delayed', 'blocked', 'completed']

test('an undo brings back what an operation has deleted, as it was, and once', async t => {
  const { redis } = await build(t)
  const done = await hold(redis, { keep: 9000 })
  await ack(redis, queue, [{ ...done, result: '{"sent":1e0}' }], { now: 101 })
  const waiting = await hold(redis, {})
  const ids = [
    await fail(redis, { retry: false }, { priority: 3, tries: 4 }),
    await fail(redis, { delay: 5000 }, { uniq: 'ann' }),
    done.id
  ]
  const delayed = { delay: 4000, ttl: 4000, uniq: 'bob', tries: 2 }
  await push(redis, queue, [
    { payload: '{"a": 1}', ...delayed }, { payload: '{}', depends: waiting.id }
  ], { now: 101 })
  const all = [...ids, '5', '6']
  const stood = async () => ({
    jobs: await Promise.all(all.map(async id => await job(redis, queue, id, { now: 200 }))),
    counts: await countsAt(redis, 200),
    errors: await errorGroups(redis, queue, 10, { now: 200 }),
    unique: await redis.hgetall(queueKey(queue, 'unique'))
  })
  const before = await stood()
  t.ok(before.jobs.every(one => one !== null))
  t.match(before.counts, { failed: 1, retrying: 1, delayed: 2, blocked: 1, completed: 1 })
  const begun = []
  for (const state of states) begun.push(await drop(redis, state, 200))
  const none = { failed: 0, delayed: 0, blocked: 0, completed: 0, active: 1 }
  t.match(await countsAt(redis, 200), none)
  t.strictSame(await redis.hgetall(queueKey(queue, 'unique')), {})
  for (const [i, id] of begun.entries()) {
    t.equal(await undo(redis, id, 200), 1, states[i]!)
    t.match((await readOperation(redis, queue, id))!.operation, {
      state: 'undone', sentence: 'undone: 1 of 1 jobs are back', undo_until: 1100.02
    })
    await t.rejects(undo(redis, id, 201), { code: 'OPERATION_STATE' })
  }
  t.strictSame(await stood(), before)
  t.equal(await redis.exists(queueKey(queue, 'bin'), queueKey(queue, 'binned')), 0)
  const again = push(redis, queue, [{ payload: '{}', uniq: 'ann' }], { now: 200 })
  await t.rejects(again, { code: 'JOB_EXISTS' })
})

test('a job that comes back obeys the rules of its state', async t => {
  const { redis } = await build(t)
  const first = await hold(redis, {})
  await fail(redis, { retry: false })
  await push(redis, queue, [
    { payload: '{}', delay: 50, uniq: 'ann' }, { payload: '{}', delay: 50 },
    { payload: '{}', delay: 100, ttl: 1 }, { payload: '{}', depends: first.id }
  ], { now: 100 })
  const begun = [await drop(redis, 'delayed', 110), await drop(redis, 'blocked', 110)]
  await push(redis, queue, [{ payload: '{}', uniq: 'ann' }], { now: 120 })
  await ack(redis, queue, [first], { now: 121 })
  for (const id of begun) await undo(redis, id, 300)
  const found = async (id: string) => await job(redis, queue, id, { now: 300 })
  t.match(await found('3'), { state: 'failed', last_error: /"duplicate"/ }, 'its key is taken')
  t.match(await found('4'), { state: 'waiting' }, 'its time has come')
  t.equal(await found('5'), null, 'its ttl has ended')
  t.match(await found('6'), { state: 'waiting' }, 'its dependency has completed')
  const order = await take(redis, queue, { count: 9, now: 300 })
  t.strictSame(order.map(({ id }) => id).sort(), ['4', '6', '7'])
})

test('each job is in the bin for 15 minutes, and those of other operations stay there', async t => {
  const { redis } = await build(t)
  await fail(redis, { retry: false })
  const early = await drop(redis, 'failed', 200)
  await fail(redis, { delay: 9000 })
  const late = await drop(redis, 'retrying', 300)
  await fail(redis, { retry: false })
  const last = await drop(redis, 'failed', 1100.5)
  t.equal(await redis.hlen(queueKey(queue, 'bin')), 2, 'the old entry has gone')
  t.equal(await undo(redis, early, 1101), 0)
  t.match((await readOperation(redis, queue, early))!.operation.sentence, 'undone: 0 of 1 jobs')
  t.equal(await undo(redis, last, 1101), 1)
  t.equal(await undo(redis, late, 1199), 1)
  t.ok(await redis.pttl(queueKey(queue, 'bin')) <= 900_000)
})

test('an operation that runs is not undone before it is paused, and one that retries ' +
  'never', async t => {
  const { redis } = await build(t)
  for (let n = 0; n < 5; n++) await fail(redis, { retry: false })
  const wanted = { queue, where: { state: 'failed' as const }, rate: 1 }
  const { operation: { id } } =
    await beginOperation(redis, { ...wanted, do: 'delete' }, null, { now: 200 })
  await stepOperation(redis, queue, id, { now: 201 })
  const set = async (verb: 'pause' | 'resume' | 'undo') =>
    await setOperation(redis, queue, id, verb, { now: 201 })
  await t.rejects(set('undo'), { code: 'OPERATION_STATE' })
  await set('pause')
  await set('undo')
  await t.rejects(set('resume'), { code: 'OPERATION_STATE' })
  await carry(redis, id, 201)
  t.equal((await countsAt(redis, 201)).failed, 5)
  const other = await beginOperation(redis, { ...wanted, do: 'retry' }, null, { now: 300 })
  await setOperation(redis, queue, other.operation.id, 'abort', { now: 300 })
  await t.rejects(setOperation(redis, queue, other.operation.id, 'undo', { now: 300 }),
    { code: 'OPERATION_STATE' })
})

test('waiting jobs of all kinds that a filter matches are deleted and brought back, and the ' +
  'others stay', async t => {
  const { redis } = await build(t)
  const kinds: Array<Omit<Pushed, 'payload'>> = [{}, { priority: 2 }, { tries: 3 }, {}]
  const jobs = Array.from({ length: 400 }, (_, n) => {
    return { payload: `{"n":${n},"x":${n % 3}}`, ...kinds[n % 4] }
  })
  await push(redis, queue, jobs, { now: 100 })
  const where = { state: 'waiting' as const, text: '"x":1' }
  const wanted: NewOperation = { queue, where, do: 'delete', rate: 5000 }
  const { operation: { id, counts }, preview } =
    await beginOperation(redis, wanted, null, { now: 200 })
  t.equal(counts.matched, null, 'each job must be looked at')
  t.equal(JSON.parse(preview).length, 5)
  await push(redis, queue, [{ payload: '{"n":400,"x":1}' }], { now: 200 })
  await carry(redis, id, 200)
  const matching = jobs.filter(({ payload }) => payload.includes('"x":1')).length
  t.match((await readOperation(redis, queue, id))!.operation, {
    state: 'completed', sentence: `completed: ${matching} jobs are deleted`
  })
  t.match(await countsAt(redis, 300), { waiting: 401 - matching })
  t.equal(await undo(redis, id, 300), matching)
  t.match(await countsAt(redis, 300), { waiting: 401 })
  const taken = []
  for (let some = [null]; some.length > 0;) {
    some = await take(redis, queue, { count: 100, now: 301 }) as never[]
    taken.push(...some as never[] as Array<{ id: string, payload: string }>)
  }
  t.equal(new Set(taken.map(({ id }) => id)).size, 401, 'each once')
  const payloads = taken.map(({ payload }) => payload).sort()
  t.strictSame(payloads, [...jobs, { payload: '{"n":400,"x":1}' }]
    .map(({ payload }) => payload).sort())
})
