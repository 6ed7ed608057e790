import type { Static } from '@sinclair/typebox'
import type { Policy as PolicyChange, Status } from '../../client/schema.ts'
import type { QueueSummary } from '../../schemas/summary.ts'
import type { GetStatusWhy } from '../../schemas/status.ts'
import { json, path, send } from './server.ts'

/** The settings in force. */
export type Policy = Status['policy']

export async function getPolicy (queue: string): Promise<Policy> {
  return (await json<Status>(path('status', queue))).policy
}

export type QueueWhy = Static<typeof GetStatusWhy.response[200]>

/** The first queues with a text in their name. */
export async function findQueues (search: string): Promise<string[]> {
  const { queues } = await json<{ queues: QueueSummary[] }>('/summary', { search, limit: 12 })
  return queues.map(({ queue }) => queue)
}

/** What holds up the jobs of a queue. */
export async function getQueueWhy (queue: string): Promise<QueueWhy> {
  return await json(path('status', queue, 'why'))
}

/** Stops or starts a queue, or changes its policy: null sets the default. */
export async function control (queue: string, change: PolicyChange): Promise<void> {
  await send('POST', path('control', queue), { body: JSON.stringify(change) })
}

export async function purge (queue: string): Promise<void> {
  await send('DELETE', path('q', queue))
}
