import { AuditList } from './audit-list.tsx'

/** Who changed what, in all queues. */
export function AuditPage () {
  return (
    <>
      <div class='title'><h1>Audit</h1></div>
      <AuditList />
    </>
  )
}
