import { useState } from 'preact/hooks'
import { usePoll } from '../../api/poll.ts'
import { getSchedules, type Schedule, type SchedulePage } from '../../api/schedule.ts'
import { Button } from '../../part/button.tsx'
import { exact } from '../../part/format.ts'
import { Loading, Problem } from '../../part/placeholder.tsx'
import { whyForbidden } from '../../state/access.ts'
import { serverNow } from '../../state/clock.ts'
import { ScheduleDialog } from './schedule-dialog.tsx'
import { ScheduleTable } from './schedule-table.tsx'

const ms = 5000

/** All schedules. */
export function SchedulesPage () {
  const { page, problem, refresh } = useSchedules()
  const [open, setOpen] = useState<{ from?: Schedule } | null>(null)
  const names = page?.schedules.map(({ name }) => name) ?? []
  return (
    <>
      <div class='title'>
        <h1>Schedules <span class='dim'>{page === null ? '' : exact(page.size)}</span></h1>
        <Button kind='main' forbidden={whyForbidden('manage')} onClick={() => setOpen({})}>
          Add a schedule
        </Button>
      </div>
      <Problem text={problem} />
      {page === null && problem === '' && <Loading />}
      {page !== null && (
        <Found page={page} onEdit={from => setOpen({ from })} onChange={refresh} />
      )}
      {open !== null && (
        <ScheduleDialog {...open} names={names} onChange={refresh} onClose={() => setOpen(null)} />
      )}
    </>
  )
}

function useSchedules () {
  const [page, setPage] = useState<SchedulePage | null>(null)
  const [problem, setProblem] = useState('')
  async function refresh (): Promise<void> {
    try {
      setPage(await getSchedules())
      setProblem('')
    } catch (error) {
      setProblem((error as Error).message)
    }
  }
  usePoll(refresh, { ms, of: [] })
  return { page, problem, refresh }
}

interface FoundProps {
  page: SchedulePage
  onEdit: (schedule: Schedule) => void
  onChange: () => Promise<void>
}

function Found ({ page: { schedules, size }, onEdit, onChange }: FoundProps) {
  if (schedules.length === 0) {
    return (
      <p class='empty'>
        There is no schedule yet. A schedule adds a job at every tick, such as each night at four.
      </p>
    )
  }
  const shown = exact(schedules.length)
  const now = serverNow()
  return (
    <>
      <ScheduleTable schedules={schedules} now={now} onEdit={onEdit} onChange={onChange} />
      {schedules.length < size && <p class='dim'>The first {shown} of {exact(size)}.</p>}
    </>
  )
}
