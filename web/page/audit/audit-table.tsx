import type { AuditEntry } from '../../api/report/audit.ts'
import { count, instantInZone, plural } from '../../part/format.ts'
import { Text } from '../../part/text.tsx'
import { Ago } from '../../part/time.tsx'
import { href } from '../../state/route.ts'

interface AuditTableProps {
  entries: AuditEntry[]
  /** Without it, the table is of all queues, and has a column of them. */
  queue: string | undefined
  /** Epoch ms. */
  now: number
}

export function AuditTable ({ entries, queue, now }: AuditTableProps) {
  const isOfAllQueues = queue === undefined
  return (
    <div class='scroll'>
      <table class='audit'>
        <caption class='unseen'>Who changed what, the newest first</caption>
        <thead>
          <tr>
            <th scope='col'>When</th>
            <th scope='col' class='words'>Who</th>
            {isOfAllQueues && <th scope='col' class='words'>Queue</th>}
            <th scope='col' class='words'>What</th>
            <th scope='col'>Jobs</th>
            <th scope='col' class='words'>Before and after</th>
          </tr>
        </thead>
        <tbody>
          {entries.map(entry => (
            <AuditRow key={entry.id} entry={entry} hasQueue={isOfAllQueues} now={now} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface AuditRowProps { entry: AuditEntry, hasQueue: boolean, now: number }

function AuditRow ({ entry, hasQueue, now }: AuditRowProps) {
  const { at, who, from, queue, request, status, count: jobs } = entry
  return (
    <tr>
      <th scope='row'><Ago seconds={at} now={now} /></th>
      <td class='words' data-label='who'>
        {who === null ? <span class='dim'>no token</span> : <Text text={who} />}
        <span class='small dim'>{from}</span>
      </td>
      {hasQueue && (
        <td class='words' data-label='queue'>
          {queue === null ? '–' : <a href={href.queue(queue, 'audit')}>{queue}</a>}
        </td>
      )}
      <td class='words' data-label='what'>
        {inWords(entry)}{status >= 400 && <span class='badge failed'>{status}</span>}
        <span class='small dim code'><Text text={request} /></span>
      </td>
      <td data-label='jobs'>{jobs === null ? '–' : count(jobs)}</td>
      <td class='words' data-label='before and after'><Changes entry={entry} /></td>
    </tr>
  )
}

const deeds: Array<[pattern: RegExp, words: string]> = [
  [/^DELETE \/q\//, 'purged the queue'],
  [/^POST \/control\//, 'changed the policy'],
  [/^POST \/j\/[^/]+\/retry/, 'retried jobs'],
  [/^DELETE \/j\/[^/?]+(\?|$)/, 'deleted jobs'],
  [/^POST \/j\/[^/]+\/[^/]+\/retry/, 'retried a job'],
  [/^DELETE \/j\//, 'cancelled or deleted a job'],
  [/^PUT \/schedule\//, 'set a schedule'],
  [/^DELETE \/schedule\//, 'deleted a schedule'],
  [/^POST \/w\/[^/]+\/quiet/, 'quieted a worker'],
  [/^DELETE \/w\/[^/]+\/quiet/, 'let a worker take jobs again'],
  [/^POST \/operations\/[^/]+\/(\w+)/, 'steered an operation'],
  [/^POST \/operations/, 'began an operation'],
  [/^DELETE \/operations\//, 'aborted an operation']
]

function inWords ({ request, after, count: jobs }: AuditEntry): string {
  const stopped = (after as { stopped?: boolean } | null)?.stopped
  if (request.startsWith('POST /control/') && stopped !== undefined) {
    return stopped ? 'paused the queue' : 'resumed the queue'
  }
  const words = deeds.find(([pattern]) => pattern.test(request))?.[1] ?? 'changed something'
  if (jobs === null || !words.endsWith(' jobs')) return words
  return words.replace('jobs', plural(jobs, 'job'))
}

function Changes ({ entry: { before, after } }: { entry: AuditEntry }) {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
  if (names.length === 0) return <span class='dim'>–</span>
  return (
    <ul class='changes'>
      {names.map(name => (
        <li key={name}>
          <Text text={name} />: {before !== null && <Value of={before} name={name} />}
          {after === null ? ', deleted' : arrow(before)}
          {after !== null && <Value of={after} name={name} />}
        </li>
      ))}
    </ul>
  )
}

function arrow (before: AuditEntry['before']): string {
  return before === null ? '' : ' → '
}

const longest = 80

function Value ({ of, name }: { of: Record<string, unknown>, name: string }) {
  const text = name in of ? inText(name, of[name]) : 'nothing'
  return <code><Text text={text.length > longest ? `${text.slice(0, longest)}…` : text} /></code>
}

// A time is in the zone of the page.
function inText (name: string, value: unknown): string {
  const isTime = name.endsWith('_at') && typeof value === 'number'
  return isTime ? instantInZone(value) : JSON.stringify(value)
}
