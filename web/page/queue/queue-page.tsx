import type { Policy } from '../../api/queue.ts'
import { Loading, Problem } from '../../part/placeholder.tsx'
import { overview, summaryQuery, timeOfNumbers, type Row } from '../../state/overview.ts'
import { href, type Route } from '../../state/route.ts'
import { Numbers } from './numbers.tsx'
import { QueueActions } from './queue-actions.tsx'
import { QueueTabs } from './queue-tabs.tsx'
import { QueueWhy } from './queue-why.tsx'
import { TabBody } from './tab-body.tsx'
import { usePolicy } from './use-policy.ts'

/** One queue: its numbers, and the part of it that the tab names. */
export function QueuePage ({ route }: { route: Route }) {
  const { queue } = route
  const { rows, connection, query } = overview.value
  const row = rows.get(queue)
  const { policy, forbidden, refresh } = usePolicy(queue, row?.stopped, connection === 'live')
  const isLoading = row === undefined && query !== summaryQuery()
  if (isLoading && forbidden === '') return <Loading />
  const parts = { queue, row, policy, onChange: refresh }
  return (
    <>
      <nav class='trail' aria-label='Where'><a href={href.queues}>Queues</a></nav>
      <div class='title'>
        <h1 class='name'>{queue}</h1>
        {forbidden === '' && <Status isPaused={row?.stopped ?? false} />}
        {forbidden === '' && <QueueActions {...parts} />}
      </div>
      <Problem text={forbidden} />
      {forbidden === '' && <QueueBody {...parts} route={route} now={timeOfNumbers()} />}
    </>
  )
}

function Status ({ isPaused }: { isPaused: boolean }) {
  if (isPaused) return <span class='badge warn'>paused</span>
  return <span class='badge good'>running</span>
}

interface QueueBodyProps {
  route: Route
  row: Row | undefined
  policy: Policy | null
  now: number
  onChange: () => Promise<void>
}

function QueueBody (props: QueueBodyProps) {
  const { route: { queue, tab }, row, now } = props
  return (
    <>
      {row === undefined && <Unused />}
      {row !== undefined && <QueueWhy queue={queue} />}
      {row !== undefined && <Numbers row={row} now={now} />}
      <QueueTabs queue={queue} shown={tab} />
      <TabBody {...props} />
    </>
  )
}

function Unused () {
  return (
    <p class='empty'>
      This queue has not been used yet, or it was purged. The first job creates it.
    </p>
  )
}
