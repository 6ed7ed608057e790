import type { Finding } from '../../schemas/finding.ts'
import { json, send } from './server.ts'

export type { Finding }
export type Step = Finding['next'][number]

/** All trouble of the moment, the worst first. */
export async function getFindings (): Promise<Finding[]> {
  return (await json<{ findings: Finding[] }>('/findings')).findings
}

/** Sends the request of a step. */
export async function takeStep ({ method, path, body }: Step): Promise<void> {
  await send(method, path, body === null ? {} : { body: JSON.stringify(body) })
}
