import { listedStates } from '../../api/job.ts'
import type { Policy } from '../../api/queue.ts'
import { Loading } from '../../part/placeholder.tsx'
import type { Row } from '../../state/overview.ts'
import type { Route } from '../../state/route.ts'
import { AuditList } from '../audit/audit-list.tsx'
import { ErrorList } from '../errors/error-list.tsx'
import { GroupView } from '../errors/group-view.tsx'
import { QueueForecast } from '../forecast/queue-forecast.tsx'
import { JobList } from '../jobs/job-list.tsx'
import { ScheduleList } from '../schedules/schedule-list.tsx'
import { WorkerList } from '../workers/worker-list.tsx'
import { Charts } from './charts.tsx'
import { PolicyPanel } from './policy-panel.tsx'
import { StateTabs } from './state-tabs.tsx'

interface TabBodyProps {
  route: Route
  row: Row | undefined
  policy: Policy | null
  now: number
  onChange: () => Promise<void>
}

/** What the tab of the route shows. */
export function TabBody ({ route, row, policy, now, onChange }: TabBodyProps) {
  const { queue, tab, state, id } = route
  if (tab === 'errors') return <Errors key={id} queue={queue} id={id} />
  if (tab === 'workers') return <QueueWorkers queue={queue} />
  if (tab === 'schedules') return <ScheduleList queue={queue} />
  if (tab === 'forecast') return <QueueForecast queue={queue} />
  if (tab === 'audit') return <AuditList queue={queue} />
  if (tab === 'jobs') return <Jobs queue={queue} state={state} row={row} now={now} />
  if (policy === null) return <Loading />
  return <PolicyPanel queue={queue} policy={policy} onChange={onChange} />
}

function Errors ({ queue, id }: { queue: string, id: string }) {
  if (id === '') return <ErrorList queue={queue} />
  return <GroupView queue={queue} fingerprint={id} />
}

function QueueWorkers ({ queue }: { queue: string }) {
  return <section aria-label='Workers of this queue'><WorkerList queue={queue} /></section>
}

interface JobsProps { queue: string, state: string, row: Row | undefined, now: number }

function Jobs ({ queue, state, row, now }: JobsProps) {
  const shown = listedStates.find(one => one === state) ?? 'waiting'
  return (
    <>
      {row !== undefined && <Charts row={row} now={now} />}
      <section aria-label='Jobs'>
        <StateTabs queue={queue} row={row} shown={shown} />
        <JobList key={shown} queue={queue} state={shown} total={row?.counts[shown] ?? 0} />
      </section>
    </>
  )
}
