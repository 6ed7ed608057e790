import type { Job } from '../../api/job.ts'
import { root } from '../../api/root.ts'
import { Copy } from '../../part/copy.tsx'
import { Text } from '../../part/text.tsx'
import { token } from '../../state/token.ts'

/** The request that adds such a job again, for a shell. */
export function AsCurl ({ job }: { job: Job }) {
  const command = curlOf(job, location.origin + root, token() !== '')
  return (
    <details class='as-curl'>
      <summary>As curl</summary>
      <pre tabIndex={0} aria-label='The request as curl'><Text text={command} /></pre>
      <Copy label='Copy as curl' text={command}>Copy</Copy>
    </details>
  )
}

const defaultPriority = 5

function curlOf (job: Job, origin: string, needsToken: boolean): string {
  const { queue, payload, priority, tries } = job
  const query = new URLSearchParams({
    ...(priority !== defaultPriority && { priority: String(priority) }),
    tries: String(tries)
  })
  const url = `${origin}/q/${encodeURIComponent(queue)}?${query}`
  const parts = [
    'curl', quoted(url),
    ...(needsToken ? ['-H "authorization: Bearer $PRESQUE_TOKEN"'] : []),
    "-H 'content-type: application/json'", '--data-binary', quoted(payload)
  ]
  return parts.join(' ')
}

// A quoted text of a shell ends at the first apostrophe.
function quoted (text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
