import { failureIn } from '../../api/failure.ts'
import type { Job, Why } from '../../api/job.ts'
import { stateName } from '../../part/format.ts'
import { JsonView } from '../../part/json-view.tsx'
import { Problem } from '../../part/placeholder.tsx'
import { Text } from '../../part/text.tsx'
import { serverNow } from '../../state/clock.ts'
import { href } from '../../state/route.ts'
import { AsCurl } from './as-curl.tsx'
import { Facts } from './facts.tsx'
import { JobActions } from './job-actions.tsx'
import { Progress } from './progress.tsx'
import { SameKind } from './same-kind.tsx'
import { Timeline } from './timeline.tsx'
import { useJob } from './use-job.ts'
import { WhyNot } from './why-not.tsx'

interface JobPageProps { queue: string, id: string }

/** One job, with all that the server knows of it. */
export function JobPage ({ queue, id }: JobPageProps) {
  const [{ job, why, isDeleted, problem }, refresh] = useJob(queue, id)
  const list = href.queue(queue, isDeleted ? '' : job?.state)
  return (
    <>
      <nav class='trail' aria-label='Where'>
        <a href={href.queues}>Queues</a> <a href={list}>{queue}</a>
      </nav>
      <Problem text={problem} />
      <div class='title'>
        <h1>Job {id}</h1>
        {isDeleted ? <span class='badge'>deleted</span> : <StateBadge job={job} />}
        {job !== null && <JobActions job={job} isDeleted={isDeleted} onChange={refresh} />}
      </div>
      {isDeleted && (
        <p class='empty'>
          This job is deleted: it completed, was taken for good, or was cancelled.
        </p>
      )}
      {job !== null && !isDeleted && <JobBody job={job} why={why} now={serverNow()} />}
    </>
  )
}

function StateBadge ({ job }: { job: Job | null }) {
  return job === null ? null : <span class={`badge ${job.state}`}>{stateName(job.state)}</span>
}

interface LastErrorProps { job: Job, fingerprint: unknown }

function JobBody ({ job, why, now }: { job: Job, why: Why | null, now: number }) {
  return (
    <>
      {why !== null && <WhyNot why={why} />}
      <div class='halves'>
        <div>
          <JsonView title='Payload' text={job.payload} />
          {job.last_error !== '' && <LastError job={job} fingerprint={why?.['fingerprint']} />}
          {job.result !== '' && <JsonView title='Result' text={job.result} />}
          {job.progress !== '' && <Progress text={job.progress} />}
        </div>
        <aside>
          <Timeline job={job} now={now} />
          <Facts job={job} now={now} />
          <AsCurl job={job} />
        </aside>
      </div>
    </>
  )
}

function LastError ({ job: { queue, last_error: text }, fingerprint }: LastErrorProps) {
  const { type, message, backtrace } = failureIn(text)
  return (
    <section class='panel bad-edge' aria-label='Last error'>
      <h2>Last error</h2>
      <p class='error'><b><Text text={type} /></b> <Text text={message} /></p>
      {typeof fingerprint === 'string' && <SameKind queue={queue} fingerprint={fingerprint} />}
      {backtrace !== '' && (
        <pre class='backtrace' tabIndex={0} aria-label='Backtrace'><Text text={backtrace} /></pre>
      )}
      <details><summary>Raw</summary><pre><Text text={text} /></pre></details>
    </section>
  )
}
