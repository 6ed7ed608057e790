import { useState } from 'preact/hooks'
import { useRefusal } from '../../state/access.ts'
import { Button } from '../../part/button.tsx'
import { Confirm } from '../../part/dialog.tsx'
import { failureIn, fingerprint } from '../../api/failure.ts'
import { exact, plural } from '../../part/format.ts'
import { JobLinks } from '../job/job-links.tsx'
import { cancel, each, look, newestFailed, retry, type Failed } from '../../api/job.ts'
import { act, notify } from '../../part/notice.tsx'
import { usePoll } from '../../api/poll.ts'
import { Text } from '../../part/text.tsx'

interface GroupsProps { queue: string, total: number, onChange: () => Promise<void> }

// In ms. The groups are made of the newest failed jobs, as far as 100 kB go.
const pause = 5000

/** The newest failed jobs by what they failed with, the most frequent first. */
export function Groups ({ queue, total, onChange }: GroupsProps) {
  const [jobs, setJobs] = useState<Failed[] | null>(null)
  const refresh = async () => setJobs(await newestFailed(queue))
  usePoll(pause, [queue], refresh)
  if (jobs === null) return <p class='empty'>Looking…</p>
  const sorted = groupsOf(jobs)
  const change = async () => { await refresh(); await onChange() }
  return (
    <>
      {jobs.length < total && <p class='dim'>Of the {exact(jobs.length)} that failed last, out of {exact(total)}.</p>}
      {sorted.length === 0 && <p class='empty'>None.</p>}
      <ul class='groups'>
        {sorted.map(([name, alike]) => <Group key={name} name={name} jobs={alike} onChange={change} />)}
      </ul>
    </>
  )
}

function groupsOf (jobs: Failed[]): Array<[string, Failed[]]> {
  const groups = new Map<string, Failed[]>()
  for (const job of jobs) {
    const name = fingerprint(failureIn(job.lastError))
    const known = groups.get(name)
    if (known === undefined) groups.set(name, [job])
    else known.push(job)
  }
  return [...groups].sort(([, one], [, other]) => other.length - one.length)
}

interface GroupProps { name: string, jobs: Failed[], onChange: () => Promise<void> }

function Group ({ name, jobs, onChange }: GroupProps) {
  const [asking, setAsking] = useState<'retry' | 'cancel' | null>(null)
  const manage = useRefusal('manage')
  const many = jobs.length === 1 ? 'this one' : `these ${exact(jobs.length)}`
  const all = (one: typeof retry, verb: string) => async () => {
    await act(async () => {
      const { done, refused } = await each(jobs, one)
      if (refused !== '') notify(refused, true)
      return `${plural(done, 'job')} ${verb}`
    })
    await onChange()
  }
  const close = () => setAsking(null)
  return (
    <li aria-label={name}>
      <div class='group'>
        <b class='many'>{exact(jobs.length)}</b>
        <span class='error'><Text text={name} /></span>
        <Button refusal={manage} onClick={() => setAsking('retry')}>Redrive {many}…</Button>
        <Button kind='danger' refusal={manage} onClick={() => setAsking('cancel')}>Cancel {many}…</Button>
      </div>
      <p class='dim'>Jobs <JobLinks queue={jobs[0]!.queue} ids={jobs.map(({ id }) => id)} /></p>
      <Backtrace job={jobs[0]!} />
      {asking === 'retry' && (
        <Confirm
          title='Redrive a group' verb={`Redrive ${plural(jobs.length, 'job')}`} kind='main' onClose={close}
          question={`${name}: they run as soon as a worker takes them.`} onConfirm={all(retry, 'redriven')}
        />
      )}
      {asking === 'cancel' && (
        <Confirm
          title='Cancel a group' verb={`Cancel ${plural(jobs.length, 'job')}`} onClose={close}
          question={`${name}: they will be gone. Nothing brings them back.`} onConfirm={all(cancel, 'cancelled')}
        />
      )}
    </li>
  )
}

function Backtrace ({ job: { queue, id } }: { job: Failed }) {
  const [text, setText] = useState('')
  async function open (isOpen: boolean): Promise<void> {
    if (!isOpen) return
    const job = await look(queue, id).catch(() => null)
    setText(job === null ? 'The job is gone.' : failureIn(job.lastError).backtrace || 'None was given.')
  }
  return (
    <details onToggle={event => { void open(event.currentTarget.open) }}>
      <summary>Backtrace of the newest</summary>
      <pre><Text text={text} /></pre>
    </details>
  )
}
