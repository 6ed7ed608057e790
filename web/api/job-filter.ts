import { elementsOf, members } from '../../client/json-text.ts'
import { path, send, text } from './server.ts'
import { pageSize, readJob, row, type BulkResult, type Job, type ListedState } from './job.ts'

/** Which jobs of a state: those that match all that is given. Times in epoch seconds. */
export interface JobFilter {
  /** The fingerprint of an error group. */
  error?: string
  /** An id; with * at its end the beginning of ids. */
  worker?: string
  since?: number
  until?: number
  min_attempt?: number
  /** In the payload. */
  text?: string
}

/** Which list is searched. */
export interface ScanOf { queue: string, state: ListedState, order: 'asc' | 'desc' }

/**
 * A part of a list.
 * - `next`: for the slice after it; null at the end
 * - `scanned`: how many jobs the server has looked at
 */
export interface Slice { jobs: Job[], next: string | null, scanned: number }

/** Searches a thousand jobs of a list at most, from `after` on; '' is the beginning. */
export async function scanJobs (
  { queue, ...page }: ScanOf, filter: JobFilter, after: string
): Promise<Slice> {
  // Without a value a parameter is left out, and `after` alone asks for slices.
  const query = { ...page, ...filter, limit: pageSize, ...row }
  const slice = await text(`${path('j', queue)}?after=${encodeURIComponent(after)}`, query)
  const all = members(slice)
  return {
    jobs: elementsOf(slice, 'jobs').map(one => ({ ...readJob(one), queue })),
    next: JSON.parse(all.get('next') ?? 'null'),
    scanned: Number(all.get('scanned'))
  }
}

export type BulkAction = 'retry' | 'remove'

/** Which jobs an action is about. */
export interface Matching { queue: string, state: ListedState, filter: JobFilter }

/** How many jobs match. It changes none. */
export async function countMatching (of: Matching, action: BulkAction): Promise<number> {
  return (await sendBulk(of, action, { dry: 1 })).count
}

/** Retries or removes all jobs that match. */
export async function actOnMatching (of: Matching, action: BulkAction): Promise<BulkResult> {
  return await sendBulk(of, action, {})
}

async function sendBulk (
  { queue, state, filter }: Matching, action: BulkAction, more: Record<string, number>
): Promise<BulkResult> {
  const query = { state, ...filter, ...more }
  const answer = action === 'retry'
    ? await send('POST', path('j', queue, 'retry'), { query })
    : await send('DELETE', path('j', queue), { query })
  return await answer.json()
}
