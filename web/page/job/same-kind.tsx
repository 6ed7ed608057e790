import { useEffect, useState } from 'preact/hooks'
import { getError, type ErrorDocument } from '../../api/error-group.ts'
import { exact, plural } from '../../part/format.ts'
import { href } from '../../state/route.ts'

interface SameKindProps { queue: string, fingerprint: string }

/** How many jobs have failed as this one did, as a link to all of them. */
export function SameKind ({ queue, fingerprint }: SameKindProps) {
  const [group, setGroup] = useState<ErrorDocument | null>(null)
  useEffect(() => {
    void getError(queue, fingerprint).then(setGroup, () => setGroup(null))
  }, [queue, fingerprint])
  if (group === null) return null
  const { failed, retrying, count } = group
  return (
    <p>
      <a href={href.error(queue, fingerprint)}>{plural(failed + retrying, 'job')} like this</a>
      <span class='dim'>, {exact(count)} failed attempts of this kind</span>
    </p>
  )
}
