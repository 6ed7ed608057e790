import { test } from 'tap'
import { scheduleKey } from '../../../../operations/redis/keys.ts'
import { skippingSchedules, setSchedule } from '../../../../operations/schedule/schedule.ts'
import { build } from '../../../support/server/app.ts'

test('all schedules that failed are found, however large their payloads are', async t => {
  const { redis } = await build(t)
  t.strictSame(await skippingSchedules(redis, 10), [])
  const payload = JSON.stringify('x'.repeat(2 ** 20))
  for (let n = 0; n < 10; n++) {
    const rule = { queue: `q${n}`, every: 60, payload: `{"x":${payload}}` }
    await setSchedule(redis, `s${n}`, rule, () => {}, { now: 100 })
    const turn = JSON.parse((await redis.hget(scheduleKey('turns'), `s${n}`))!)
    if (n === 7) continue
    const failed = { ...turn, since: 90_500, error: 'the queue is full' }
    await redis.hset(scheduleKey('turns'), `s${n}`, JSON.stringify(failed))
  }
  const found = await skippingSchedules(redis, 10)
  const names = [0, 1, 2, 3, 4, 5, 6, 8, 9].map(n => `s${n}`)
  t.strictSame(found.map(({ name }) => name).toSorted(), names)
  t.match(found.find(({ name }) => name === 's3'), {
    queue: 'q3', since: 90.5, error: 'the queue is full', ticks: 0, skipped: 0
  })
  t.equal((await skippingSchedules(redis, 4)).length, 4)
  await redis.hdel(scheduleKey('schedules'), 's0')
  t.equal((await skippingSchedules(redis, 10)).length, 8, 'a deleted one is none')
})
