import type { Policy as PolicyChange, Status } from '../../client/schema.ts'
import { json, path, send } from './server.ts'

/** The settings in force. */
export type Policy = Status['policy']

export async function getPolicy (queue: string): Promise<Policy> {
  return (await json<Status>(path('status', queue))).policy
}

/** Stops or starts a queue, or changes its policy: null sets the default. */
export async function control (queue: string, change: PolicyChange): Promise<void> {
  await send('POST', path('control', queue), { body: JSON.stringify(change) })
}

export async function purge (queue: string): Promise<void> {
  await send('DELETE', path('q', queue))
}
