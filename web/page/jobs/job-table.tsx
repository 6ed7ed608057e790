import { useRefusal } from '../../state/access.ts'
import { Button } from '../../part/button.tsx'
import { failureIn } from '../../api/failure.ts'
import { ago, count, instantInZone } from '../../part/format.ts'
import { cancel, retry, type Job, type State } from '../../api/job.ts'
import { act } from '../../part/notice.tsx'
import { link } from '../../state/place.ts'
import { JobLinks } from '../job/job-links.tsx'
import { Text } from '../../part/text.tsx'

interface JobTableProps {
  jobs: Job[]
  state: State
  chosen: Set<string>
  onChoose: (ids: string[], on: boolean) => void
  onChange: () => Promise<void>
}

const heads: Record<State, string> = { waiting: 'Since', delayed: 'Due', blocked: 'Waits for', active: 'Lease ends', failed: 'Error', completed: 'Put in' }

export function JobTable ({ jobs, state, chosen, onChoose, onChange }: JobTableProps) {
  const all = jobs.every(({ id }) => chosen.has(id))
  return (
    <div class='scroll'>
      <table class='jobs'>
        <caption class='unseen'>Jobs that are {state}</caption>
        <thead>
          <tr>
            <th scope='col' class='box'><input type='checkbox' aria-label='Select all on this page' checked={all} onChange={() => onChoose(jobs.map(({ id }) => id), !all)} /></th>
            <th scope='col'>Job</th>
            <th scope='col' class='wide'>Payload</th>
            <th scope='col'>{heads[state]}</th>
            <th scope='col'>Attempt</th>
            <th scope='col'><span class='unseen'>Actions</span></th>
          </tr>
        </thead>
        <tbody>{jobs.map(job => <JobRow key={job.id} job={job} chosen={chosen.has(job.id)} onChoose={on => onChoose([job.id], on)} onChange={onChange} />)}</tbody>
      </table>
    </div>
  )
}

interface JobRowProps { job: Job, chosen: boolean, onChoose: (on: boolean) => void, onChange: () => Promise<void> }

function JobRow ({ job, chosen, onChoose, onChange }: JobRowProps) {
  const { queue, id, state, attempt, tries, priority } = job
  const manage = useRefusal('manage')
  const doing = (one: typeof retry, said: string) => async () => {
    await act(async () => { await one(queue, id); return `Job ${id} ${said}` })
    await onChange()
  }
  return (
    <tr>
      <td class='box'><input type='checkbox' aria-label={`Select job ${id}`} checked={chosen} onChange={event => onChoose(event.currentTarget.checked)} /></td>
      <th scope='row'><a href={link.job(queue, id)}>{id}</a>{priority !== 5 && <span class='badge' title='Priority'>p{priority}</span>}</th>
      <td class='wide code' data-label='payload'><Beginning job={job} /></td>
      <td class='words' data-label={heads[state].toLowerCase()}><When job={job} /></td>
      <td data-label='attempt'>{attempt}/{tries}</td>
      <td class='row-actions'>
        {(state === 'failed' || state === 'delayed') && <Button kind='quiet' refusal={manage} label={`${state === 'failed' ? 'Redrive' : 'Run now'} job ${id}`} onClick={doing(retry, 'runs now')}>{state === 'failed' ? 'Redrive' : 'Run now'}</Button>}
        <Button kind='quiet' refusal={manage} label={`Cancel job ${id}`} onClick={doing(cancel, 'is cancelled')}>Cancel</Button>
      </td>
    </tr>
  )
}

function Beginning ({ job: { payload, payload_size: size } }: { job: Job }) {
  const more = size === undefined ? null : <span class='dim'>… {count(size)} bytes</span>
  return <><Text text={payload.slice(0, 200)} />{more}</>
}

function When ({ job }: { job: Job }) {
  const { state, run_at: at, lease_expires_at: until, worker_id: worker, created_at: created } = job
  if (state === 'failed') {
    const { type, message } = failureIn(job.lastError)
    return <span class='error'><b><Text text={type.slice(0, 100)} /></b> <Text text={message.slice(0, 200)} /></span>
  }
  if (state === 'blocked') return <JobLinks queue={job.queue} ids={job.depends} />
  const time = state === 'active' ? until! : state === 'completed' ? created : at
  return <><time dateTime={new Date(time * 1000).toISOString()} title={instantInZone(time)}>{ago(time)}</time>{worker !== null && <span class='dim'> {worker}</span>}</>
}
