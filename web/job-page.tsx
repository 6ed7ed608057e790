import { useEffect, useState } from 'preact/hooks'
import { failureIn } from './failure.ts'
import { ago, instant, plural } from './format.ts'
import { JobActions } from './job-actions.tsx'
import { JobLinks } from './job-links.tsx'
import { look, why, type Job, type Reason } from './job.ts'
import { Json } from './json-text.tsx'
import { link } from './place.ts'
import { Refusal } from './server.ts'

const every = 2000

type Found = { job: Job, reason: Reason | null } | 'gone' | null

/** All that is known of one job. */
export function JobPage ({ queue, id }: { queue: string, id: string }) {
  const [found, setFound] = useState<Found>(null)
  const [problem, setProblem] = useState('')
  async function refresh (): Promise<void> {
    try {
      const [job, reason] = await Promise.all([look(queue, id), why(queue, id).catch(() => null)])
      setFound({ job, reason })
      setProblem('')
    } catch (error) {
      if (error instanceof Refusal && error.status === 404) setFound('gone')
      else setProblem((error as Error).message)
    }
  }
  useEffect(() => {
    void refresh()
    const timer = setInterval(refresh, every)
    return () => clearInterval(timer)
  }, [])
  return (
    <>
      <nav class='trail' aria-label='Where'><a href={link.front}>Queues</a> <a href={link.queue(queue, found !== null && found !== 'gone' ? found.job.state : '')}>{queue}</a></nav>
      {problem !== '' && <p class='empty' role='alert'>{problem}</p>}
      {found === 'gone' && <><div class='title'><h1>Job {id}</h1><span class='badge'>gone</span></div><p class='empty'>There is no such job any more: it has finished, was taken for good, or was cancelled.</p></>}
      {found !== null && found !== 'gone' && <Story job={found.job} reason={found.reason} onChange={refresh} />}
    </>
  )
}

function Story ({ job, reason, onChange }: { job: Job, reason: Reason | null, onChange: () => Promise<void> }) {
  return (
    <>
      <div class='title'>
        <h1>Job {job.id}</h1>
        <span class={`badge ${job.state}`}>{job.state === 'active' ? 'on lease' : job.state}</span>
        <JobActions job={job} onChange={onChange} />
      </div>
      {reason !== null && <p class='why' aria-label='Why it is not running'>{sentence(reason.detail)}</p>}
      <div class='halves'>
        <div>
          <Json title='Payload' text={job.payload} />
          {job.lastError !== '' && <LastError text={job.lastError} />}
          {job.result !== '' && <Json title='Result' text={job.result} />}
          {job.progress !== '' && <Json title='Progress' text={job.progress} />}
        </div>
        <aside><Facts job={job} /></aside>
      </div>
    </>
  )
}

function sentence (words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
}

function Facts ({ job }: { job: Job }) {
  const time = (seconds: number) => <time dateTime={new Date(seconds * 1000).toISOString()}>{instant(seconds)} <span class='dim'>{ago(seconds)}</span></time>
  return (
    <section class='panel' aria-label='Facts'>
      <h2>Facts</h2>
      <dl class='facts'>
        <dt>Put in</dt><dd>{time(job.created_at)}</dd>
        <dt>To run at</dt><dd>{time(job.run_at)}</dd>
        {job.lease_expires_at !== null && <><dt>Lease ends</dt><dd>{time(job.lease_expires_at)}</dd></>}
        {job.worker_id !== null && <><dt>Held by</dt><dd>{job.worker_id}</dd></>}
        {job.depends.length > 0 && <><dt>{job.state === 'blocked' ? 'Waits for' : 'Waited for'}</dt><dd><JobLinks queue={job.queue} ids={job.depends} /></dd></>}
        <dt>Attempt</dt><dd>{job.attempt} of {job.tries}</dd>
        <dt>Given up</dt><dd>{plural(job.failures, 'time')}</dd>
        <dt>Lost</dt><dd>{plural(job.lost, 'time')}</dd>
        <dt>Priority</dt><dd>{job.priority}{job.priority === 5 && <span class='dim'> as usual</span>}</dd>
      </dl>
    </section>
  )
}

function LastError ({ text }: { text: string }) {
  const { type, message, backtrace } = failureIn(text)
  return (
    <section class='panel bad-edge' aria-label='Last error'>
      <h2>Last error</h2>
      <p class='error'><b>{type}</b> {message}</p>
      {backtrace !== '' && <pre class='backtrace' tabIndex={0} aria-label='Backtrace'>{backtrace}</pre>}
      <details><summary>As it came</summary><pre>{text}</pre></details>
    </section>
  )
}
