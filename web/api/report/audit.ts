import type { AuditEntry } from '../../../schemas/audit.ts'
import { json } from '../server.ts'

export type { AuditEntry }

/** `next`: the `after` of the next page, null at the end. */
export interface AuditPage { entries: AuditEntry[], next: string | null }

interface AuditQuery { queue?: string | undefined, who?: string, after?: string | undefined }

/** A page of the calls that changed something, the newest first. */
export async function getAudit (query: AuditQuery): Promise<AuditPage> {
  const { queue, who, after } = query
  return await json('/audit', { queue, who, after, limit: 100 })
}
