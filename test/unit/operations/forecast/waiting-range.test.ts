import { test } from 'tap'
import { outlooks, type Period } from '../../../../operations/forecast/waiting-range.ts'
import type { Minute } from '../../../../operations/queue/history.ts'
import { dice, simulate, type Day } from '../../../support/simulated-day.ts'

const wave = (hour: number): number => 1 + 0.6 * Math.sin((hour / 24) * 2 * Math.PI)

/** 20 000 jobs in the first ten minutes of 22 o'clock. */
const atNight = (minute: number): number => {
  const inDay = minute % 1440
  return inDay >= 1320 && inDay < 1330 ? 2000 : 0
}

const days: Record<string, Day> = {
  'a steady pace': { pace: () => 60, arrivals: () => 55 },
  'a slow queue': { pace: () => 2, arrivals: () => 1.8 },
  'the pace of a day': { pace: hour => 200 * wave(hour), arrivals: hour => 190 * wave(hour - 1) },
  'more workers by day': { pace: hour => (hour % 24 > 8 ? 240 : 160), arrivals: () => 190 },
  'plenty of workers': { pace: () => 500, arrivals: () => 50 },
  'delayed jobs of the night, pushed at noon': {
    pace: () => 90, arrivals: () => 20, due: atNight, pushedBefore: 600
  },
  'a schedule each minute': { pace: () => 30, arrivals: () => 5, due: () => 10 }
}

/** The hours after a minute, with the jobs that are known to fall due in them. */
function hoursAfter (minute: number, count: number, { due = () => 0, pushedBefore = 0 }: Day) {
  return Array.from({ length: count }, (_, i): Period => {
    const first = minute + 1 + 60 * i
    let known = 0
    for (let n = first; n < first + 60; n++) if (n - pushedBefore <= minute) known += due(n)
    return { at: (first - 1) * 60, end: (first + 59) * 60, known }
  })
}

for (const [name, day] of Object.entries(days)) {
  test(`of ten hours ahead the range tells the truth in nine: ${name}`, t => {
    let [right, asked, bounded] = [0, 0, 0]
    for (let seed = 1; seed <= 4; seed++) {
      const next = dice(seed)
      const all = simulate(day, next, 2000, 3)
      for (let n = 0; n < 12; n++) {
        const at = 1500 + Math.floor(next() * 1300)
        const periods = hoursAfter(at, 24, day)
        const found = outlooks(all[at]!.waiting, periods, all.slice(at - 1440, at + 1))
        for (const [i, { waiting: { from, to } }] of found!.entries()) {
          const truth = all[periods[i]!.end / 60]!.waiting
          asked++
          if (to !== null) bounded++
          if (truth >= from && truth <= (to ?? Infinity)) right++
        }
      }
    }
    t.equal(asked, 1152)
    t.equal(bounded, asked, 'there always is a most')
    t.ok(right >= 0.9 * asked, `${right} of ${asked}`)
    t.end()
  })
}

test('the jobs of a night pile up in the forecast of the day before, and are gone by day', t => {
  const day = days['delayed jobs of the night, pushed at noon']!
  const all = simulate(day, dice(3), 2000, 3)
  const at = 1440 + 13 * 60
  const periods = hoursAfter(at, 24, day)
  const found = outlooks(all[at]!.waiting, periods, all.slice(at - 1440, at + 1))!
  t.ok(found[9]!.waiting.from > 10_000, JSON.stringify(found[9]))
  t.ok(found[8]!.waiting.to! < 2000, JSON.stringify(found[8]))
  t.equal(found[20]!.waiting.from, 0)
  t.ok(found[9]!.capacity.from < 20_000)
  t.end()
})

const periods: Period[] = [{ at: 7200, end: 10_800, known: 7 }]

const flat = (count: number, each: Partial<Minute>): Minute[] => {
  return Array.from({ length: count }, (_, n) => {
    const zero = { waiting: 0, pushed: 0, processed: 0, failures: 0, lost: 0 }
    const grown = Object.entries(each).map(([name, value]) => [name, value * n])
    return { ...zero, ...Object.fromEntries(grown), at: 7200 + 60 * (n - count) }
  })
}

test('nothing is told where nothing is known', t => {
  for (const minutes of [[], flat(1, {}), flat(60, {}), flat(60, { pushed: 9 })]) {
    t.equal(outlooks(10, periods, minutes), null)
    t.equal(outlooks(0, periods, minutes), null)
  }
  const stopped = flat(60, { processed: 9 })
  const last = stopped.at(-1)!
  for (let n = 1; n <= 6; n++) stopped.push({ ...last, at: last.at + 60 * n })
  t.equal(outlooks(10, periods, stopped), null, 'jobs wait, and none was taken in five minutes')
  t.not(outlooks(0, periods, stopped), null, 'no job waits: workers may be there')
  t.end()
})

test('where no job had to wait, there is no telling how many could be taken', t => {
  const [one] = outlooks(0, periods, flat(120, { pushed: 10, processed: 10 }))!
  t.match(one, { capacity: { to: null }, waiting: { from: 0 } })
  t.ok(one!.capacity.from > 400, JSON.stringify(one))
  t.end()
})
