import { test } from 'tap'
import { countTicks, type Periods } from '../../../../operations/forecast/ticks.ts'
import { tickAfter, type Timing } from '../../../../operations/schedule/cron.ts'

const hourMs = 3_600_000
// Sunday, 29 March 2026, 00:00 UTC: clocks in Berlin go forward at one.
const start = Date.UTC(2026, 2, 29)

const periods = (from: number, count: number): Periods => {
  return { from, start, stepMs: hourMs, count }
}

/** One by one. */
function counted (timing: Timing, { from, stepMs, count }: Periods): number[] {
  const counts = Array<number>(count).fill(0)
  const end = start + count * stepMs
  for (let tick = tickAfter(timing, from); tick !== null && tick <= end;) {
    counts[Math.max(0, Math.ceil((tick - start) / stepMs) - 1)]!++
    tick = tickAfter(timing, tick)
  }
  return counts
}

test('countTicks() counts each tick in its period, also where clocks change', async t => {
  const all: Timing[] = [
    { every: 90_000 }, { every: 7 * hourMs }, { every: 1000 },
    { cron: '*/5 * * * *' }, { cron: '30 2 * * *', tz: 'Europe/Berlin' },
    { cron: '0 * * * *', tz: 'Europe/Berlin' }, { cron: '0 9-17 * * 1-5' }
  ]
  for (const timing of all) {
    for (const from of [start, start + 1, start + 20 * 60_000]) {
      const range = periods(from, 30)
      const found = await countTicks([timing], range)
      t.strictSame(found, counted(timing, range), JSON.stringify(timing))
    }
  }
  const range = periods(start + 1, 30)
  const sums = all.map(timing => counted(timing, range))
    .reduce((one, other) => one.map((count, i) => count + other[i]!))
  t.strictSame(await countTicks(all, range), sums, 'and their sum')
  t.strictSame(await countTicks([], periods(start, 2)), [0, 0])
})

test('countTicks() takes later ticks to come as often as the first', async t => {
  const range = periods(start + 600_000, 24)
  const found = await countTicks([{ cron: '* * * * * *' }], range)
  t.strictSame([found[0], ...new Set(found.slice(1))], [3000, 3600])
  const alike = Array.from({ length: 1000 }, (): Timing => ({ cron: '*/5 * * * *' }))
  t.strictSame((await countTicks(alike, range)), [10_000, ...Array(23).fill(12_000)])
  const many = Array.from({ length: 600 }, (_, n): Timing => ({ cron: `${n % 60} * * * * *` }))
  const sums = await countTicks(many.map((one, n) => ({ ...one, tz: `Etc/GMT+${n % 12}` })), range)
  const isNear = (sum: number, i: number) => Math.abs(sum - (i === 0 ? 30_000 : 36_000)) < 600
  t.ok(sums.every(isNear), sums.join())
})
