import { useEffect } from 'preact/hooks'
import { JobPage } from './page/job/job-page.tsx'
import { QueuePage } from './page/queue/queue-page.tsx'
import { QueuesPage } from './page/queues/queues-page.tsx'
import { SchedulesPage } from './page/schedules/schedules-page.tsx'
import { TokenPage } from './page/token/token-page.tsx'
import { WorkersPage } from './page/workers/workers-page.tsx'
import { Notices } from './part/notice.tsx'
import { route, type Route } from './state/route.ts'
import { tokenProblem } from './state/token.ts'
import { Top } from './top.tsx'

export function App () {
  const current = route.value
  const problem = tokenProblem.value
  useEffect(() => {
    document.title = titleOf(current)
  }, [current])
  return (
    <>
      <a class='skip' href='#main' onClick={skip}>Skip to content</a>
      <Top />
      <main id='main' tabIndex={-1}>
        {problem === '' ? <Page route={current} /> : <TokenPage problem={problem} />}
      </main>
      <Notices />
    </>
  )
}

// The hash is the route: the link must not change it.
function skip (event: Event): void {
  event.preventDefault()
  document.getElementById('main')!.focus()
}

function titleOf ({ page, queue, id }: Route): string {
  if (page === 'job') return `${queue} ${id} – presque`
  if (page === 'queue') return `${queue} – presque`
  if (page === 'queues') return 'presque'
  return page === 'workers' ? 'Workers – presque' : 'Schedules – presque'
}

function Page ({ route: { page, queue, id, state } }: { route: Route }) {
  if (page === 'workers') return <WorkersPage />
  if (page === 'schedules') return <SchedulesPage />
  if (page === 'job') return <JobPage key={`${queue}/${id}`} queue={queue} id={id} />
  if (page === 'queue') return <QueuePage key={queue} queue={queue} state={state} />
  return <QueuesPage />
}
