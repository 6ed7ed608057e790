import type { AuditEntry } from '../../schemas/audit.ts'
import { commonKey } from '../redis/keys.ts'
import type { RedisClient } from '../redis/store.ts'

/** What a call has changed. Members of `before` and `after` that are equal are left out. */
export interface Changes {
  count?: number | undefined
  before?: object | null | undefined
  after?: object | null | undefined
  /** The queue of the call, where its path does not say so. */
  queue?: string | null
}

/** One call; `at` and `id` are given by Redis. */
export type NewAuditEntry =
  Omit<AuditEntry, 'id' | 'at' | 'count' | 'before' | 'after'> & Changes

/** About how many entries are kept; the oldest go first. */
const mostKept = 10_000
const entriesPerCall = 500
const longestRequest = 512

/** The entry of a call, with those members alone that it has changed. */
export function auditEntry (call: NewAuditEntry): NewAuditEntry {
  const { before, after } = differing(call.before ?? null, call.after ?? null)
  return { ...call, request: call.request.slice(0, longestRequest), before, after }
}

/** Adds an entry to the audit. */
export async function addToAudit (redis: RedisClient, entry: NewAuditEntry): Promise<void> {
  const { count = null, before = null, after = null } = entry
  const text = JSON.stringify({ ...entry, count, before, after })
  await redis.xadd(commonKey('audit'), 'MAXLEN', '~', mostKept, '*', 'entry', text)
}

type Members = Record<string, unknown>

function differing (before: object | null, after: object | null) {
  if (before === null || after === null) return { before, after }
  const [old, current] = [before as Members, after as Members]
  const names = [...new Set([...Object.keys(old), ...Object.keys(current)])]
  const changed = names.filter(name => JSON.stringify(old[name]) !== JSON.stringify(current[name]))
  const pick = (all: Members): Members => {
    return Object.fromEntries(changed.map(name => [name, all[name] ?? null]))
  }
  return { before: pick(old), after: pick(current) }
}

interface AuditQuery {
  queue?: string | undefined
  who?: string | undefined
  order: 'asc' | 'desc'
  after?: string | undefined
  limit: number
  /** Whether the caller may see an entry about that queue, or about none. */
  sees: (queue: string | null) => boolean
}

/** A page of the audit; `next`: where the page after it begins, or null at the end. */
export async function readAudit (
  redis: RedisClient, { queue, who, sees, order, after, limit }: AuditQuery
): Promise<{ entries: AuditEntry[], next: string | null }> {
  const found: AuditEntry[] = []
  for await (const entry of entries(redis, order, after)) {
    if (queue !== undefined && entry.queue !== queue) continue
    if ((who !== undefined && entry.who !== who) || !sees(entry.queue)) continue
    if (found.length === limit) return { entries: found, next: found.at(-1)!.id }
    found.push(entry)
  }
  return { entries: found, next: null }
}

// In slices, so that neither Redis nor the event loop is held up. Redis refuses to look before the
// first of all ids.
async function * entries (
  redis: RedisClient, order: 'asc' | 'desc', after: string | undefined
): AsyncGenerator<AuditEntry> {
  if (order === 'desc' && after !== undefined && /^0+-0+$/.test(after)) return
  for (let last = after; ;) {
    const from = last === undefined ? undefined : `(${last}`
    const slice = order === 'asc'
      ? await redis.xrange(commonKey('audit'), from ?? '-', '+', 'COUNT', entriesPerCall)
      : await redis.xrevrange(commonKey('audit'), from ?? '+', '-', 'COUNT', entriesPerCall)
    for (const [id, [, text]] of slice) yield parse(id, text!)
    if (slice.length < entriesPerCall) return
    last = slice.at(-1)![0]
  }
}

function parse (id: string, text: string): AuditEntry {
  const rest = JSON.parse(text) as Omit<AuditEntry, 'id' | 'at'>
  return { id, at: Number.parseInt(id) / 1000, ...rest }
}
