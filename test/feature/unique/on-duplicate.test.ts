import { test } from 'tap'
import { push } from '../../../operations/job/push.ts'
import { take } from '../../../operations/job/take.ts'
import { job } from '../../../operations/job/job.ts'
import { queueStatus } from '../../../operations/queue/queue.ts'
import { build } from '../../support/server/app.ts'

test('the same Idempotency-Key adds nothing for a day, and refuses another payload', async t => {
  const { redis } = await build(t)
  const job = { payload: '{"n":1}', idempotencyKey: 'k' }
  const [first] = await Promise.all([1, 2, 3].map(() => push(redis, 'mail', [job], { now: 100 })))
  t.same(await push(redis, 'mail', [job], { now: 100 + 86_399 }), [
    { id: first![0]!.id, duplicate: false }
  ])
  await t.rejects(push(redis, 'mail', [{ ...job, payload: '{"n":2}' }], { now: 101 }), {
    code: 'IDEMPOTENCY_CONFLICT'
  })
  t.match(await queueStatus(redis, 'mail', { now: 101 }), { counts: { waiting: 1 } })
  t.match(await push(redis, 'mail', [job], { now: 100 + 86_401 }), [{ id: '2' }])
})

test('on_duplicate ignores or replaces the job that is there', async t => {
  const { redis } = await build(t)
  const pushed = { uniq: 'ann', payload: '{"n":1}' }
  await push(redis, 'mail', [pushed, { payload: '{"other":1}' }], { now: 100 })
  t.same(await push(redis, 'mail', [{ ...pushed, on_duplicate: 'ignore' }], { now: 100 }), [
    { id: '1', duplicate: true }
  ])
  await push(
    redis,
    'mail',
    [{ ...pushed, payload: '{"n":2}', on_duplicate: 'replace', delayed: 200 }],
    { now: 100 }
  )
  t.match(await job(redis, 'mail', '1', { now: 101 }), {
    state: 'delayed',
    payload: '{"n":2}',
    run_at: 200
  })
  t.same(
    (await take(redis, 'mail', { count: 9, now: 199 })).map(({ id }) => id),
    ['2'],
    'its old place gives out nothing'
  )
  await push(redis, 'mail', [{ ...pushed, payload: '{"n":3}', on_duplicate: 'replace' }], {
    now: 199
  })
  t.match(await take(redis, 'mail', { lease: 60, count: 9, now: 199 }), [
    { id: '1', payload: '{"n":3}' }
  ])
  await t.rejects(
    push(redis, 'mail', [{ ...pushed, on_duplicate: 'replace' }], { now: 199 }),
    { code: 'JOB_EXISTS' },
    'not while on lease'
  )
})

test('a job that was replaced twice is given out once, at its last place', async t => {
  const { redis } = await build(t)
  const pushed = { uniq: 'ann', payload: '{}', on_duplicate: 'replace' as const }
  for (let i = 0; i < 3; i++) {
    await push(redis, 'mail', [pushed, { payload: `{"n":${i}}` }], { now: 100 })
  }
  t.same(
    (await take(redis, 'mail', { count: 9, now: 101 })).map(({ id }) => id),
    ['2', '3', '1', '4']
  )
  t.same(await take(redis, 'mail', { now: 101 }), [])
})
