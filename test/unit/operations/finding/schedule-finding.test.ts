import { test } from 'tap'
import { findingOfSchedule } from '../../../../operations/finding/schedule-finding.ts'
import { take } from '../../../../operations/job/take.ts'
import { setPolicy } from '../../../../operations/queue/policy.ts'
import { setSchedule, skippingSchedules } from '../../../../operations/schedule/schedule.ts'
import { Scheduler } from '../../../../operations/schedule/scheduler.ts'
import { build } from '../../../support/server/app.ts'

// Far ahead: Redis forgets ticks that are older than a month.
const start = 4_000_003_200

test('a schedule is told while its last tick put no job in, and since when', async t => {
  const { redis } = await build(t)
  const now = start
  await setPolicy(redis, 'mail', { max_jobs: 1 })
  await setSchedule(redis, 's1', { queue: 'mail', every: 60, payload: '{}' }, undefined, { now })
  const scheduler = new Scheduler(redis, error => t.error(error as Error))
  const tick = async (n: number) => {
    await scheduler.fireDue(start + 60 * n)
    const [found] = await skippingSchedules(redis, 9)
    return found === undefined ? null : findingOfSchedule(found)
  }
  t.equal(await tick(1), null)
  t.match(await tick(2), {
    kind: 'schedule',
    queue: 'mail',
    since: start + 120,
    sentence: 'the schedule s1 put no job in at its last tick: the queue is full'
  })
  const twice = 'the schedule s1 put no job in at 2 of its last 3 ticks: the queue is full'
  t.match(await tick(3), { since: start + 120, sentence: twice })
  await take(redis, 'mail', { now: start + 200 })
  t.equal(await tick(4), null, 'it pushes again')
})

test('a schedule that skips a quarter of its ticks is told also after one that pushed', async t => {
  const { redis } = await build(t)
  const rule = { queue: 'mail', every: 60, overlap: 'skip' as const, payload: '{}' }
  await setSchedule(redis, 's1', rule, undefined, { now: start })
  const scheduler = new Scheduler(redis, error => t.error(error as Error))
  for (let n = 1; n <= 30; n++) {
    const now = start + 60 * n
    if (n % 3 === 0) await take(redis, 'mail', { now })
    await scheduler.fireDue(now)
  }
  const [found] = await skippingSchedules(redis, 9)
  t.match(findingOfSchedule(found!), {
    since: null,
    sentence: 'the schedule s1 put no job in at 13 of its last 20 ticks'
  })
  await setSchedule(redis, 's1', rule, undefined, { now: start + 1900 })
  t.strictSame(await skippingSchedules(redis, 9), [], 'one that is set anew begins anew')
})
