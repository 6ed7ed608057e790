import { useState } from 'preact/hooks'
import { deleteSchedule, runNow, type Schedule } from '../../api/schedule.ts'
import { Button } from '../../part/button.tsx'
import { Confirm } from '../../part/confirm.tsx'
import { exact } from '../../part/format.ts'
import { notifyOutcome } from '../../part/notice.tsx'
import { Text } from '../../part/text.tsx'
import { Ago } from '../../part/time.tsx'
import { whyForbidden } from '../../state/access.ts'
import { href } from '../../state/route.ts'
import type { Ticks } from './calendar.tsx'
import { inWords } from './cron-words.ts'
import { NextTicks } from './next-ticks.tsx'

interface ScheduleTableProps {
  schedules: Schedule[]
  ticks: Ticks
  now: number
  onEdit: (schedule: Schedule) => void
  onChange: () => Promise<void>
}

const wordColumns = ['Schedule', 'Fires', 'Queue']
const numberColumns = ['Next', 'Last', 'Fired', 'Skipped']

export function ScheduleTable (props: ScheduleTableProps) {
  const { schedules, ticks, now, onEdit, onChange } = props
  return (
    <div class='scroll'>
      <table class='schedules'>
        <caption class='unseen'>Schedules and their ticks</caption>
        <thead>
          <tr>
            {wordColumns.map(name => <th key={name} scope='col' class='words'>{name}</th>)}
            {numberColumns.map(name => <th key={name} scope='col'>{name}</th>)}
            <th scope='col'><span class='unseen'>Actions</span></th>
          </tr>
        </thead>
        <tbody>
          {schedules.map(schedule => (
            <ScheduleRow
              key={schedule.name} schedule={schedule} ticks={ticks.get(schedule.name) ?? []}
              now={now} onEdit={() => onEdit(schedule)} onChange={onChange}
            />
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface ScheduleRowProps {
  schedule: Schedule
  ticks: number[]
  now: number
  onEdit: () => void
  onChange: () => Promise<void>
}

function ScheduleRow ({ schedule, ticks, now, onEdit, onChange }: ScheduleRowProps) {
  const { name, queue, next_at: next, fired, skipped, last_error: error } = schedule
  return (
    <tr>
      <th scope='row'>
        {name}
        {error !== null && <span class='error bad small'><Text text={error} /></span>}
      </th>
      <td class='words' data-label='fires'>
        <Times schedule={schedule} />
        <NextTicks schedule={schedule} ticks={ticks} now={now} />
      </td>
      <td class='words' data-label='queue'><a href={href.queue(queue)}>{queue}</a></td>
      <td data-label='next'><Tick at={next} now={now} /></td>
      <td data-label='last'><LastTick schedule={schedule} now={now} /></td>
      <td data-label='fired' class={fired === 0 ? 'zero' : ''}>{exact(fired)}</td>
      <td data-label='skipped' class={skipped === 0 ? 'zero' : ''}>{exact(skipped)}</td>
      <td class='row-actions'>
        <RunButton schedule={schedule} />
        <RowActions name={name} onEdit={onEdit} onChange={onChange} />
      </td>
    </tr>
  )
}

function Times ({ schedule }: { schedule: Schedule }) {
  const { cron, tz } = schedule
  return (
    <>
      {inWords(schedule)}
      {cron !== undefined && <span class='small dim'><code>{cron}</code> {tz}</span>}
    </>
  )
}

interface TickProps { at: number | null, now: number }

function Tick ({ at, now }: TickProps) {
  return at === null ? <span class='dim'>–</span> : <Ago seconds={at} now={now} />
}

interface LastTickProps { schedule: Schedule, now: number }

function LastTick ({ schedule, now }: LastTickProps) {
  const { name, queue, last_at: at, last_job: job } = schedule
  if (job === null) return <Tick at={at} now={now} />
  return (
    <a href={href.job(queue, job)}>
      <span class='unseen'>Job {job}, the last of {name}: </span><Tick at={at} now={now} />
    </a>
  )
}

function RunButton ({ schedule }: { schedule: Schedule }) {
  const { name, queue } = schedule
  const run = async () => await notifyOutcome(async () => {
    return `Job ${await runNow(schedule)} of ${name} is in ${queue}`
  })
  return (
    <Button
      kind='quiet' forbidden={whyForbidden('produce')} label={`Run now: ${name}`} onClick={run}
    >
      Run now
    </Button>
  )
}

interface RowActionsProps { name: string, onEdit: () => void, onChange: () => Promise<void> }

function RowActions ({ name, onEdit, onChange }: RowActionsProps) {
  const [isDeleting, setDeleting] = useState(false)
  const button = { kind: 'quiet', forbidden: whyForbidden('manage') } as const
  const confirm = async () => {
    await notifyOutcome(async () => {
      await deleteSchedule(name)
      return `The schedule ${name} is deleted`
    })
    await onChange()
  }
  return (
    <>
      <Button {...button} label={`Edit ${name}`} onClick={onEdit}>Edit</Button>
      <Button {...button} label={`Delete ${name}`} onClick={() => setDeleting(true)}>Delete</Button>
      {isDeleting && (
        <Confirm
          title={`Delete ${name}`} verb='Delete schedule' onConfirm={confirm}
          question='It adds no more jobs. The jobs that it has added stay.'
          onClose={() => setDeleting(false)}
        />
      )}
    </>
  )
}
