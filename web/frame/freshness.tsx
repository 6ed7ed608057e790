import { lateAfter, lostAfter, overview, silence } from '../state/overview.ts'

const words = {
  connecting: 'Connecting',
  asking: 'Waiting for a token',
  live: 'Live',
  late: 'Late',
  away: 'Redis is unreachable',
  lost: 'No connection'
}

/** Whether the page hears of the server, and how old what it shows is. */
export function Freshness () {
  const { connection, query } = overview.value
  const hasNumbers = query !== '' || connection === 'live'
  return (
    <span class='freshness'>
      <span class={`connection ${connection}`} role='status'>{words[connection]}</span>
      {hasNumbers && <span class={`as-of ${ageKind()}`}>as of {silence.value} s</span>}
    </span>
  )
}

function ageKind (): '' | 'late' | 'lost' {
  if (silence.value >= lostAfter) return 'lost'
  return silence.value >= lateAfter ? 'late' : ''
}
