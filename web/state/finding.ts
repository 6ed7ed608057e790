import { signal } from '@preact/signals'
import type { Finding } from '../../schemas/finding.ts'

/** All trouble of the moment, the worst first; null until the first answer. */
export const findings = signal<Finding[] | null>(null)

/** How many queues have any that is not for information alone. */
export function unhealthyQueues (): number {
  const all = (findings.value ?? []).filter(({ severity }) => severity !== 'info')
  return new Set(all.flatMap(({ queue }) => queue ?? [])).size
}
