import type { Job } from '../../api/job.ts'
import { exact } from '../../part/format.ts'
import { Instant } from '../../part/time.tsx'
import { JobLinks } from './job-links.tsx'

interface FactsProps { job: Job, now: number }

const defaultPriority = 5

/** Times and counters of a job. */
export function Facts ({ job, now }: FactsProps) {
  const { priority } = job
  return (
    <section class='panel' aria-label='Facts'>
      <h2>Facts</h2>
      <dl class='facts'>
        <dt>Added</dt><dd><Instant seconds={job.created_at} now={now} /></dd>
        <dt>Due</dt><dd><Instant seconds={job.run_at} now={now} /></dd>
        <LeaseFacts job={job} now={now} />
        <Dependencies job={job} />
        <dt>Attempt</dt><dd>{job.attempt} of {job.tries}</dd>
        <dt>Failed</dt><dd>{exact(job.failures)} ×</dd>
        <dt>Lease lost</dt><dd>{exact(job.lost)} ×</dd>
        <dt>Priority</dt>
        <dd>{priority}{priority === defaultPriority && <span class='dim'> (default)</span>}</dd>
      </dl>
    </section>
  )
}

function LeaseFacts ({ job, now }: FactsProps) {
  const { lease_expires_at: expires, worker_id: worker } = job
  return (
    <>
      {expires !== null && (
        <><dt>Lease ends</dt><dd><Instant seconds={expires} now={now} /></dd></>
      )}
      {worker !== null && <><dt>Worker</dt><dd>{worker}</dd></>}
    </>
  )
}

function Dependencies ({ job: { depends, queue } }: { job: Job }) {
  if (depends.length === 0) return null
  return (
    <>
      <dt>Depends on</dt>
      <dd><JobLinks queue={queue} ids={depends} /></dd>
    </>
  )
}
