import { KeyDialogs } from './frame/key-dialogs.tsx'
import { useTabTitle } from './frame/tab-title.ts'
import { Top } from './frame/top.tsx'
import { AuditPage } from './page/audit/audit-page.tsx'
import { ErrorsPage } from './page/errors/errors-page.tsx'
import { ForecastPage } from './page/forecast/forecast-page.tsx'
import { JobPage } from './page/job/job-page.tsx'
import { OperationPage } from './page/operations/operation-page.tsx'
import { OperationsPage } from './page/operations/operations-page.tsx'
import { QueuePage } from './page/queue/queue-page.tsx'
import { QueuesPage } from './page/queues/queues-page.tsx'
import { SchedulesPage } from './page/schedules/schedules-page.tsx'
import { TokenPage } from './page/token/token-page.tsx'
import { WorkersPage } from './page/workers/workers-page.tsx'
import { Notices } from './part/notice.tsx'
import { route, type Route } from './state/route.ts'
import { tokenProblem } from './state/token.ts'

export function App () {
  const current = route.value
  const problem = tokenProblem.value
  useTabTitle(current)
  return (
    <>
      <a class='skip' href='#main' onClick={skip}>Skip to content</a>
      <Top />
      <main id='main' tabIndex={-1}>
        {problem === '' ? <Page route={current} /> : <TokenPage problem={problem} />}
      </main>
      <KeyDialogs />
      <Notices />
    </>
  )
}

// The hash is the route: the link must not change it.
function skip (event: Event): void {
  event.preventDefault()
  document.getElementById('main')!.focus()
}

function Page ({ route }: { route: Route }) {
  const { page, queue, id } = route
  if (page === 'errors') return <ErrorsPage />
  if (page === 'audit') return <AuditPage />
  if (page === 'operations') return <OperationsPage />
  if (page === 'operation') return <OperationPage key={id} id={id} />
  if (page === 'forecast') return <ForecastPage />
  if (page === 'workers') return <WorkersPage />
  if (page === 'schedules') return <SchedulesPage />
  if (page === 'job') return <JobPage key={`${queue}/${id}`} queue={queue} id={id} />
  if (page === 'queue') return <QueuePage key={queue} route={route} />
  return <QueuesPage />
}
