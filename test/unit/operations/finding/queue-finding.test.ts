import { test } from 'tap'
import { findingsOf, type QueueFacts } from '../../../../operations/finding/queue-finding.ts'
import type { Minute } from '../../../../operations/queue/history.ts'

const now = 1_700_000_040
const counts = {
  waiting: 0, delayed: 0, retrying: 0, blocked: 0, active: 0, failed: 0, completed: 0
}

const well: QueueFacts = {
  row: {
    queue: 'mail',
    stopped: false,
    counts,
    oldest_age: null,
    pushed: 0,
    processed: 0,
    failed: 0,
    lost: 0,
    expired: 0,
    discarded: 0,
    failures_per_minute: 0
  },
  minutes: [],
  silent: [],
  obstacles: {
    now, stopped: false, reopensAt: null, askedAt: now - 1, limited: false, limitedUntil: null
  },
  policy: {
    stopped: false,
    reopens_at: null,
    tries: 25,
    max_lost: 3,
    lease: 60,
    keep: 0,
    backoff: { base: 15, max: 86400 },
    rate: null,
    concurrency: null,
    max_jobs: null,
    max_keys: null,
    keep_failed: 15552000,
    max_failed: 100000
  }
}

interface Change {
  row?: Partial<QueueFacts['row']>
  counts?: Partial<typeof counts>
  obstacles?: Partial<QueueFacts['obstacles']>
  policy?: Partial<QueueFacts['policy']>
  minutes?: Minute[]
  silent?: string[]
}

function kinds (change: Change): string[] {
  return found(change).map(({ kind, severity }) => `${kind} ${severity}`)
}

function found ({ row, counts: some, obstacles, policy, minutes = [], silent = [] }: Change) {
  return findingsOf({
    row: { ...well.row, ...row, counts: { ...counts, ...some } },
    obstacles: { ...well.obstacles, ...obstacles },
    policy: { ...well.policy, ...policy },
    minutes,
    silent
  })
}

/** An hour of minutes before now; what each says of the n-th, 0 at the first. */
function hour (of: (n: number) => Partial<Minute>): Minute[] {
  return Array.from({ length: 61 }, (_, n) => {
    const zero = { waiting: 0, pushed: 0, processed: 0, failures: 0, lost: 0 }
    return { ...zero, ...of(n), at: now - 60 * (60 - n) }
  })
}

test('a queue that is well has no finding', t => {
  t.strictSame(kinds({}), [])
  t.strictSame(kinds({ counts: { waiting: 9 }, row: { oldest_age: 59, processed: 9 } }), [])
  t.end()
})

test('failing: ten failures of late, and a fifth of the attempts', t => {
  const of = (failures: number, processed: number): string[] => {
    return kinds({ row: { failures_per_minute: failures, failed: failures, processed } })
  }
  t.strictSame(of(9, 0), [])
  t.strictSame(of(10, 0), ['failing critical'])
  t.strictSame(of(10, 10), ['failing critical'])
  t.strictSame(of(10, 11), ['failing warning'])
  t.strictSame(of(10, 40), ['failing warning'])
  t.strictSame(of(10, 41), [])
  t.end()
})

test('failing: what failed more than ten minutes ago is over; since when tells the minute', t => {
  const until = (end: number) => hour(n => ({ failures: Math.max(0, Math.min(n, end) - 40) * 5 }))
  const old = { row: { failed: 25 }, minutes: until(45) }
  t.strictSame(kinds(old), [])
  const [finding] = found({ row: { failed: 100, failures_per_minute: 5 }, minutes: until(60) })
  t.match(finding, { kind: 'failing', since: now - 60 * 20 })
  t.match(finding!.sentence, '100 % of the attempts fail since 2023-11-14T21:54:00Z: 50 failures')
  t.end()
})

test('failing: without a history, failures of long ago are none of late', t => {
  t.strictSame(kinds({ row: { failed: 500, processed: 9 } }), [])
  const row = { failed: 500, failures_per_minute: 10 }
  t.match(found({ row }), [{ kind: 'failing', sentence: /: 10 failures$/ }])
  t.strictSame(kinds({ row: { ...row, processed: 100_000 } }), [])
  t.end()
})

test('a purge, which sets the counters back, is no failure and no growth', t => {
  const minutes = hour(n => ({ failures: n * 5, processed: n * 5, pushed: n * 10 }))
  t.strictSame(kinds({ minutes, row: { failed: 3, processed: 2, pushed: 5 } }), [])
  t.end()
})

test('unattended: jobs wait for a minute, and no worker has asked for as long', t => {
  const of = (age: number, asked: number | null, more: Change = {}): string[] => {
    const askedAt = asked === null ? null : now - asked
    return kinds({
      counts: { waiting: 1 }, row: { oldest_age: age, ...more.row }, obstacles: { askedAt }
    })
  }
  t.strictSame(of(59, null), [])
  t.strictSame(of(60, null), ['unattended warning'])
  t.strictSame(of(60, 60), [])
  t.strictSame(of(61, 61), ['unattended warning'])
  t.strictSame(of(299, 1000), ['unattended warning'])
  t.strictSame(of(300, 1000), ['unattended critical'])
  t.strictSame(of(300, null, { row: { stopped: true } }), ['stopped warning'])
  t.end()
})

test('stopped: only with jobs that wait, and an end is no trouble', t => {
  const row = { stopped: true }
  t.strictSame(kinds({ row }), [])
  t.strictSame(kinds({ row, counts: { waiting: 2 } }), ['stopped warning'])
  const obstacles = { reopensAt: now + 60 }
  const [finding] = found({ row, counts: { waiting: 2 }, obstacles })
  t.match(finding, {
    severity: 'info', sentence: 'it is stopped, until 2023-11-14T22:15:00Z, and 2 jobs wait'
  })
  t.end()
})

test('limited: at its limit, while a job waits for a minute', t => {
  const of = (age: number, policy: Partial<QueueFacts['policy']>, active: number) => found({
    counts: { waiting: 900, active }, row: { oldest_age: age }, obstacles: { limited: true }, policy
  })
  t.strictSame(of(59, { concurrency: 2 }, 2), [])
  t.match(of(60, { concurrency: 2 }, 2), [
    { kind: 'limited', sentence: 'it runs at its concurrency of 2, and 900 jobs wait' }
  ])
  t.match(of(60, { rate: { limit: 10, period: 60 } }, 0), [
    { kind: 'limited', sentence: 'it has used up its rate of 10 in 60 s, and 900 jobs wait' }
  ])
  t.end()
})

test('growing: by a hundred in a quarter of an hour, and by a fifth', t => {
  const of = (waiting: number, before: number, most: number | null = null): string[] => kinds({
    counts: { waiting },
    row: { oldest_age: 90, pushed: waiting, processed: 0 },
    minutes: hour(() => ({ waiting: before, pushed: before })),
    policy: { max_jobs: most }
  })
  t.strictSame(of(99, 0), [])
  t.strictSame(of(100, 0), ['growing warning'])
  t.strictSame(of(1199, 1000), [])
  t.strictSame(of(1200, 1000), ['growing warning'])
  t.strictSame(of(1200, 1000, 1999), ['growing critical'], 'it is full within the hour')
  t.strictSame(of(1200, 1000, 10_000), ['growing warning'])
  t.end()
})

test('losing: three leases of twenty, and not of more', t => {
  const of = (lost: number, processed: number): string[] => {
    return kinds({ row: { lost, processed }, minutes: hour(() => ({})) })
  }
  t.strictSame(of(2, 0), [])
  t.strictSame(of(3, 0), ['losing warning'])
  t.strictSame(of(3, 57), ['losing warning'])
  t.strictSame(of(3, 58), [])
  t.end()
})

test('dying: three workers that fell silent, and three leases that expired in that hour', t => {
  const of = (silent: string[], lost: number): string[] => {
    const row = { lost: 10 + lost, processed: 1000 }
    return kinds({ row, silent, minutes: hour(() => ({ lost: 10 })) })
  }
  t.strictSame(of(['w1', 'w2', 'w3'], 3), ['dying warning'])
  t.strictSame(of(['w1', 'w2'], 3), [])
  t.strictSame(of(['w1', 'w2', 'w3'], 2), [])
  t.strictSame(kinds({ row: { lost: 3 }, silent: ['w1', 'w2', 'w3'] }), [], 'without a history')
  const minutes = hour(n => ({ lost: n > 30 ? 4 : 0 }))
  const silent = ['w1', 'w2', 'w3', 'w4', 'w5']
  const [finding] = found({ row: { lost: 4, processed: 1000 }, minutes, silent })
  t.match(finding, {
    kind: 'dying',
    since: now - 60 * 30,
    sentence: 'workers die: 5 have fallen silent in the last hour (w1, w2, w3 and 2 more), and 4 ' +
      'leases have expired since 2023-11-14T21:44:00Z',
    next: [{ path: '/w?queue=mail' }, { path: '/j/mail?state=active&limit=20' }]
  })
  t.end()
})
