import { test } from 'tap'
import { CachedFindings } from '../../../../operations/finding/cached-findings.ts'
import type { QueueSummary } from '../../../../schemas/summary.ts'

const row = {
  queue: 'mail',
  stopped: false,
  lost: 0,
  failures_per_minute: 0,
  counts: { waiting: 3, delayed: 0, retrying: 0, blocked: 0, active: 0, failed: 0, completed: 0 }
} as QueueSummary

test('a queue is looked at again after ten seconds, and at once where something shows', async t => {
  const cached = new CachedFindings()
  let looks = 0
  const look = async () => {
    looks++
    return []
  }
  const asks = async (change: Partial<QueueSummary>, at: number, silent: string[] = []) => {
    const before = looks
    await cached.of({ ...row, ...change }, silent, look, at)
    return looks - before
  }
  t.equal(await asks({}, 0), 1)
  t.equal(await asks({}, 9999), 0)
  t.equal(await asks({ counts: { ...row.counts, waiting: 4 } }, 9999), 0)
  t.equal(await asks({}, 10_000), 1)
  for (const change of [
    { failures_per_minute: 1 }, { failures_per_minute: 2 }, { lost: 1 }, { stopped: true },
    { counts: { ...row.counts, waiting: 0 } }, { counts: { ...row.counts, active: 1 } }
  ]) {
    t.equal(await asks(change, 10_001), 1, JSON.stringify(change))
    t.equal(await asks(change, 10_002), 0, JSON.stringify(change))
  }
  t.equal(await asks({}, 10_003, ['w1']), 1)
  t.equal(await asks({ queue: 'other' }, 10_003), 1, 'each queue by itself')
  for (let n = 0; n < 1000; n++) await asks({ queue: `q${n}` }, 10_004)
  t.equal(await asks({ queue: 'q999' }, 10_005), 0)
  t.equal(await asks({ queue: 'other' }, 10_005), 1, 'the cache is bounded')
})
