import { useState } from 'preact/hooks'
import { useAnswer } from '../../api/poll.ts'
import { getSchedules, getTicks, type Schedule, type SchedulePage } from '../../api/schedule.ts'
import { Button } from '../../part/button.tsx'
import { exact } from '../../part/format.ts'
import { Loading, Problem } from '../../part/placeholder.tsx'
import { whyForbidden } from '../../state/access.ts'
import { serverNow } from '../../state/clock.ts'
import { Calendar, type Ticks } from './calendar.tsx'
import { ScheduleDialog } from './schedule-dialog.tsx'
import { ScheduleTable } from './schedule-table.tsx'

const ms = 5000
// The server works out each tick, and most do not change.
const msOfTicks = 60_000
const noTicks: Ticks = new Map()

/** The schedules of a queue, or all. */
export function ScheduleList ({ queue }: { queue?: string }) {
  const { answer: page, problem, refresh } = useAnswer(getSchedules, { ms, of: [] })
  const rules = page === null ? '' : JSON.stringify(page.schedules.map(ruleOf))
  const { answer: ticks } = useAnswer(getTicks, { ms: msOfTicks, of: [rules] })
  const [open, setOpen] = useState<{ from?: Schedule } | null>(null)
  const names = page?.schedules.map(({ name }) => name) ?? []
  return (
    <section aria-label='Schedules'>
      <div class='tools end'>
        <Button kind='main' forbidden={whyForbidden('manage')} onClick={() => setOpen({})}>
          Add a schedule
        </Button>
      </div>
      <Problem text={problem} />
      {page === null && problem === '' && <Loading />}
      {page !== null && (
        <Found
          page={page} ticks={ticks ?? noTicks} queue={queue} onEdit={from => setOpen({ from })}
          onChange={refresh}
        />
      )}
      {open !== null && (
        <ScheduleDialog
          {...open} queue={queue} names={names} onChange={refresh} onClose={() => setOpen(null)}
        />
      )}
    </section>
  )
}

// What the ticks depend on.
function ruleOf ({ name, cron, tz, every }: Schedule): unknown[] {
  return [name, cron, tz, every]
}

interface FoundProps {
  page: SchedulePage
  ticks: Ticks
  queue: string | undefined
  onEdit: (schedule: Schedule) => void
  onChange: () => Promise<void>
}

function Found ({ page: { schedules, size }, ticks, queue, onEdit, onChange }: FoundProps) {
  const found = schedules.filter(one => queue === undefined || one.queue === queue)
  const now = serverNow()
  return (
    <>
      {found.length === 0 && <NoSchedule queue={queue} />}
      {found.length > 0 && (
        <ScheduleTable schedules={found} {...{ ticks, now, onEdit, onChange }} />
      )}
      {schedules.length < size && (
        <p class='dim'>Of the first {exact(schedules.length)} of all {exact(size)} schedules.</p>
      )}
      <Calendar schedules={found} ticks={ticks} now={now} />
    </>
  )
}

function NoSchedule ({ queue }: { queue: string | undefined }) {
  if (queue !== undefined) return <p class='empty'>No schedule adds jobs to this queue.</p>
  return (
    <p class='empty'>
      There is no schedule yet. A schedule adds a job at every tick, such as each night at four.
    </p>
  )
}
