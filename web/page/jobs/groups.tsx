import { useState } from 'preact/hooks'
import { failureIn, fingerprint } from '../../api/failure.ts'
import { cancel, getJob, newestFailed, retry, type FailedJob } from '../../api/job.ts'
import { usePoll } from '../../api/poll.ts'
import { Button } from '../../part/button.tsx'
import { Confirm } from '../../part/confirm.tsx'
import { exact, plural } from '../../part/format.ts'
import { Loading } from '../../part/placeholder.tsx'
import { Text } from '../../part/text.tsx'
import { whyForbidden } from '../../state/access.ts'
import { JobLinks } from '../job/job-links.tsx'
import { actOnJobs } from './job-action.ts'

interface GroupsProps { queue: string, total: number, onChange: () => Promise<void> }

const ms = 5000

/** The newest failed jobs, grouped by error; the largest group first. */
export function Groups ({ queue, total, onChange }: GroupsProps) {
  const [jobs, setJobs] = useState<FailedJob[] | null>(null)
  const refresh = async () => setJobs(await newestFailed(queue))
  usePoll(refresh, { ms, of: [queue] })
  if (jobs === null) return <Loading />
  const groups = groupsOf(jobs)
  const change = async () => {
    await refresh()
    await onChange()
  }
  return (
    <>
      {jobs.length < total && (
        <p class='dim'>The newest {exact(jobs.length)} of {exact(total)} failed jobs.</p>
      )}
      {groups.length === 0 && <p class='empty'>None.</p>}
      <ul class='groups'>
        {groups.map(([name, members]) => (
          <Group key={name} name={name} jobs={members} onChange={change} />
        ))}
      </ul>
    </>
  )
}

function groupsOf (jobs: FailedJob[]): Array<[string, FailedJob[]]> {
  const groups = new Map<string, FailedJob[]>()
  for (const job of jobs) {
    const name = fingerprint(failureIn(job.last_error))
    const known = groups.get(name)
    if (known === undefined) groups.set(name, [job])
    else known.push(job)
  }
  return [...groups].sort(([, one], [, other]) => other.length - one.length)
}

interface GroupProps { name: string, jobs: FailedJob[], onChange: () => Promise<void> }

function Group (props: GroupProps) {
  const { name, jobs } = props
  const [asking, setAsking] = useState<'retry' | 'cancel' | null>(null)
  const manage = whyForbidden('manage')
  const many = jobs.length === 1 ? 'this one' : `these ${exact(jobs.length)}`
  return (
    <li aria-label={name}>
      <div class='group'>
        <b class='many'>{exact(jobs.length)}</b>
        <span class='error'><Text text={name} /></span>
        <Button forbidden={manage} onClick={() => setAsking('retry')}>Retry {many}…</Button>
        <Button kind='danger' forbidden={manage} onClick={() => setAsking('cancel')}>
          Delete {many}…
        </Button>
      </div>
      <p class='dim'>Jobs <JobLinks queue={jobs[0]!.queue} ids={jobs.map(({ id }) => id)} /></p>
      <Backtrace job={jobs[0]!} />
      {asking !== null && (
        <ConfirmGroup {...props} action={asking} onClose={() => setAsking(null)} />
      )}
    </li>
  )
}

interface ConfirmGroupProps extends GroupProps {
  action: 'retry' | 'cancel'
  onClose: () => void
}

function ConfirmGroup ({ name, jobs, action, onChange, onClose }: ConfirmGroupProps) {
  const many = plural(jobs.length, 'job')
  const act = (one: typeof retry, done: string) => async () => {
    await actOnJobs(jobs, one, done)
    await onChange()
  }
  if (action === 'retry') {
    return (
      <Confirm
        title='Retry a group' verb={`Retry ${many}`} kind='main' onClose={onClose}
        question={`${name}: the jobs run as soon as a worker takes them.`}
        onConfirm={act(retry, 'retried')}
      />
    )
  }
  return (
    <Confirm
      title='Delete a group' verb={`Delete ${many}`} onClose={onClose}
      question={`${name}: the jobs are deleted and cannot be restored.`}
      onConfirm={act(cancel, 'deleted')}
    />
  )
}

function Backtrace ({ job: { queue, id } }: { job: FailedJob }) {
  const [text, setText] = useState('')
  async function open (isOpen: boolean): Promise<void> {
    if (isOpen) setText(await backtraceOf(queue, id))
  }
  return (
    <details onToggle={event => { void open(event.currentTarget.open) }}>
      <summary>Backtrace of the newest</summary>
      <pre><Text text={text} /></pre>
    </details>
  )
}

async function backtraceOf (queue: string, id: string): Promise<string> {
  const job = await getJob(queue, id).catch(() => null)
  if (job === null) return 'The job is deleted.'
  return failureIn(job.last_error).backtrace || 'The error has no backtrace.'
}
