import { states } from '../../api/job.ts'
import type { Policy } from '../../api/queue.ts'
import { Loading, Problem } from '../../part/placeholder.tsx'
import { serverNow } from '../../state/clock.ts'
import { overview, summaryQuery, type Row } from '../../state/overview.ts'
import { href } from '../../state/route.ts'
import { JobList } from '../jobs/job-list.tsx'
import { WorkerList } from '../workers/worker-list.tsx'
import { Charts } from './charts.tsx'
import { Numbers } from './numbers.tsx'
import { PolicyPanel } from './policy-panel.tsx'
import { QueueActions } from './queue-actions.tsx'
import { StateTabs } from './state-tabs.tsx'
import { usePolicy } from './use-policy.ts'

interface QueuePageProps { queue: string, state: string }

/** One queue: its numbers, its jobs and its policy. */
export function QueuePage ({ queue, state }: QueuePageProps) {
  const { rows, connection, query } = overview.value
  const row = rows.get(queue)
  const { policy, forbidden, refresh } = usePolicy(queue, row?.stopped, connection === 'live')
  const isLoading = row === undefined && query !== summaryQuery()
  if (isLoading && forbidden === '') return <Loading />
  const parts = { queue, state, row, policy, onChange: refresh }
  return (
    <>
      <nav class='trail' aria-label='Where'><a href={href.queues}>Queues</a></nav>
      <div class='title'>
        <h1 class='name'>{queue}</h1>
        {forbidden === '' && <Status isPaused={row?.stopped ?? false} />}
        {forbidden === '' && <QueueActions {...parts} />}
      </div>
      <Problem text={forbidden} />
      {forbidden === '' && <QueueBody {...parts} now={serverNow()} />}
    </>
  )
}

function Status ({ isPaused }: { isPaused: boolean }) {
  if (isPaused) return <span class='badge warn'>paused</span>
  return <span class='badge good'>running</span>
}

interface QueueBodyProps extends QueuePageProps {
  row: Row | undefined
  policy: Policy | null
  now: number
  onChange: () => Promise<void>
}

function QueueBody ({ queue, state, row, policy, now, onChange }: QueueBodyProps) {
  const shown = states.find(one => one === state) ?? 'waiting'
  const total = row?.counts[shown] ?? 0
  return (
    <>
      {row === undefined && <Unused />}
      {row !== undefined && <Numbers row={row} now={now} />}
      {row !== undefined && <Charts row={row} now={now} />}
      <div class='halves'>
        <section aria-label='Jobs'>
          <StateTabs queue={queue} row={row} shown={shown} />
          <JobList key={shown} queue={queue} state={shown} total={total} />
        </section>
        <aside>
          {policy !== null && <PolicyPanel queue={queue} policy={policy} onChange={onChange} />}
          <QueueWorkers queue={queue} />
        </aside>
      </div>
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

function QueueWorkers ({ queue }: { queue: string }) {
  return (
    <section class='panel' aria-label='Workers of this queue'>
      <h2>Workers</h2>
      <WorkerList queue={queue} />
    </section>
  )
}
