import { test } from 'tap'
import { lookAhead } from '../../../../operations/schedule/ahead.ts'
import type { Schedule } from '../../../../operations/schedule/schedule.ts'

test('of very many schedules fewer ticks are told of each', async t => {
  const now = Date.UTC(2026, 10, 29)
  const one = { queue: 'mail', cron: '* * * * *', tz: 'UTC', payload: '{}' } as Schedule
  for (const [many, most] of [[100, 100], [101, 99], [1000, 10], [2001, 5]] as const) {
    const found = await lookAhead(Array<Schedule>(many).fill(one), 24, now)
    t.equal(found.length, many)
    t.ok(found.every(({ ticks }) => ticks.length === most), `${many}: ${most}`)
  }
})
