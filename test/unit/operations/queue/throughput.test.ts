import { test } from 'tap'
import type { Minute } from '../../../../operations/queue/history.ts'
import {
  spanUntilEmpty, spanUntilTaken, type Span
} from '../../../../operations/queue/throughput.ts'
import { dice, simulate, type Day } from '../../../support/simulated-day.ts'

const wave = (hour: number): number => 1 + 0.6 * Math.sin((hour / 24) * 2 * Math.PI)

const days: Record<string, Day> = {
  'a steady pace': { pace: () => 60, arrivals: () => 55 },
  'a slow queue': { pace: () => 2, arrivals: () => 1.8 },
  'the pace of a day': { pace: hour => 200 * wave(hour), arrivals: hour => 190 * wave(hour - 1) },
  'more workers by day': { pace: hour => (hour % 24 > 8 ? 240 : 160), arrivals: () => 190 }
}

const contains = ({ from, to }: Span, seconds: number): boolean => {
  return seconds >= from - 60 && (to === null || seconds <= to + 60)
}

for (const [name, day] of Object.entries(days)) {
  test(`of nine waits in ten the range tells the truth: ${name}`, async t => {
    let [right, asked] = [0, 0]
    for (let seed = 1; seed <= 10; seed++) {
      const next = dice(seed)
      const all = simulate(day, next)
      for (let n = 0; n < 100; n++) {
        const at = 60 + Math.floor(next() * 1300)
        const ahead = Math.floor(next() * all[at]!.waiting)
        const end = all.findIndex(one => one.processed >= all[at]!.processed + ahead)
        if (ahead === 0 || end === -1) continue
        const span = spanUntilTaken(ahead, all.slice(Math.max(0, at - 60), at + 1))
        asked++
        if (span !== null && contains(span, (end - at) * 60)) right++
      }
    }
    t.ok(asked > 300, `${asked} jobs`)
    t.ok(right >= 0.9 * asked, `${right} of ${asked}`)
  })
}

const minutes = (count: number, each: Partial<Minute>): Minute[] => {
  return Array.from({ length: count }, (_, n) => {
    const zero = { waiting: 0, pushed: 0, processed: 0, failures: 0, lost: 0 }
    const grown = Object.entries(each).map(([name, value]) => [name, value * n])
    return { ...zero, ...Object.fromEntries(grown), at: n * 60 }
  })
}

test('nothing is told where nothing is known: no job taken of late, or no minute on record', t => {
  for (const known of [[], minutes(1, {}), minutes(60, {}), minutes(60, { pushed: 9 })]) {
    t.equal(spanUntilTaken(10, known), null)
    t.equal(spanUntilEmpty(10, known), null)
  }
  const stopped = [...minutes(50, { processed: 60 })]
  const last = stopped.at(-1)!
  for (let n = 1; n <= 6; n++) stopped.push({ ...last, at: last.at + 60 * n })
  t.equal(spanUntilTaken(10, stopped), null, 'taken an hour ago, and none in five minutes')
  t.end()
})

test('a queue that grows is never told to be empty', t => {
  t.equal(spanUntilEmpty(1000, minutes(60, { pushed: 600, processed: 300 })), null)
  const slow = spanUntilEmpty(1000, minutes(60, { pushed: 600, processed: 610 }))!
  t.ok(slow.from > 0)
  t.equal(slow.to, null, 'it may as well grow')
  const quick = spanUntilEmpty(6000, minutes(60, { pushed: 100, processed: 700 }))!
  t.ok(quick.from <= 600 && quick.to! >= 600, JSON.stringify(quick))
  t.end()
})

test('of no job ahead the range begins now', t => {
  t.match(spanUntilTaken(0, minutes(60, { processed: 60 })), { from: 0 })
  t.end()
})
