import { failureIn } from '../../api/failure.ts'
import { cancel, retry, type Job, type ListedState } from '../../api/job.ts'
import { Button } from '../../part/button.tsx'
import { count, duration, stateName } from '../../part/format.ts'
import type { SteadyRow } from '../../part/steady.ts'
import { Text } from '../../part/text.tsx'
import { Ago } from '../../part/time.tsx'
import { whyForbidden } from '../../state/access.ts'
import { href } from '../../state/route.ts'
import { JobLinks } from '../job/job-links.tsx'
import { actOnJob } from './job-action.ts'
import { removalOf, verbs } from './verb.ts'

interface JobTableProps {
  rows: Array<SteadyRow<Job>>
  state: ListedState
  now: number
  selected: Set<string>
  onSelect: (ids: string[], isOn: boolean) => void
  onChange: () => Promise<void>
}

const heads: Record<ListedState, string> = {
  waiting: 'Since',
  delayed: 'Due',
  retrying: 'Due',
  blocked: 'Depends on',
  active: 'Running for',
  failed: 'Error',
  completed: 'Completed'
}

export function JobTable (props: JobTableProps) {
  const { rows, state, now, selected, onSelect, onChange } = props
  return (
    <div class='scroll'>
      <table class='jobs'>
        <caption class='unseen'>Jobs that are {stateName(state)}</caption>
        <Head {...props} />
        <tbody>
          {rows.map(({ item: job, isGone }) => (
            <JobRow
              key={job.id} job={job} isGone={isGone} now={now} isSelected={selected.has(job.id)}
              onSelect={isOn => onSelect([job.id], isOn)} onChange={onChange}
            />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Head ({ rows, state, selected, onSelect }: JobTableProps) {
  const ids = rows.filter(({ isGone }) => !isGone).map(({ item }) => item.id)
  const hasAll = ids.length > 0 && ids.every(id => selected.has(id))
  return (
    <thead>
      <tr>
        <th scope='col' class='box'>
          <Checkbox
            label='Select all on this page' isChecked={hasAll}
            onChange={() => onSelect(ids, !hasAll)}
          />
        </th>
        <th scope='col'>Job</th>
        <th scope='col' class='wide'>Payload</th>
        <th scope='col'>{heads[state]}</th>
        <th scope='col'>Attempt</th>
        <th scope='col'><span class='unseen'>Actions</span></th>
      </tr>
    </thead>
  )
}

interface CheckboxProps { label: string, isChecked: boolean, onChange: (isOn: boolean) => void }

function Checkbox ({ label, isChecked, onChange }: CheckboxProps) {
  return (
    <input
      type='checkbox' aria-label={label} checked={isChecked}
      onChange={event => onChange(event.currentTarget.checked)}
    />
  )
}

interface JobRowProps {
  job: Job
  isGone: boolean
  now: number
  isSelected: boolean
  onSelect: (isOn: boolean) => void
  onChange: () => Promise<void>
}

const defaultPriority = 5

function JobRow ({ job, isGone, now, isSelected, onSelect, onChange }: JobRowProps) {
  const { queue, id, state, attempt, tries, priority } = job
  return (
    <tr class={isGone ? 'gone' : ''}>
      <td class='box'>
        <Checkbox label={`Select job ${id}`} isChecked={isSelected} onChange={onSelect} />
      </td>
      <th scope='row'>
        <a href={href.job(queue, id)}>{id}</a>
        {isGone && <span class='badge'>gone</span>}
        {priority !== defaultPriority && <span class='badge' title='Priority'>p{priority}</span>}
      </th>
      <td class='wide code' data-label='payload'><Beginning job={job} /></td>
      <td class='words' data-label={heads[state].toLowerCase()}><Detail job={job} now={now} /></td>
      <td data-label='attempt'>{attempt}/{tries}</td>
      <td class='row-actions'>{!isGone && <RowActions job={job} onChange={onChange} />}</td>
    </tr>
  )
}

function RowActions ({ job, onChange }: { job: Job, onChange: () => Promise<void> }) {
  const manage = whyForbidden('manage')
  const verb = verbs[job.state]
  const removal = removalOf(job.state)
  const act = (action: typeof retry, done: string) => async () => {
    await actOnJob(job, action, done)
    await onChange()
  }
  const button = { kind: 'quiet', forbidden: manage } as const
  return (
    <>
      {verb !== null && (
        <Button {...button} label={`${verb.one} job ${job.id}`} onClick={act(retry, 'runs now')}>
          {verb.one}
        </Button>
      )}
      <Button
        {...button} label={`${removal.title} job ${job.id}`}
        onClick={act(cancel, `is ${removal.done}`)}
      >
        {removal.title}
      </Button>
    </>
  )
}

function Beginning ({ job: { payload, payload_size: size } }: { job: Job }) {
  const more = size === undefined ? null : <span class='dim'>… {count(size)} bytes</span>
  return <><Text text={payload.slice(0, 200)} />{more}</>
}

interface DetailProps { job: Job, now: number }

// The column of the state: its error, its dependencies or its time.
function Detail ({ job, now }: DetailProps) {
  if (job.state === 'failed') return <ShortError text={job.last_error} />
  if (job.state === 'delayed' && job.last_error !== '') return <Backoff job={job} now={now} />
  if (job.state === 'blocked') return <JobLinks queue={job.queue} ids={job.depends} />
  const worker = job.worker_id === null ? null : <span class='dim'> {job.worker_id}</span>
  if (job.state === 'active') return <>{runningFor(job, now)}{worker}</>
  return <><Ago seconds={timeOf(job)} now={now} />{worker}</>
}

// Due again, after an error.
function Backoff ({ job, now }: DetailProps) {
  return <><Ago seconds={job.run_at} now={now} /> <ShortError text={job.last_error} /></>
}

function ShortError ({ text }: { text: string }) {
  const { type, message } = failureIn(text)
  const [shortType, shortMessage] = [type.slice(0, 100), message.slice(0, 200)]
  return <span class='error'><b><Text text={shortType} /></b> <Text text={shortMessage} /></span>
}

function runningFor ({ started_at: start }: Job, now: number): string {
  return start === null ? '–' : duration(Math.max(0, now / 1000 - start))
}

function timeOf (job: Job): number {
  return job.state === 'completed' ? job.finished_at ?? job.created_at : job.run_at
}
