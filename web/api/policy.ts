/** The settings in force in a queue, as GET /status/:queue shows them. */
export interface Policy {
  stopped: boolean
  reopens_at: number | null
  tries: number
  max_lost: number | null
  lease: number
  keep: number
  backoff: { base: number, max: number }
  rate: { limit: number, period: number } | null
  concurrency: number | null
  max_jobs: number | null
  max_keys: number | null
  keep_failed: number | null
  max_failed: number | null
}

/** What is typed, by field. */
export type Typed = Record<string, string>

export const fields = [
  { name: 'tries', label: 'Tries', hint: '25' },
  { name: 'max_lost', label: 'Leases lost in a row at most', hint: 'no limit' },
  { name: 'lease', label: 'Lease, seconds', hint: '60' },
  { name: 'keep', label: 'Keep when done, seconds', hint: '0' },
  { name: 'base', label: 'Backoff, first, seconds', hint: '15' },
  { name: 'max', label: 'Backoff, at most, seconds', hint: '86400' },
  { name: 'limit', label: 'Rate, so many jobs', hint: 'no limit' },
  { name: 'period', label: 'Rate, in so many seconds', hint: 'no limit' },
  { name: 'concurrency', label: 'On lease at most', hint: 'no limit' },
  { name: 'max_jobs', label: 'Jobs at most', hint: 'no limit' },
  { name: 'max_keys', label: 'Idempotency keys at most', hint: 'no limit' },
  { name: 'keep_failed', label: 'Keep failed, seconds', hint: 'for ever' },
  { name: 'max_failed', label: 'Failed jobs at most', hint: 'no limit' }
] as const

export function typedFrom ({ tries, lease, keep, backoff, rate, concurrency, ...most }: Policy): Typed {
  const { max_jobs: jobs, max_keys: keys, keep_failed: keepFailed, max_failed: failed } = most
  const bounds = { concurrency, max_jobs: jobs, max_keys: keys, keep_failed: keepFailed, max_failed: failed }
  const pairs = { base: backoff.base, max: backoff.max, limit: rate?.limit, period: rate?.period }
  const all = { tries, max_lost: most.max_lost, lease, keep, ...pairs, ...bounds }
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, value == null ? '' : String(value)]))
}

/** The body of POST /control: what has changed, null where a field was emptied, which goes back to the default. */
export function changesIn (before: Typed, after: Typed): Record<string, unknown> {
  const changed = Object.keys(after).filter(name => after[name]!.trim() !== before[name])
  const value = (name: string) => after[name]!.trim() === '' ? null : Number(after[name])
  const changes: Record<string, unknown> = {}
  for (const name of changed) {
    if (name === 'limit' || name === 'period') changes['rate'] = rateIn(value('limit'), value('period'))
    else if (name === 'base' || name === 'max') changes['backoff'] = backoffIn(changed, value)
    else changes[name] = value(name)
  }
  return changes
}

function rateIn (limit: number | null, period: number | null): object | null {
  return limit === null && period === null ? null : { limit, period }
}

// Only both together go back to the default by themselves; one that is emptied says what that is.
function backoffIn (changed: string[], value: (name: string) => number | null): object | null {
  const [base, max] = [value('base'), value('max')]
  if (base === null && max === null) return null
  return { ...(changed.includes('base') && { base: base ?? 15 }), ...(changed.includes('max') && { max: max ?? 86_400 }) }
}
