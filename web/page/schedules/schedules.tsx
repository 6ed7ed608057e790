import { useState } from 'preact/hooks'
import { useRefusal } from '../../state/access.ts'
import { Button } from '../../part/button.tsx'
import { Confirm } from '../../part/dialog.tsx'
import { ago, exact, instantInZone } from '../../part/format.ts'
import { act } from '../../part/notice.tsx'
import { link } from '../../state/place.ts'
import { usePoll } from '../../api/poll.ts'
import { ScheduleDialog } from './schedule-dialog.tsx'
import { Text } from '../../part/text.tsx'
import { rhythm, schedules, unschedule, type Schedule } from '../../api/schedule.ts'

const every = 5000

type Found = Awaited<ReturnType<typeof schedules>>

/** All schedules: what recurs, and what came of it. */
export function Schedules () {
  const [{ found, size }, setAll] = useState<Found | { found: null, size: 0 }>({ found: null, size: 0 })
  const [problem, setProblem] = useState('')
  const [open, setOpen] = useState<{ from?: Schedule } | null>(null)
  const manage = useRefusal('manage')
  const refresh = async () => await schedules().then(all => { setAll(all); setProblem('') }, error => setProblem(error.message))
  usePoll(every, [], refresh)
  return (
    <>
      <div class='title'>
        <h1>Schedules <span class='dim'>{found === null ? '' : exact(size)}</span></h1>
        <Button kind='main' refusal={manage} onClick={() => setOpen({})}>Add a schedule</Button>
      </div>
      {problem !== '' && <p class='empty' role='alert'>{problem}</p>}
      {found === null && problem === '' && <p class='empty'>Looking…</p>}
      {found?.length === 0 && <p class='empty'>Nothing recurs yet. A schedule puts a job into a queue at every tick, such as each night at four.</p>}
      {found !== null && found.length > 0 && <ScheduleTable found={found} onEdit={from => setOpen({ from })} onChange={refresh} />}
      {found !== null && found.length < size && <p class='dim'>The first {exact(found.length)} of {exact(size)}.</p>}
      {open !== null && <ScheduleDialog {...open} taken={found?.map(({ name }) => name) ?? []} onChange={refresh} onClose={() => setOpen(null)} />}
    </>
  )
}

interface ScheduleTableProps { found: Schedule[], onEdit: (schedule: Schedule) => void, onChange: () => Promise<void> }

function ScheduleTable ({ found, onEdit, onChange }: ScheduleTableProps) {
  return (
    <div class='scroll'>
      <table class='schedules'>
        <caption class='unseen'>What recurs, and what came of it</caption>
        <thead>
          <tr>
            {['Schedule', 'Fires', 'Queue', 'Next', 'Last', 'Fired', 'Skipped'].map((name, i) => <th key={name} scope='col' class={i < 3 ? 'words' : ''}>{name}</th>)}
            <th scope='col'><span class='unseen'>Actions</span></th>
          </tr>
        </thead>
        <tbody>{found.map(one => <ScheduleRow key={one.name} schedule={one} onEdit={() => onEdit(one)} onChange={onChange} />)}</tbody>
      </table>
    </div>
  )
}

function ScheduleRow ({ schedule, onEdit, onChange }: { schedule: Schedule, onEdit: () => void, onChange: () => Promise<void> }) {
  const { name, queue, next_at: next, last_at: last, last_job: job, fired, skipped, last_error: error } = schedule
  const [deleting, setDeleting] = useState(false)
  const manage = useRefusal('manage')
  const remove = async () => {
    await act(async () => { await unschedule(name); return `The schedule ${name} is deleted` })
    await onChange()
  }
  return (
    <tr>
      <th scope='row'>{name}{error !== null && <span class='error bad small'><Text text={error} /></span>}</th>
      <td class='words code' data-label='fires'>{rhythm(schedule)}</td>
      <td class='words' data-label='queue'><a href={link.queue(queue)}>{queue}</a></td>
      <td data-label='next'><Tick at={next} /></td>
      <td data-label='last'>{job === null ? <Tick at={last} /> : <a href={link.job(queue, job)} aria-label={`Job ${job}, the last of ${name}`}><Tick at={last} /></a>}</td>
      <td data-label='fired' class={fired === 0 ? 'zero' : ''}>{exact(fired)}</td>
      <td data-label='skipped' class={skipped === 0 ? 'zero' : ''}>{exact(skipped)}</td>
      <td class='row-actions'>
        <Button kind='quiet' refusal={manage} label={`Edit ${name}`} onClick={onEdit}>Edit</Button>
        <Button kind='quiet' refusal={manage} label={`Delete ${name}`} onClick={() => setDeleting(true)}>Delete</Button>
        {deleting && <Confirm title={`Delete ${name}`} question='It puts no more jobs in. Those that it has put in stay.' verb='Delete schedule' onConfirm={remove} onClose={() => setDeleting(false)} />}
      </td>
    </tr>
  )
}

function Tick ({ at }: { at: number | null }) {
  return at === null ? <span class='dim'>–</span> : <time dateTime={new Date(at * 1000).toISOString()} title={instantInZone(at)}>{ago(at)}</time>
}
