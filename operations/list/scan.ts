import type { ListedState } from '../../schemas/job.ts'
import { decode, type Fields, type Job } from '../job/job.ts'
import { filterText, type JobFilter } from '../job-filter.ts'
import { ensureListed } from '../queue/name.ts'
import { queueKey } from '../redis/keys.ts'
import { script } from '../redis/script.ts'
import type { RedisClient } from '../redis/store.ts'
import { milliseconds } from '../time.ts'
import { cursorText, readCursor, type Cursor, type Order } from './cursor.ts'

type Reply<Found> = [position: string, start: string, scanned: number, ...found: Found[]]

const scanning = script<Reply<Fields> | Reply<number>>('scan_jobs')

/** Which jobs of a state, and how much of them. */
export interface Scan {
  state: ListedState
  /** desc: from the far end, the last one first. */
  order?: Order
  /** `next` of the slice before; '' for the first one. */
  after?: string
  limit: number
  filter?: JobFilter
  /** After how many bytes a payload is cut. */
  payloadMax?: number | undefined
  now?: number
}

/**
 * A part of a list.
 * - `next`: for the slice after it; null at the end
 * - `scanned`: how many jobs were looked at
 */
export interface Slice { jobs: Job[], next: string | null, scanned: number }

/** Looks at the next jobs of one state, a thousand at most, and lists those that match. */
export async function scanJobs (redis: RedisClient, queue: string, scan: Scan): Promise<Slice> {
  const { state, order = 'asc', after = '', limit } = scan
  const cursor = readCursor(state, order, after)
  if (limit === 0) return { jobs: [], next: after, scanned: 0 }
  const [{ position, start }, scanned, found] = await slice<Fields>(redis, queue, scan, cursor, '')
  if (found.length > 0) await ensureListed(redis, queue)
  return {
    jobs: found.map(fields => decode(queue, fields)),
    next: position === '' ? null : cursorText(state, order, { start, position }),
    scanned
  }
}

/** Counts the jobs of one state that match, `limit` at most: those there at the beginning. */
export async function countJobs (
  redis: RedisClient, queue: string, { limit, ...what }: Pick<Scan, 'state' | 'filter' | 'now'> &
    { limit: number }
): Promise<number> {
  let [cursor, count]: [Cursor, number] = [{ start: '', position: '' }, 0]
  while (count < limit) {
    const scan = { ...what, limit: Math.min(limit - count, jobsPerSlice) }
    const [next, , [found]] = await slice<number>(redis, queue, scan, cursor, 'count')
    count += found ?? 0
    cursor = next
    if (cursor.position === '') break
  }
  return count
}

const jobsPerSlice = 1000
// A call runs a thousand jobs that are due.
const maxCalls = 2000

async function slice<Found> (
  redis: RedisClient, queue: string, scan: Scan, { start, position }: Cursor, mode: string
): Promise<[next: Cursor, scanned: number, found: Found[]]> {
  const { state, order = 'asc', limit, filter, payloadMax, now } = scan
  const isActive = state === 'active'
  const count = filterText(filter) === '' ? Math.min(limit, jobsPerSlice) : jobsPerSlice
  const ids = isActive ? await nextOnLease(redis, queue, position, order, count) : []
  const args = {
    state,
    order,
    limit,
    position,
    start,
    payload_max: payloadMax,
    mode,
    filter: filterText(filter),
    now: milliseconds(now),
    ids
  }
  for (let call = 1; ; call++) {
    const anyhow = call > maxCalls ? 1 : undefined
    const reply = await scanning(redis, queue, { ...args, anyhow })
    const [behind, begun, scanned, ...found] = reply as Reply<Found>
    if (begun === '') continue
    const last = isActive && behind === '' && ids.length === count ? ids.at(-1)! : behind
    return [{ start: begun, position: last }, scanned, found]
  }
}

/**
 * The next jobs on lease in the order of their ids, `count` at most. Redis reads all of them in
 * many small steps: it has no index by which they stay in their order while leases are renewed.
 */
async function nextOnLease (
  redis: RedisClient, queue: string, position: string, order: Order, count: number
): Promise<string[]> {
  const way = order === 'desc' ? -1 : 1
  const isBehind = (id: string): boolean => {
    return position === '' || way * (Number(id) - Number(position)) > 0
  }
  const nearest = (ids: Set<string>): string[] => {
    return [...ids].sort((a, b) => way * (Number(a) - Number(b))).slice(0, count)
  }
  let found = new Set<string>()
  let at = '0'
  do {
    const reply = await redis.zscan(queueKey(queue, 'active'), at, 'COUNT', jobsPerSlice)
    at = reply[0]
    // In turn a member, which is a letter and the id, and its score.
    const ids = reply[1].filter((_, i) => i % 2 === 0).map(member => member.slice(1))
    for (const id of ids) if (isBehind(id)) found.add(id)
    if (found.size > 4 * count) found = new Set(nearest(found))
  } while (at !== '0')
  return nearest(found)
}
