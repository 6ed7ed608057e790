import { test } from 'tap'
import { again, broken, counted, left, type Does } from './example-history.ts'

const open = { concurrency: null }
const reborn = ['mail']
const ack = { result: '{"by":"a"}' }

/** The push waited, and was answered so. */
function told (
  { first }: Does,
  status: number,
  body = '',
  { sent = 900, answered = 1510, wait = 2 } = {}
): void {
  Object.assign(first, { said: { status, body }, sent, answered, options: { wait } })
}

test('the model finds nothing wrong with a queue that is stopped, opens by itself, ' +
  'and is purged', async t => {
  const stopped = ({ change, act, asked }: Does) => {
    change({ sent: 910, answered: 911, seconds: 0.08 })
    asked({ said: 'closed', sent: 920, answered: 921 })
    asked({ said: 'none', sent: 915, answered: 985, waits: true })
    asked({ said: 'jobs', sent: 930, answered: 1001, waits: true })
    act({})
  }
  t.same(broken(stopped, counted({ processed: 1 }), open), [])
  const emptied = ({ change, act, push }: Does) => {
    change({ verb: 'purge', sent: 1200, answered: 1201 })
    act({ outcome: 'gone' })
    push('mail.2', '1', { sent: 1210, answered: 1211, outcome: 'sure' })
    change({ verb: 'purge', sent: 1300, answered: 1301 })
  }
  t.same(broken(emptied, {}, {}, reborn), [])
})

test('a push that is held up until a purge is over may get the id of a later one', async t => {
  const overtaken = ({ change, push }: Does) => {
    push('mail.2', '1', { sent: 890, answered: 1310 })
    change({ verb: 'purge', sent: 1200, answered: 1201 })
  }
  t.same(broken(overtaken, {}, {}, reborn), [])
})

test('the model finds nothing wrong with a push that waits for its result, ' +
  'in vain or not', async t => {
  t.same(
    broken(
      does => {
        does.act(ack)
        told(does, 200, ack.result)
      },
      counted({ processed: 1 })
    ),
    []
  )
  t.same(
    broken(
      does => {
        does.act({})
        told(does, 200, 'null')
      },
      counted({ processed: 1 })
    ),
    []
  )
  t.same(
    broken(does => {
      does.act({ verb: 'cancel', receipt: '' })
      told(does, 410)
    }),
    []
  )
  t.same(
    broken(
      does => {
        does.act({})
        told(does, 202, '', { answered: 1400, wait: 0.5 })
      },
      counted({ processed: 1 })
    ),
    []
  )
})

test('the model sees every way in which stopping, purging and waiting can go wrong', async t => {
  const purge = { verb: 'purge', sent: 1200, answered: 1201 } as const
  const wrong: Record<string, string[]> = {
    'a stopped queue gives out nothing': broken(({ change, act }) => {
      change({})
      act({})
    }),
    'a stopped queue says so, and no other does': broken(({ change, asked }) => {
      change({})
      asked({})
    }),
    'no take is in vain while a job waits': broken(({ asked }) => asked({}), {}, open),
    'a purged job is never delivered': broken(({ change, lease }) => {
      change(purge)
      lease(again)
    }),
    'a receipt of before a purge fits nothing': broken(({ change, act }) => {
      change(purge)
      act({})
    }),
    'ids begin again with a purge, and only then': broken(
      ({ push }) => push('mail.2', '1'),
      {},
      {},
      reborn
    ),
    'a job ends in exactly one way': broken(({ change }) => change(purge), {
      ...left({ failed: 1 }),
      failed: new Set(['mail.1'])
    }),
    'a client that waits gets the result of the ack': broken(does => {
      does.act(ack)
      told(does, 200, 'null')
    }),
    'a client that waits hears of a failure only if there was one': broken(does => {
      does.act(ack)
      told(does, 422)
    }),
    'a client that waits hears that no result will come only if that is so': broken(does => {
      does.act(ack)
      told(does, 410)
    }),
    'a client waits as long as it asked for, and no longer than needed': broken(does => {
      does.act(ack)
      told(does, 202, '', { answered: 1400 })
    }),
    'a push that waits has one of four answers': broken(does => {
      does.act(ack)
      told(does, 404)
    })
  }
  for (const [rule, found] of Object.entries(wrong)) {
    t.ok(found.includes(rule), `${rule}: ${found.join('; ')}`)
  }
})

test('the model sees who is served too late, told of the wrong end, ' +
  'or numbered on after a purge', async t => {
  const late = ({ asked }: Does) => asked({ said: 'jobs', waits: true, sent: 1000, answered: 6000 })
  const waited = broken(
    ({ push, lease, ...does }) => {
      push('mail.2', '2')
      lease(
        { sent: 5000, answered: 5001, at: 5000, expires: 6000, receipt: '2-c' },
        '{"token":"mail.2"}'
      )
      late({ push, lease, ...does })
    },
    {},
    open
  )
  t.ok(waited.includes('no take is in vain while a job waits'), waited.join('; '))
  const closed = broken(({ asked }) => asked({ said: 'closed' }))
  t.ok(closed.includes('a stopped queue says so, and no other does'), closed.join('; '))
  const acked = broken(does => {
    does.act({ sent: 1300, answered: 1301 })
    told(does, 202, '', { answered: 3000 })
  })
  t.ok(
    acked.includes('a client waits as long as it asked for, and no longer than needed'),
    acked.join('; ')
  )
  const slow = broken(does => {
    does.act(ack)
    told(does, 200, ack.result, { answered: 6000, wait: 60 })
  })
  t.ok(
    slow.includes('a client waits as long as it asked for, and no longer than needed'),
    slow.join('; ')
  )
  const numbered = broken(
    ({ change, push }) => {
      change({ verb: 'purge', sent: 1200, answered: 1201 })
      push('mail.2', '3', { sent: 1300, answered: 1301, outcome: 'sure' })
    },
    {},
    {},
    reborn
  )
  t.ok(numbered.includes('ids begin again with a purge, and only then'), numbered.join('; '))
})
