import type { Policy as PolicyChange } from '../../../client/schema.ts'
import type { Policy } from '../../api/queue.ts'

/** The typed text of a form, by field. */
export type Typed = Record<string, string>

export const fields = [
  { name: 'tries', label: 'Tries', hint: '25' },
  { name: 'max_lost', label: 'Lost leases in a row', hint: 'no limit' },
  { name: 'lease', label: 'Lease, seconds', hint: '60' },
  { name: 'keep', label: 'Keep completed, seconds', hint: '0' },
  { name: 'base', label: 'First backoff, seconds', hint: '15' },
  { name: 'max', label: 'Longest backoff, seconds', hint: '86400' },
  { name: 'limit', label: 'Rate limit, jobs', hint: 'no limit' },
  { name: 'period', label: 'Rate period, seconds', hint: 'no limit' },
  { name: 'concurrency', label: 'Concurrency', hint: 'no limit' },
  { name: 'max_jobs', label: 'Jobs at most', hint: 'no limit' },
  { name: 'max_keys', label: 'Idempotency keys at most', hint: 'no limit' },
  { name: 'keep_failed', label: 'Keep failed, seconds', hint: 'for ever' },
  { name: 'max_failed', label: 'Failed jobs at most', hint: 'no limit' }
] as const

export function typedFrom ({ backoff, rate, ...others }: Policy): Typed {
  const all: Record<string, unknown> = {
    ...others,
    base: backoff.base,
    max: backoff.max,
    limit: rate?.limit,
    period: rate?.period
  }
  return Object.fromEntries(fields.map(({ name }) => [name, String(all[name] ?? '')]))
}

/** The body of POST /control: changed fields alone. An emptied field is null, its default. */
export function changesIn (before: Typed, after: Typed): PolicyChange {
  const changed = Object.keys(after).filter(name => after[name]!.trim() !== before[name])
  const value = (name: string) => after[name]!.trim() === '' ? null : Number(after[name])
  const changes: Record<string, unknown> = {}
  for (const name of changed) {
    if (name === 'limit' || name === 'period') changes['rate'] = rateIn(value)
    else if (name === 'base' || name === 'max') changes['backoff'] = backoffIn(changed, value)
    else changes[name] = value(name)
  }
  return changes
}

function rateIn (value: (name: string) => number | null): object | null {
  const [limit, period] = [value('limit'), value('period')]
  return limit === null && period === null ? null : { limit, period }
}

// null would set both to their defaults. If one alone is emptied, its default must be sent.
function backoffIn (changed: string[], value: (name: string) => number | null): object | null {
  const [base, max] = [value('base'), value('max')]
  if (base === null && max === null) return null
  return {
    ...(changed.includes('base') && { base: base ?? 15 }),
    ...(changed.includes('max') && { max: max ?? 86_400 })
  }
}
