import type { Finding } from '../../../schemas/finding.ts'
import { findings } from '../../state/finding.ts'
import { json, send } from '../server.ts'

export type { Finding }
export type Step = Finding['next'][number]

/** Learns all trouble of the moment. */
export async function learnFindings (): Promise<void> {
  findings.value = (await json<{ findings: Finding[] }>('/findings')).findings
}

/** Sends the request of a step. */
export async function takeStep ({ method, path, body }: Step): Promise<void> {
  await send(method, path, body === null ? {} : { body: JSON.stringify(body) })
}
