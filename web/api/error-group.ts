import type { ErrorDocument, ErrorGroup, ErrorSample } from '../../schemas/error-group.ts'
import { json, path, send } from './server.ts'
import type { BulkResult } from './job.ts'

export type { ErrorDocument, ErrorGroup, ErrorSample }

/** The two states of the jobs of a group. */
export type GroupState = 'failed' | 'retrying'

/** The error groups of a queue, or of all: at most `limit`, those that grow now first. */
export async function getErrors (queue: string | undefined, limit: number): Promise<ErrorGroup[]> {
  const where = queue === undefined ? '/errors' : path('errors', queue)
  return (await json<{ errors: ErrorGroup[] }>(where, { limit })).errors
}

export async function getError (queue: string, fingerprint: string): Promise<ErrorDocument> {
  return await json(path('errors', queue, fingerprint))
}

/** Lets all jobs of a group that are in a state run now. */
export async function retryGroup (
  { queue, fingerprint: error }: ErrorGroup, state: GroupState
): Promise<BulkResult> {
  return await (await send('POST', path('j', queue, 'retry'), { query: { state, error } })).json()
}

/** Deletes all jobs of a group that are in a state. */
export async function deleteGroup (
  { queue, fingerprint: error }: ErrorGroup, state: GroupState
): Promise<BulkResult> {
  return await (await send('DELETE', path('j', queue), { query: { state, error } })).json()
}

const day = 86_400

/** The failures of the last day in `count` equal spans of time, the oldest first. */
export function overTheDay (
  { times, failures }: ErrorDocument['rates'], count: number, now: number
): number[] {
  const sums = Array<number>(count).fill(0)
  const span = day / count
  for (const [i, time] of times.entries()) {
    const index = count - 1 - Math.floor((now / 1000 - time) / span)
    if (index >= 0) sums[Math.min(index, count - 1)]! += failures[i]!
  }
  return sums
}
