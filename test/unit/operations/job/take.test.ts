import { test } from 'tap'
import { push, pushFailed } from '../../../../operations/job/push.ts'
import { restore } from '../../../../operations/job/put-back.ts'
import { take } from '../../../../operations/job/take.ts'
import { jobs } from '../../../../operations/job/job.ts'
import { setPolicy } from '../../../../operations/queue/policy.ts'
import { purge, queues, queueStatus } from '../../../../operations/queue/queue.ts'
import { build } from '../../../support/server/app.ts'

const texts = (jobs: Array<{ payload: string }>): string[] => jobs.map(job => job.payload)

test('take() gives jobs in the order in which they came', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [{ payload: '{"n":1}' }, { payload: '{"n":2}' }])
  await push(redis, 'mail', [{ payload: '{"n":3}' }])
  t.same(texts(await take(redis, 'mail', { count: 2 })), ['{"n":1}', '{"n":2}'])
  t.same(texts(await take(redis, 'mail', { count: 2 })), ['{"n":3}'])
  t.same(await take(redis, 'mail'), [])
})

test('take() gives a delayed job when it is due and not before', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [{ payload: '{}', delayed: 100.5 }], { now: 50 })
  t.same(await take(redis, 'mail', { now: 100.499 }), [])
  t.same(texts(await take(redis, 'mail', { now: 100.5 })), ['{}'])
})

test('a due job joins the tail, in due order, and among equals in the order of coming', async t => {
  const { redis } = await build(t)
  const ids = Array.from({ length: 12 }, (_, i) => `{"n":${i}}`)
  await push(
    redis,
    'mail',
    ids.map(payload => ({ payload, delayed: 200 })),
    { now: 50 }
  )
  await push(
    redis,
    'mail',
    [{ payload: '{"early":1}', delayed: 150 }, { payload: '{"first":1}' }],
    { now: 50 }
  )
  await push(redis, 'mail', [{ payload: '{"last":1}' }], { now: 300 })
  t.same(texts(await take(redis, 'mail', { count: 100, now: 300 })), [
    '{"first":1}',
    '{"early":1}',
    ...ids,
    '{"last":1}'
  ])
})

test('a new job does not pass due jobs, however many are waiting to join the line', async t => {
  const { redis } = await build(t)
  const due = Array.from({ length: 250 }, (_, i) => ({ payload: `{"n":${i}}`, delayed: 100 }))
  await push(redis, 'mail', due, { now: 50 })
  await push(redis, 'mail', [{ payload: '{"new":1}' }], { now: 101 })
  const got = texts(await take(redis, 'mail', { count: 1000, now: 101 }))
  t.same(got, [...due.map(job => job.payload), '{"new":1}'])
})

test('of concurrent pushes with one unique key exactly one wins', async t => {
  const { redis } = await build(t)
  const tries = await Promise.allSettled(
    Array.from({ length: 50 }, () => push(redis, 'mail', [{ payload: '{}', uniq: 'ann' }]))
  )
  t.equal(tries.filter(({ status }) => status === 'fulfilled').length, 1)
  t.match(
    tries.find(({ status }) => status === 'rejected'),
    { reason: { code: 'JOB_EXISTS' } }
  )
  t.equal((await take(redis, 'mail', { count: 100 })).length, 1)
})

test('a unique key is free again once its job has left', async t => {
  const { redis } = await build(t)
  const job = { payload: '{}', uniq: 'ann', delayed: 100 }
  await push(redis, 'mail', [job], { now: 50 })
  await t.rejects(push(redis, 'mail', [{ ...job, delayed: undefined }], { now: 50 }), {
    code: 'JOB_EXISTS'
  })
  await take(redis, 'mail', { now: 101 })
  t.match(await push(redis, 'mail', [job], { now: 50 }), [{ id: '2', duplicate: false }])
})

test('restore() puts jobs back to the head, uncounted, with their unique keys', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [{ payload: '{"n":1}', uniq: 'ann' }])
  await push(redis, 'mail', [{ payload: '{"n":2}' }, { payload: '{"n":3}' }])
  const jobs = await take(redis, 'mail', { count: 2, worker: 'w1' })
  t.equal(await restore(redis, 'mail', jobs, { worker: 'w1' }), 2)
  t.match(await queueStatus(redis, 'mail'), { counts: { waiting: 3 }, processed: 0 })
  await t.rejects(push(redis, 'mail', [{ payload: '{}', uniq: 'ann' }]), { code: 'JOB_EXISTS' })
  t.same(texts(await take(redis, 'mail', { count: 3 })), ['{"n":1}', '{"n":2}', '{"n":3}'])
  t.match(await push(redis, 'mail', [{ payload: '{}', uniq: 'ann' }]), [{ id: '4' }])
})

test('restore() leaves a unique key to the job that took it meanwhile, ' +
  'and what it puts back has failed', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [{ payload: '{"n":1}', uniq: 'ann' }])
  const jobs = await take(redis, 'mail')
  await push(redis, 'mail', [{ payload: '{"n":2}', uniq: 'ann' }])
  await restore(redis, 'mail', jobs)
  await t.rejects(push(redis, 'mail', [{ payload: '{}', uniq: 'ann' }]), { code: 'JOB_EXISTS' })
  t.same(texts(await take(redis, 'mail', { count: 9 })), ['{"n":2}'])
  t.match(await queueStatus(redis, 'mail'), { counts: { waiting: 0, failed: 1 } })
})

test('restore() brings nothing back into a queue that has been purged', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [{ payload: '{"old":1}' }])
  const jobs = await take(redis, 'mail')
  await purge(redis, 'mail')
  t.equal(await restore(redis, 'mail', jobs), 0)
  await push(redis, 'mail', [{ payload: '{"new":1}' }])
  t.equal(await restore(redis, 'mail', jobs), 0, 'nor over a job that has its id now')
  t.same(texts(await take(redis, 'mail', { count: 9 })), ['{"new":1}'])
})

test('a stopped queue accepts jobs and gives out none, ' +
  'even if it was stopped before its first', async t => {
  const { redis } = await build(t)
  await setPolicy(redis, 'mail', { status: 'stop' })
  await push(redis, 'mail', [{ payload: '{}' }])
  await t.rejects(take(redis, 'mail'), { code: 'QUEUE_CLOSED' })
  await setPolicy(redis, 'mail', { status: 'start' })
  t.equal((await take(redis, 'mail')).length, 1)
})

test('pushFailed() counts a failure for the queue and the worker, ' +
  'and nothing when refused', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [{ payload: '{}', uniq: 'ann' }])
  await t.rejects(pushFailed(redis, 'mail', { payload: '{}', uniq: 'ann' }, { worker: 'w1' }), {
    code: 'JOB_EXISTS'
  })
  t.match(await queueStatus(redis, 'mail'), { failed: 0, counts: { waiting: 1 } })
  await pushFailed(redis, 'mail', { payload: '{}' }, { worker: 'w1' })
  t.match(await queueStatus(redis, 'mail'), { failed: 1, counts: { waiting: 2 } })
})

test('a due job counts and is listed as waiting before anybody has looked for it', async t => {
  const { redis } = await build(t)
  await push(
    redis,
    'mail',
    [
      { payload: '{"n":2}', delayed: 100 },
      { payload: '{"n":3}', delayed: 200 },
      { payload: '{"n":1}' }
    ],
    { now: 50 }
  )
  t.match(await queueStatus(redis, 'mail', { now: 150 }), { counts: { waiting: 2, delayed: 1 } })
  t.same(texts(await jobs(redis, 'mail', 'waiting', { offset: 0, limit: 10, now: 150 })), [
    '{"n":1}',
    '{"n":2}'
  ])
  t.same(texts(await jobs(redis, 'mail', 'waiting', { offset: 1, limit: 10, now: 250 })), [
    '{"n":2}',
    '{"n":3}'
  ])
  t.same(texts(await jobs(redis, 'mail', 'waiting', { offset: 2, limit: 1, now: 250 })), [
    '{"n":3}'
  ])
  t.same(texts(await jobs(redis, 'mail', 'waiting', { offset: 0, limit: 0, now: 250 })), [])
})

test('purge() leaves no key of the queue, nor its name', async t => {
  const { redis } = await build(t)
  await push(redis, 'mail', [
    { payload: '{}', uniq: 'a' },
    { payload: '{}', delayed: 9e9 },
    { payload: '{}' }
  ])
  await take(redis, 'mail', { worker: 'w1' })
  await setPolicy(redis, 'mail', { status: 'stop' })
  await purge(redis, 'mail')
  t.same(await queues(redis), [])
  t.match(await queueStatus(redis, 'mail'), {
    counts: { waiting: 0, delayed: 0 },
    processed: 0,
    failed: 0
  })
  t.match(await push(redis, 'mail', [{ payload: '{}', uniq: 'a' }]), [{ id: '1' }])
})

test('a queue with a job is listed, although purges ran into its first push', async t => {
  const { redis } = await build(t)
  const unlisted: number[] = []
  for (let round = 0; round < 100; round++) {
    await Promise.all([
      purge(redis, 'mail'),
      push(redis, 'mail', [{ payload: '{}' }]),
      purge(redis, 'mail')
    ])
    const { counts } = await queueStatus(redis, 'mail')
    if (counts.waiting > 0 && (await queues(redis)).length === 0) unlisted.push(round)
  }
  t.same(unlisted, [])
})
