import { test } from 'tap'
import { findingsOfRedis } from '../../../../operations/finding/health-finding.ts'

const safe = { evicts: null, appendOnly: true }
const roomy = { used: 10, limit: 100, writable: true }

function kinds (safety: Partial<typeof safe>, memory: Partial<typeof roomy>): string[] {
  const all = findingsOfRedis({ ...safe, ...safety }, { ...roomy, ...memory })
  return all.map(({ kind, severity }) => `${kind} ${severity}`)
}

test('a Redis that may lose jobs, or takes no more of them soon, is told', t => {
  t.strictSame(kinds({}, {}), [])
  t.strictSame(kinds({ appendOnly: false }, {}), ['redis_volatile warning'])
  t.strictSame(kinds({ evicts: 'allkeys-lru' as never }, {}), ['redis_evicts critical'])
  t.strictSame(kinds({}, { writable: false }), ['redis_disk critical'])
  t.end()
})

test('memory is short from four fifths on, and where there is a limit', t => {
  t.strictSame(kinds({}, { used: 79 }), [])
  t.strictSame(kinds({}, { used: 80 }), ['redis_memory warning'])
  t.strictSame(kinds({}, { used: 95 }), ['redis_memory critical'])
  t.strictSame(kinds({}, { used: 1e12, limit: 0 }), [])
  t.end()
})
