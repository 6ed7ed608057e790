import { test } from 'tap'
import { getSchedule, setSchedule } from '../../../../operations/schedule/schedule.ts'
import { Scheduler } from '../../../../operations/schedule/scheduler.ts'
import { set, silent, start, tick, waiting } from '../../../support/server/schedule.ts'

test('ticks that are late, but not by more than a minute, all fire', async t => {
  const app = await set(t, { every: 1 })
  await tick(app, 60)
  t.equal(await waiting(app), 60)
  t.match(await getSchedule(app.redis, 'beat'), { fired: 60, next_at: start + 61 })
})

test('ticks that were missed come to nothing, or to one job, and then it goes on', async t => {
  const app = await set(t)
  await set(t, { queue: 'once', catchup: 'one' }, app)
  await setSchedule(app.redis, 'none', { queue: 'mail', every: 10, payload: '{}' }, undefined, {
    now: start
  })
  await tick(app, 3605)
  // Of the last minute come those of 3550, 3560 and so on.
  t.same([await waiting(app, 'once'), await waiting(app)], [7, 6])
  t.match(await getSchedule(app.redis, 'beat'), {
    fired: 7,
    last_at: start + 3600,
    next_at: start + 3610,
    last_error: null
  })
  t.match(await getSchedule(app.redis, 'none'), {
    fired: 6,
    skipped: 0,
    last_at: start + 3600,
    next_at: start + 3610,
    last_error: null
  })
  await tick(app, 3610)
  t.same([await waiting(app, 'once'), await waiting(app)], [8, 7])
})

test('ticks that were all missed by more than a minute come to nothing, and say so', async t => {
  const app = await set(t, { every: 3000 })
  await tick(app, 3605)
  const { next_at: next } = (await getSchedule(app.redis, 'beat'))!
  t.match(await getSchedule(app.redis, 'beat'), {
    fired: 0,
    last_at: null,
    last_error: /^missed from .* on: no server was there$/
  })
  t.ok(next! > start + 3605)
})

test('after an outage of 66 seconds the ticks that are less than a minute late ' +
  'have their jobs', async t => {
  const app = await set(t, { every: 5 })
  await tick(app, 71)
  t.match(await getSchedule(app.redis, 'beat'), {
    fired: 12,
    last_at: start + 70,
    next_at: start + 75
  })
  t.equal(await waiting(app), 12)
})

test('a clock that is put back by an hour lets schedules go on with the next tick, ' +
  'at the server that saw it and at a new one', async t => {
  for (const isNew of [false, true]) {
    const app = await set(t)
    const scheduler = new Scheduler(app.redis, silent)
    for (let ms = 0; ms === 0;) ms = await scheduler.fireDue(start + 3600)
    await set(t, { queue: 'other' }, app)
    const other = isNew ? new Scheduler(app.redis, silent) : scheduler
    t.match(await getSchedule(app.redis, 'beat'), { next_at: start + 10 })
    await setSchedule(app.redis, 'ahead', { queue: 'mail', every: 10, payload: '{}' }, undefined, {
      now: start + 3600
    })
    await other.fireDue(start)
    t.match(await getSchedule(app.redis, 'ahead'), { next_at: start + 10 })
    for (let ms = 0; ms === 0;) ms = await other.fireDue(start + 10)
    t.match(await getSchedule(app.redis, 'ahead'), { fired: 1, next_at: start + 20 })
  }
})
