import { useState } from 'preact/hooks'
import { getAudit, type AuditEntry } from '../../api/report/audit.ts'
import { useAnswer } from '../../api/poll.ts'
import { Button } from '../../part/button.tsx'
import { Loading, Problem } from '../../part/placeholder.tsx'
import { whyForbidden } from '../../state/access.ts'
import { serverNow } from '../../state/clock.ts'
import { route, setQuery } from '../../state/route.ts'
import { AuditTable } from './audit-table.tsx'

const ms = 5000

/** The calls that changed a queue, or anything; the newest first. */
export function AuditList ({ queue }: { queue?: string }) {
  const forbidden = whyForbidden('manage')
  if (forbidden !== null) return <p class='empty'>{forbidden}. The audit needs it.</p>
  const who = route.value.query['who'] ?? ''
  return (
    <section aria-label='Audit'>
      <div class='tools'>
        <input
          type='search' aria-label='Only calls with the token of this name'
          placeholder='Who: name of a token' value={who}
          onChange={event => setQuery({ who: event.currentTarget.value.trim() })}
        />
      </div>
      <Entries key={who} queue={queue} who={who} />
    </section>
  )
}

interface EntriesProps { queue: string | undefined, who: string }

function Entries ({ queue, who }: EntriesProps) {
  const [older, setOlder] = useState<AuditEntry[]>([])
  const [next, setNext] = useState<string | null | undefined>(undefined)
  const find = async () => await getAudit({ queue, who })
  const { answer, problem } = useAnswer(find, { ms, of: [queue, who], isPaused: older.length > 0 })
  if (answer === null) return problem === '' ? <Loading /> : <Problem text={problem} />
  const entries = [...answer.entries, ...older]
  const after = next === undefined ? answer.next : next
  const more = async () => {
    const page = await getAudit({ queue, who, after: after! })
    setOlder([...older, ...page.entries])
    setNext(page.next)
  }
  if (entries.length === 0) return <p class='empty'>Nothing has been changed by hand yet.</p>
  return (
    <>
      <Problem text={problem} />
      <AuditTable entries={entries} queue={queue} now={serverNow()} />
      {after !== null && <p class='more'><Button onClick={more}>Older</Button></p>}
    </>
  )
}
