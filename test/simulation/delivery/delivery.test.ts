import { randomInt } from 'node:crypto'
import { test } from 'tap'
import { again, broken, counted, left } from './example-history.ts'
import { story } from './history/story.ts'
import { run } from './run.ts'

// `npm run check:delivery` does the same at length.
for (const [seed, kills] of [
  [1, 0],
  [randomInt(2 ** 31), 1]
] as const) {
  test('every promise of leased delivery holds, whatever producers, ' +
    `workers and ${kills} killed servers do (seed ${seed})`, async t => {
    const { violations, tally } = await run({ seed, jobs: 2500, kills, seconds: 60 })
    t.same(
      violations
        .slice(0, 3)
        .map(({ rule, queue, detail, job }) => [rule, queue, detail, ...(job ? story(job) : [])]),
      []
    )
    for (const what of [
      'delivery lease again',
      'ack lost',
      'ack gone',
      'nack failed',
      'end acked',
      'end purged',
      'stop done',
      'purge done',
      'push awaited 200'
    ]) {
      t.ok(tally.get(what), what)
    }
  })
}

test('the model finds nothing wrong with a job that is lost once and then acked', async t => {
  t.same(
    broken(
      ({ lease, act }) => {
        lease(again)
        act({ receipt: '2-b', sent: 2100, answered: 2101 })
      },
      counted({ processed: 1, lost: 1 })
    ),
    []
  )
})

test('the model sees every way in which delivery can go wrong', async t => {
  const ackB = { receipt: '2-b', sent: 2500, answered: 2501 }
  const late = { sent: 2100, answered: 2101 }
  const heldTwice = broken(({ lease, act }) => {
    lease({ ...again, at: 1700, expires: 2700 })
    act(ackB)
  })
  const wrong: Record<string, string[]> = {
    'no job is held by two receipts': heldTwice,
    'no more jobs are on lease than the concurrency allows': heldTwice,
    'a receipt is refused once the job has been given to another': broken(({ lease, act }) => {
      lease(again)
      act({ sent: 2400, answered: 2401 })
    }),
    'a receipt in force is accepted': broken(({ act }) => act({ outcome: 'lost' })),
    'a late receipt is accepted while no other worker has the job': broken(({ act }) =>
      act({ outcome: 'lost', ...late })
    ),
    'a job that is there is found': broken(({ act }) => act({ outcome: 'gone', ...late })),
    'a receipt ends its delivery once': broken(({ act }) => {
      act({})
      act({ sent: 1600, answered: 1601 })
    }),
    'what has ended is never delivered again': broken(({ lease, act }) => {
      act({})
      lease(again)
    }),
    'what has ended is touched no more': broken(({ act }) => {
      act({})
      act({ verb: 'touch', sent: 1600, answered: 1601, at: 2600, lease: 1000 })
    }),
    'a job has one end': broken(({ act }) => {
      act({})
      act({ verb: 'cancel', receipt: '', sent: 1600, answered: 1601 })
    }),
    'the attempt never exceeds the tries': broken(({ lease }) => lease({ ...again, attempt: 4 })),
    'a delivery counts': broken(({ lease }) => lease({ ...again, attempt: 1 })),
    'every delivery has a receipt of its own': broken(({ lease }) =>
      lease({ ...again, receipt: '1-a' })
    ),
    'no job is early': broken(({ lease, act }) => {
      act({ verb: 'nack', state: 'delayed', at: 2500 })
      lease(again)
    }),
    'the bytes that come back are those that went in': broken(({ lease }) =>
      lease(again, '{"token": "mail.1"}')
    ),
    'nothing unknown appears': broken(({ lease }) => lease(again, '{"token":"mail.2"}')),
    'a job ends in exactly one way': broken(() => {}),
    'the counters say what happened': broken(({ act }) => act({}), counted({ processed: 2 })),
    'a unique key never has two unfinished jobs': broken(({ first, push }) => {
      first.options.uniq = 'k'
      push('mail.2', '2', { sent: 906, answered: 910, options: { uniq: 'k' } })
    }),
    'everything drains': broken(({ act }) => act({}), left({ waiting: 1 }))
  }
  for (const [rule, found] of Object.entries(wrong)) {
    t.ok(found.includes(rule), `${rule}: ${found.join('; ')}`)
  }
})

test('the model holds a unique key to a job with a time to live until ' +
  'that may be over', async t => {
  const rule = 'a unique key never has two unfinished jobs'
  const second = (sent: number) =>
    broken(({ push }) => {
      push('mail.2', '2', { sent: 906, answered: 910, options: { uniq: 'k', ttl: 0.1 } })
      push('mail.3', '3', { sent, answered: sent + 4, options: { uniq: 'k' } })
    })
  t.ok(second(950).includes(rule), 'before')
  t.notOk(second(1010).includes(rule), 'after')
})
