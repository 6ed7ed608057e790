import type { Job } from '../../api/job.ts'
import { duration } from '../../part/format.ts'
import { Text } from '../../part/text.tsx'
import { Ago } from '../../part/time.tsx'
import { storyOf, type Step } from './story.ts'

interface TimelineProps { job: Job, now: number }

/** What happened to a job, the oldest first, and what happens now. */
export function Timeline ({ job, now }: TimelineProps) {
  return (
    <section class='panel' aria-label='Timeline'>
      <h2>Timeline</h2>
      <ol class='story'>
        {storyOf(job).map((step, i) => <StepLine key={i} step={step} now={now} />)}
        {job.state === 'active' && <LeaseEnd job={job} now={now} />}
        {job.state === 'delayed' && <Due at={job.run_at} now={now} />}
      </ol>
    </section>
  )
}

function StepLine ({ step, now }: { step: Step, now: number }) {
  const { kind, words, at, isOpen = false, worker = null, error = null } = step
  const lasted = isOpen && at !== null ? now / 1000 - at : step.lasted
  return (
    <li class={kind}>
      <span>
        {words}
        {lasted !== null && lasted > 0 && <b> {duration(lasted)}</b>}
        {worker !== null && <span class='dim'> on <Text text={worker} /></span>}
      </span>
      {at !== null && !isOpen && <span class='dim'><Ago seconds={at} now={now} /></span>}
      {error !== null && (
        <span class='error'>
          <b><Text text={error.type ?? ''} /></b> <Text text={error.message ?? ''} />
        </span>
      )}
    </li>
  )
}

function LeaseEnd ({ job: { lease_expires_at: end }, now }: TimelineProps) {
  if (end === null) return null
  const left = end - now / 1000
  const words = left > 0 ? `lease ends in ${duration(left)}` : 'lease has ended'
  return <li class='quiet'><span class='dim'>{words}</span></li>
}

function Due ({ at, now }: { at: number, now: number }) {
  return <li class='quiet'><span class='dim'>due <Ago seconds={at} now={now} /></span></li>
}
