import { test } from 'tap'
import {
  checkTiming,
  lastTick,
  tickAfter,
  type Timing
} from '../../../../operations/schedule/cron.ts'

const at = (iso: string): number => Date.parse(iso)

/** The `count` ticks after a time, as UTC. */
function ticks (timing: Timing, since: string, count: number): string[] {
  const found: number[] = [at(since)]
  for (let i = 0; i < count; i++) found.push(tickAfter(timing, found.at(-1)!)!)
  return found.slice(1).map(ms => new Date(ms).toISOString().replace(':00.000Z', ''))
}

test('a time that does not exist on the day clocks go forward comes when ' +
  'they do, once', async t => {
  t.same(ticks({ cron: '30 2 * * *', tz: 'Europe/Berlin' }, '2026-03-28T12:00Z', 2), [
    '2026-03-29T01:00',
    '2026-03-30T00:30'
  ])
  t.same(ticks({ cron: '30 2 * * *', tz: 'America/New_York' }, '2026-03-07T12:00Z', 2), [
    '2026-03-08T07:00',
    '2026-03-09T06:30'
  ])
})

test('a time that exists twice on the day clocks go back comes the first time alone', async t => {
  t.same(ticks({ cron: '30 2 * * *', tz: 'Europe/Berlin' }, '2026-10-24T12:00Z', 2), [
    '2026-10-25T00:30',
    '2026-10-26T01:30'
  ])
  t.same(ticks({ cron: '30 1 * * *', tz: 'America/New_York' }, '2026-10-31T12:00Z', 2), [
    '2026-11-01T05:30',
    '2026-11-02T06:30'
  ])
  const daily = { cron: '30 2 * * *', tz: 'Europe/Berlin' }
  for (const iso of [
    '2026-10-25T00:30Z',
    '2026-10-25T01:10Z',
    '2026-10-25T01:29Z',
    '2026-10-25T01:31Z'
  ]) {
    t.same(ticks(daily, iso, 1), ['2026-10-26T01:30'], iso)
  }
})

test('a tick of every hour or oftener goes on evenly through both', async t => {
  t.same(ticks({ cron: '*/30 * * * *', tz: 'Europe/Berlin' }, '2026-03-29T00:30Z', 3), [
    '2026-03-29T01:00',
    '2026-03-29T01:30',
    '2026-03-29T02:00'
  ])
  t.same(ticks({ cron: '0 * * * *', tz: 'Europe/Berlin' }, '2026-10-24T23:30Z', 4), [
    '2026-10-25T00:00',
    '2026-10-25T01:00',
    '2026-10-25T02:00',
    '2026-10-25T03:00'
  ])
})

test('every N seconds means the multiples of N since 1970', async t => {
  t.equal(tickAfter({ every: 1500 }, 0), 1500)
  t.equal(tickAfter({ every: 1500 }, 1499), 1500)
  t.equal(tickAfter({ every: 1500 }, 1500), 3000)
  t.same(ticks({ every: 86_400_000 }, '2026-10-24T12:00Z', 2), [
    '2026-10-25T00:00',
    '2026-10-26T00:00'
  ])
})

test('lastTick() finds the last one of many that were missed, ' +
  'the same that one after another would', async t => {
  for (const timing of [
    { cron: '30 2 * * *', tz: 'Europe/Berlin' },
    { cron: '*/7 9-17 * * MON-FRI', tz: 'America/New_York' },
    { every: 7000 },
    { cron: '0 0 29 2 *' }
  ]) {
    const first = tickAfter(timing, at('2026-10-20T00:00Z'))!
    for (const days of [0, 0.4, 1, 5, 8, 800]) {
      const now = first + Math.round(days * 86_400_000)
      const last = lastTick(timing, first, now)
      t.ok(
        last <= now && tickAfter(timing, last)! > now && tickAfter(timing, last - 1) === last,
        `${JSON.stringify(timing)} after ${days} days`
      )
    }
  }
})

test('checkTiming() names the mistake', async t => {
  const now = at('2026-01-01T00:00Z')
  const fault = (timing: Timing): string => {
    try {
      return checkTiming(timing, now) ?? 'none'
    } catch (error) {
      return (error as Error).message
    }
  }
  for (const cron of ['* * * * *', '*/5 * * * * *', '0 9 * * MON-FRI', '0 0 L * *', '@daily']) {
    t.equal(fault({ cron }), 'none', cron)
  }
  for (const cron of [
    '',
    '* * * *',
    '* * * * * * *',
    '61 * * * *',
    '*/0 * * * *',
    'x',
    '2030-01-01T00:00:00',
    '0 0 30 2 *',
    '5-1 * * * *'
  ]) {
    t.match(
      fault({ cron }),
      /^cron must be five fields such as \*\/5 \* \* \* \*, or six with seconds first: .+/,
      cron
    )
  }
  t.match(fault({ cron: '61 * * * *' }), /Invalid value for minute: 61$/)
  for (const tz of ['Europe/Berlin', 'UTC', 'America/New_York']) {
    t.equal(fault({ cron: '* * * * *', tz }), 'none', tz)
  }
  for (const tz of ['Mars/Base', '', '+02:00', 'Europe/Berlin ']) {
    t.equal(
      fault({ cron: '* * * * *', tz }),
      `no such time zone: '${tz}'; it must be a name such as Europe/Berlin`
    )
  }
})
