import { useRef, useState } from 'preact/hooks'
import { failureIn } from '../../api/failure.ts'
import { ago, instantInZone, localised, plural } from '../../part/format.ts'
import { JobActions } from './job-actions.tsx'
import { JobLinks } from './job-links.tsx'
import { glance, look, why, type Job, type Reason } from '../../api/job.ts'
import { Json } from '../../part/json-text.tsx'
import { link } from '../../state/place.ts'
import { usePoll } from '../../api/poll.ts'
import { Refusal } from '../../api/server.ts'
import { Text } from '../../part/text.tsx'

interface Found { job: Job | null, reason: Reason | null, isGone: boolean, problem: string }

const nothing: Found = { job: null, reason: null, isGone: false, problem: '' }

/** All that is known of one job. */
export function JobPage ({ queue, id }: { queue: string, id: string }) {
  const [{ job, reason, isGone, problem }, refresh] = useJob(queue, id)
  return (
    <>
      <nav class='trail' aria-label='Where'>
        <a href={link.front}>Queues</a> <a href={link.queue(queue, isGone ? '' : job?.state)}>{queue}</a>
      </nav>
      {problem !== '' && <p class='empty' role='alert'>{problem}</p>}
      <div class='title'>
        <h1>Job {id}</h1>
        {isGone ? <span class='badge'>gone</span> : <StateBadge job={job} />}
        {job !== null && <JobActions job={job} isGone={isGone} onChange={refresh} />}
      </div>
      {isGone && (
        <p class='empty'>
          There is no such job any more: it has finished, was taken for good, or was cancelled.
        </p>
      )}
      {job !== null && !isGone && <Story job={job} reason={reason} />}
    </>
  )
}

function StateBadge ({ job }: { job: Job | null }) {
  if (job === null) return null
  return <span class={`badge ${job.state}`}>{job.state === 'active' ? 'on lease' : job.state}</span>
}

// In ms. In turn a look at the job and one at the reason: one script every two seconds.
const every = 2000

function useJob (queue: string, id: string): [Found, () => Promise<void>] {
  const [found, setFound] = useState(nothing)
  const known = useRef<Job | null>(null)
  const turn = useRef(0)
  const learn = (more: Partial<Found>) => setFound(before => ({ ...before, problem: '', ...more }))
  async function lookAtJob (): Promise<void> {
    const job = known.current = await lookAgain(queue, id, known.current)
    learn({ job, isGone: false })
  }
  async function lookAtReason (): Promise<void> {
    learn({ reason: await why(queue, id) })
  }
  async function attempt (one: () => Promise<void>): Promise<void> {
    try {
      await one()
    } catch (error) {
      const isGone = error instanceof Refusal && error.status === 404
      learn(isGone ? { isGone } : { problem: (error as Error).message })
    }
  }
  async function refresh (): Promise<void> {
    await attempt(lookAtJob)
    await attempt(lookAtReason)
  }
  async function poll (): Promise<void> {
    if (turn.current++ === 0) return await refresh()
    await attempt(turn.current % 2 === 0 ? lookAtJob : lookAtReason)
  }
  usePoll(every, [queue, id], poll)
  return [found, refresh]
}

// Payload, error and result are fetched again only where something says that they may have changed.
async function lookAgain (queue: string, id: string, known: Job | null): Promise<Job> {
  if (known === null) return await look(queue, id)
  const now = await glance(queue, id)
  if (trait(now) !== trait(known)) return await look(queue, id)
  const { payload, lastError, result } = known
  return { ...now, payload, lastError, result }
}

function trait ({ state, attempt, failures, lost, run_at: runAt, created_at: createdAt }: Job): string {
  return [state, attempt, failures, lost, runAt, createdAt].join(' ')
}

function Story ({ job, reason }: { job: Job, reason: Reason | null }) {
  return (
    <>
      {reason !== null && <p class='why' aria-label='Why it is not running'><Text text={sentence(reason.detail)} /></p>}
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

function sentence (detail: string): string {
  return localised(`${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`)
}

function Time ({ seconds }: { seconds: number }) {
  return (
    <time dateTime={new Date(seconds * 1000).toISOString()}>
      {instantInZone(seconds)} <span class='dim'>{ago(seconds)}</span>
    </time>
  )
}

function Facts ({ job }: { job: Job }) {
  return (
    <section class='panel' aria-label='Facts'>
      <h2>Facts</h2>
      <dl class='facts'>
        <dt>Put in</dt><dd><Time seconds={job.created_at} /></dd>
        <dt>To run at</dt><dd><Time seconds={job.run_at} /></dd>
        <LeaseFacts job={job} />
        <dt>Attempt</dt><dd>{job.attempt} of {job.tries}</dd>
        <dt>Given up</dt><dd>{plural(job.failures, 'time')}</dd>
        <dt>Lost</dt><dd>{plural(job.lost, 'time')}</dd>
        <dt>Priority</dt><dd>{job.priority}{job.priority === 5 && <span class='dim'> as usual</span>}</dd>
      </dl>
    </section>
  )
}

function LeaseFacts ({ job }: { job: Job }) {
  const { lease_expires_at: until, worker_id: worker, depends, state, queue } = job
  return (
    <>
      {until !== null && <><dt>Lease ends</dt><dd><Time seconds={until} /></dd></>}
      {worker !== null && <><dt>Held by</dt><dd>{worker}</dd></>}
      {depends.length > 0 && (
        <>
          <dt>{state === 'blocked' ? 'Waits for' : 'Waited for'}</dt>
          <dd><JobLinks queue={queue} ids={depends} /></dd>
        </>
      )}
    </>
  )
}

function LastError ({ text }: { text: string }) {
  const { type, message, backtrace } = failureIn(text)
  return (
    <section class='panel bad-edge' aria-label='Last error'>
      <h2>Last error</h2>
      <p class='error'><b><Text text={type} /></b> <Text text={message} /></p>
      {backtrace !== '' && <pre class='backtrace' tabIndex={0} aria-label='Backtrace'><Text text={backtrace} /></pre>}
      <details><summary>As it came</summary><pre><Text text={text} /></pre></details>
    </section>
  )
}
