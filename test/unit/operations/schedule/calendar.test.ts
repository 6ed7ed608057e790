import { test } from 'tap'
import { Calendar } from '../../../../operations/schedule/calendar.ts'
import { tickAfter } from '../../../../operations/schedule/cron.ts'

const at = (iso: string): number => Date.parse(iso)
const minutes = (ms: number): string =>
  new Date(ms).toISOString().slice(0, 16).replace(/:00$/, ':00')

/** All ticks after the first and before the second time, as UTC. */
function between (cron: string, tz: string, from: string, to: string): string[] {
  const found: string[] = []
  for (
    let tick = tickAfter({ cron, tz }, at(from));
    tick !== null && tick < at(to);
    tick = tickAfter({ cron, tz }, tick)
  ) {
    found.push(minutes(tick).slice(11))
  }
  return found
}

// On 29 March 2026 it is 03:00 (01:00 UTC) after 01:59 there; on 25 October the hour from 02:00
// (00:00 UTC) comes twice.
const forward: Array<[cron: string, ticks: string[]]> = [
  ['30 2 * * *', ['01:00']],
  ['30 2,14 * * *', ['01:00', '12:30']],
  ['0,30 2 * * *', ['01:00']],
  ['*/20 2 * * *', ['01:00']],
  ['0 2-4 * * *', ['01:00', '02:00']],
  ['30 1-3 * * *', ['00:30', '01:00', '01:30']],
  [
    '0 */2 * * *',
    [
      '23:00',
      '01:00',
      '02:00',
      '04:00',
      '06:00',
      '08:00',
      '10:00',
      '12:00',
      '14:00',
      '16:00',
      '18:00',
      '20:00'
    ]
  ],
  ['15,45 1,2,3 * * *', ['00:15', '00:45', '01:00', '01:15', '01:45']],
  ['*/10 * 2 * * *', ['01:00']],
  ['0 */4 * * *', ['23:00', '02:00', '06:00', '10:00', '14:00', '18:00']],
  ['0 3 * * SUN', ['01:00']]
]
const back: Array<[cron: string, ticks: string[]]> = [
  ['30 2 * * *', ['00:30']],
  ['30 2,14 * * *', ['00:30', '13:30']],
  ['0,30 2 * * *', ['00:00', '00:30']],
  ['*/20 2 * * *', ['00:00', '00:20', '00:40']],
  ['0 2-4 * * *', ['00:00', '02:00', '03:00']],
  ['30 1-3 * * *', ['23:30', '00:30', '02:30']],
  [
    '0 */2 * * *',
    [
      '22:00',
      '00:00',
      '03:00',
      '05:00',
      '07:00',
      '09:00',
      '11:00',
      '13:00',
      '15:00',
      '17:00',
      '19:00',
      '21:00'
    ]
  ],
  ['15,45 1,2,3 * * *', ['23:15', '23:45', '00:15', '00:45', '02:15', '02:45']],
  ['0 3 * * SUN', ['02:00']]
]

test('lists, ranges and steps come once on the day clocks go forward, ' +
  'those in the hour left out at the moment they do', async t => {
  for (const [cron, ticks] of forward) {
    t.same(between(cron, 'Europe/Berlin', '2026-03-28T22:59:59Z', '2026-03-29T22:00Z'), ticks, cron)
  }
})

test('lists, ranges and steps come once on the day clocks go back, the first time', async t => {
  for (const [cron, ticks] of back) {
    t.same(between(cron, 'Europe/Berlin', '2026-10-24T21:59:59Z', '2026-10-25T23:00Z'), ticks, cron)
  }
})

test('a tick within every hour goes on evenly through both', async t => {
  for (const [from, to] of [
    ['2026-03-28T23:00Z', '2026-03-29T04:00Z'],
    ['2026-10-24T22:00Z', '2026-10-25T04:00Z']
  ] as const) {
    const hours = (at(to) - at(from)) / 3_600_000
    t.equal(between('30 * * * *', 'Europe/Berlin', from, to).length, hours)
    t.equal(between('*/20 * * * *', 'Europe/Berlin', from, to).length, 3 * hours - 1)
    t.equal(between('0,5,10 0-23 * * *', 'Europe/Berlin', from, to).length, 3 * hours - 1)
  }
  t.same(between('30 * 25 10 *', 'Europe/Berlin', '2026-10-24T23:45Z', '2026-10-25T03:00Z'), [
    '00:30',
    '01:30',
    '02:30'
  ])
  t.same(between('*/30 * 29 3 *', 'Europe/Berlin', '2026-03-29T00:15Z', '2026-03-29T02:15Z'), [
    '00:30',
    '01:00',
    '01:30',
    '02:00'
  ])
})

test('clocks that change at midnight, by half an hour, or in the south, ' +
  'change nothing of that', async t => {
  t.same(
    between('0 0 * * *', 'Africa/Cairo', '2026-04-23T12:00Z', '2026-04-24T12:00Z'),
    ['22:00'],
    '00:00 is left out: at 01:00'
  )
  t.same(
    between('30 23 * * *', 'Africa/Cairo', '2026-10-29T12:00Z', '2026-10-30T12:00Z'),
    ['20:30'],
    '23:30 comes twice'
  )
  t.same(
    between('15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T12:00Z', '2026-10-04T12:00Z'),
    ['15:30'],
    '02:00 to 02:30 is left out'
  )
  t.same(
    between('45 1 * * *', 'Australia/Lord_Howe', '2026-04-04T12:00Z', '2026-04-05T12:00Z'),
    ['14:45'],
    '01:30 to 02:00 comes twice'
  )
  t.same(between('30 2 * * *', 'Australia/Sydney', '2026-10-03T12:00Z', '2026-10-04T12:00Z'), [
    '16:00'
  ])
  t.same(between('30 1,13 * * *', 'America/New_York', '2026-11-01T04:00Z', '2026-11-02T04:00Z'), [
    '05:30',
    '18:30'
  ])
  t.same(between('0 */6 * * *', 'Asia/Kathmandu', '2026-03-28T12:00Z', '2026-03-29T12:00Z'), [
    '12:15',
    '18:15',
    '00:15',
    '06:15'
  ])
})

test('no tick is missed or comes out of turn, from whatever time it is asked for', async t => {
  for (const tz of [
    'Europe/Berlin',
    'America/New_York',
    'Africa/Cairo',
    'Australia/Lord_Howe',
    'America/Santiago'
  ]) {
    for (const cron of [
      '*/20 2 * * *',
      '0 */2 * * *',
      '30 * * * *',
      '0 0 * * *',
      '15 23,0,1,2,3 * * *'
    ]) {
      for (const month of ['03', '04', '09', '10', '11']) {
        let next = tickAfter({ cron, tz }, at(`2026-${month}-01T00:00Z`))!
        for (
          let ms = at(`2026-${month}-01T00:00Z`);
          ms < at(`2026-${month}-30T00:00Z`);
          ms += 17 * 60_000
        ) {
          const found = tickAfter({ cron, tz }, ms)!
          if (found < next || found <= ms || (found > next && next > ms)) {
            t.fail(
              `${cron} in ${tz}: after ${new Date(ms).toISOString()} ` +
                `came ${new Date(found).toISOString()}`
            )
          }
          next = found
        }
      }
    }
  }
  t.pass('none')
})

// How much work it is, as a multiple of that of a usual tick: a machine that is busy does both
// slowly.
function workOf (cron: string): number {
  const before = process.cpuUsage()
  for (let n = 0; n < 5; n++) new Calendar(cron).after(at('2026-01-01T00:00Z'))
  const { user, system } = process.cpuUsage(before)
  return user + system
}

test('a day that never comes is known as such after some hundred times the work of ' +
  'a usual tick', async t => {
  const never = ['0 0 30 2 *', '0 0 31 2,4,6,9,11 *', '* * 8-31 * +1#1', '0 0 29 2 +1']
  for (const cron of never) {
    t.equal(
      new Calendar(cron).after(at('2026-01-01T00:00Z')) !== null,
      cron.endsWith('29 2 +1'),
      cron
    )
  }
  const usual = Math.max(500, workOf('*/5 * * * *'))
  for (const cron of never) t.ok(workOf(cron) < 150 * usual, cron)
})
