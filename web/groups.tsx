import { useEffect, useState } from 'preact/hooks'
import { useRefusal } from './access.ts'
import { Button } from './button.tsx'
import { failureIn, fingerprint } from './failure.ts'
import { exact, plural } from './format.ts'
import { JobLinks } from './job-links.tsx'
import { cancel, each, list, retry, type Job } from './job.ts'
import { act, notify } from './notice.tsx'

interface GroupsProps { queue: string, total: number, onChange: () => Promise<void> }

const most = 1000

/** Failed jobs by what they failed with, the most frequent first. */
export function Groups ({ queue, total, onChange }: GroupsProps) {
  const [jobs, setJobs] = useState<Job[] | null>(null)
  const look = () => list(queue, 'failed', 0, most).then(setJobs, () => {})
  useEffect(() => { void look() }, [queue, total])
  if (jobs === null) return <p class='empty'>Looking…</p>
  const groups = new Map<string, Job[]>()
  for (const job of jobs) {
    const name = fingerprint(failureIn(job.lastError))
    groups.set(name, [...groups.get(name) ?? [], job])
  }
  const sorted = [...groups].sort(([, one], [, other]) => other.length - one.length)
  return (
    <>
      {jobs.length < total && <p class='dim'>Of the {exact(jobs.length)} that failed first, out of {exact(total)}.</p>}
      {sorted.length === 0 && <p class='empty'>None.</p>}
      <ul class='groups'>{sorted.map(([name, alike]) => <Group key={name} name={name} jobs={alike} onChange={async () => { await look(); await onChange() }} />)}</ul>
    </>
  )
}

function Group ({ name, jobs, onChange }: { name: string, jobs: Job[], onChange: () => Promise<void> }) {
  const manage = useRefusal('manage')
  const { backtrace } = failureIn(jobs[0]!.lastError)
  const all = (one: typeof retry, verb: string) => async () => {
    await act(async () => {
      const { done, refused } = await each(jobs, one)
      if (refused !== '') notify(refused, true)
      return `${plural(done, 'job')} ${verb}`
    })
    await onChange()
  }
  return (
    <li aria-label={name}>
      <div class='group'>
        <b class='many'>{exact(jobs.length)}</b>
        <span class='error'>{name}</span>
        <Button refusal={manage} label={`Redrive these ${jobs.length}`} onClick={all(retry, 'redriven')}>Redrive</Button>
        <Button kind='danger' refusal={manage} label={`Cancel these ${jobs.length}`} onClick={all(cancel, 'cancelled')}>Cancel</Button>
      </div>
      <p class='dim'>Jobs <JobLinks queue={jobs[0]!.queue} ids={jobs.map(({ id }) => id)} /></p>
      {backtrace !== '' && <details><summary>Backtrace of the first</summary><pre>{backtrace}</pre></details>}
    </li>
  )
}
