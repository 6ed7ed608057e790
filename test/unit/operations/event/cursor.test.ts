import { test } from 'tap'
import {
  compareCursors,
  cursorAfterTime,
  cursorOf,
  firstIdAfter,
  parseCursor,
  parseCursors
} from '../../../../operations/event/cursor.ts'
import { eventsOf } from '../../../../operations/event/event.ts'

test('a position is read from the id that names it, and from nothing else', async t => {
  t.strictSame(parseCursor('1700000000000-3'), { entry: '1700000000000-3', nth: Infinity })
  t.strictSame(parseCursor('1700000000000-3.12'), { entry: '1700000000000-3', nth: 12 })
  for (const id of [
    '',
    '1',
    '1-',
    '-1',
    'a-1',
    '1-1.',
    '1-1.a',
    '1-1,',
    ' 1-1',
    '1-1\n',
    '1'.repeat(16) + '-1'
  ]) {
    t.equal(parseCursor(id), null, id)
  }
})

test('positions stand in the order of what they come after', async t => {
  const ordered = [
    '9-0.0',
    '9-0.5',
    '9-0',
    '9-18446744073709551614',
    '9-18446744073709551615',
    '10-0.0',
    '10-0',
    '1700000000000-0'
  ].map(cursorOf)
  for (const [i, one] of ordered.entries()) {
    for (const [j, other] of ordered.entries()) {
      t.equal(Math.sign(compareCursors(one, other)), Math.sign(i - j), `${i} ${j}`)
    }
  }
  t.ok(compareCursors(cursorAfterTime(9), cursorOf('9-7')) > 0)
  t.ok(compareCursors(cursorAfterTime(9), cursorOf('10-0.0')) < 0)
})

test('the next reading begins in the middle of an entry, after it, ' +
  'or after its millisecond', async t => {
  t.strictSame(
    ['9-3.2', '9-3', '9-18446744073709551615'].map(id => firstIdAfter(cursorOf(id))),
    ['9-3', '9-4', '10-0']
  )
  t.equal(firstIdAfter(cursorAfterTime(9)), '10-0')
})

test('an id names a place in each queue, or a time for all', async t => {
  t.strictSame(parseCursors('1-1,2-2.3', 2), [cursorOf('1-1'), cursorOf('2-2.3')])
  t.strictSame(parseCursors('5', Infinity), [cursorAfterTime(5)])
  for (const [id, count] of [
    ['1-1', 2],
    ['1-1,2-2', 1],
    ['5', 1],
    ['1-1', Infinity],
    ['1-1,', 2],
    ['', 1]
  ] as const) {
    t.equal(parseCursors(id, count), null, `${id} for ${count}`)
  }
})

test('an entry is as many events as it has jobs, each with an id of its own and the last with ' +
  'that of the entry', async t => {
  const events = eventsOf('mail', [
    '1700000000500-0',
    [
      'pushed waiting',
      '7+2 12',
      'pushed delayed',
      '13@1700000060000',
      'taken active@1700000030000 w1',
      '7',
      'acked gone',
      '7 8@1700000090000',
      'purged',
      ''
    ]
  ])
  t.strictSame(
    events.map(({ id }) => id),
    [0, 1, 2, 3, 4, 5, 6].map(n => `1700000000500-0.${n}`).concat('1700000000500-0')
  )
  const at = 1700000000.5
  t.strictSame(
    events.map(({ what, text }) => [what, JSON.parse(/^data: (.*)$/m.exec(text)![1]!)]),
    [
      ['pushed', { queue: 'mail', id: '7', state: 'waiting', at }],
      ['pushed', { queue: 'mail', id: '8', state: 'waiting', at }],
      ['pushed', { queue: 'mail', id: '12', state: 'waiting', at }],
      ['pushed', { queue: 'mail', id: '13', state: 'delayed', at, run_at: 1700000060 }],
      [
        'taken',
        {
          queue: 'mail',
          id: '7',
          state: 'active',
          at,
          lease_expires_at: 1700000030,
          worker_id: 'w1'
        }
      ],
      ['acked', { queue: 'mail', id: '7', state: 'gone', at }],
      ['acked', { queue: 'mail', id: '8', state: 'completed', at, kept_until: 1700000090 }],
      ['purged', { queue: 'mail', at }]
    ]
  )
})
