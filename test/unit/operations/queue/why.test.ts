import { test } from 'tap'
import { push } from '../../../../operations/job/push.ts'
import { take } from '../../../../operations/job/take.ts'
import { setPolicy } from '../../../../operations/queue/policy.ts'
import { explainQueue, whyQueue, words } from '../../../../operations/queue/why.ts'
import { build } from '../../../support/server/app.ts'

test('the queue itself tells what holds it up', async t => {
  const { redis } = await build(t)
  const now = 1_700_000_000
  const why = async (queue: string, at = now) => {
    const { reason, detail } = await whyQueue(redis, queue, { now: at })
    return `${reason}: ${detail}`
  }
  t.equal(await why('mail'), 'empty: no job waits')
  const two = [{ payload: '{}' }, { payload: '{}' }, { payload: '{}' }]
  await push(redis, 'mail', two, { now })
  const none = 'nobody_asks: no worker has asked this queue for a job'
  t.equal(await why('mail'), `${none} yet; 3 jobs wait`)
  await take(redis, 'mail', { lease: 600, now })
  t.equal(await why('mail'), 'running: 2 jobs wait')
  t.equal(await why('mail', now + 60), 'running: 2 jobs wait')
  t.equal(await why('mail', now + 61), `${none} for 61 s; 2 jobs wait`)
  await setPolicy(redis, 'mail', { concurrency: 1 }, { now })
  const limit = 'limit_reached: it runs at its concurrency of 1'
  t.equal(await why('mail', now + 61), `${limit}; 2 jobs wait`)
  await setPolicy(redis, 'mail', { status: 'stop', for: 90 }, { now })
  const end = 'it opens again at 2023-11-14T22:14:50.000Z'
  t.equal(await why('mail'), `stopped: the queue is stopped; ${end}; 2 jobs wait`)
  t.match(await whyQueue(redis, 'mail', { now }), { until: now + 90, waiting: 2, active: 1 })
})

test('a queue that is worked off tells when it is likely to be empty', async t => {
  const { redis } = await build(t)
  const now = 1_700_000_040
  const minutes = Array.from({ length: 30 }, (_, n) => {
    const zero = { waiting: 0, pushed: 0, failures: 0, lost: 0 }
    return { ...zero, at: now - 60 * (29 - n), processed: 600 * n }
  })
  await push(redis, 'mail', [{ payload: '{}' }], { now })
  const obstacles = {
    now, stopped: false, reopensAt: null, askedAt: now, limited: false, limitedUntil: null
  }
  const { policy, counts } = {
    policy: { concurrency: null, rate: null } as never,
    counts: { waiting: 36_000, active: 9 } as never
  }
  const { empty_in: span, detail } = explainQueue(obstacles, { policy, counts }, minutes)
  t.ok(span!.from < 3600 && span!.to! > 3600 && span!.to! < 7200, JSON.stringify(span))
  t.match(detail, /^36000 jobs wait; it is likely to be empty in \d+ min to \d+ min$/)
})

test('a span in words', t => {
  t.equal(words({ from: 0, to: 119 }), '0 s to 119 s')
  t.equal(words({ from: 120, to: 7199 }), '2 min to 120 min')
  t.equal(words({ from: 7200, to: 180_000 }), '2 h to 2 d')
  t.equal(words({ from: 7200, to: 7300 }), '2 h')
  t.equal(words({ from: 7200, to: null }), '2 h or more')
  t.end()
})
