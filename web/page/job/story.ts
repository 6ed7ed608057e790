import type { Job } from '../../api/job.ts'

type Attempt = Job['attempts'][number]

/** What happened to a job, or happens now. Times are in epoch seconds. */
export interface Step {
  kind: 'quiet' | 'failed' | 'good' | 'now'
  words: string
  /** When it was, or began; null if that is not known. */
  at: number | null
  /** For how many seconds; until now if `isOpen`. */
  lasted: number | null
  isOpen?: boolean
  worker?: string | null
  error?: Attempt['error']
}

/** The life of a job in steps, the oldest first. */
export function storyOf (job: Job): Step[] {
  const { attempts, created_at: created } = job
  const steps: Step[] = [{ kind: 'quiet', words: 'Added', at: created, lasted: null }]
  const forgotten = (attempts[0]?.attempt ?? 1) - 1
  if (forgotten > 0) steps.push(forgottenStep(forgotten))
  let since: number | null = forgotten > 0 ? null : created
  for (const attempt of attempts) {
    steps.push(...pauseBefore(attempt, since, steps.at(-1)!), runOf(attempt))
    since = attempt.ended_at
  }
  return [...steps, ...presentOf(job, since, steps.at(-1)!)]
}

function forgottenStep (count: number): Step {
  const words = `${count} earlier ${count === 1 ? 'run' : 'runs'}, of which no more is known`
  return { kind: 'quiet', words, at: null, lasted: null }
}

// In seconds: a shorter pause tells nothing.
const shortest = 0.05

function pauseBefore ({ started_at: start }: Attempt, since: number | null, before: Step): Step[] {
  if (start === null || since === null || start - since < shortest) return []
  const words = before.kind === 'failed' ? 'Backed off and waited' : 'Waited'
  return [{ kind: 'quiet', words, at: since, lasted: start - since }]
}

const outcomes: Record<Attempt['outcome'], [kind: Step['kind'], words: string]> = {
  failed: ['failed', 'failed'],
  lost: ['failed', 'lease lost'],
  released: ['quiet', 'put back by its worker'],
  completed: ['good', 'completed']
}

function runOf (attempt: Attempt): Step {
  const { attempt: number, outcome, started_at: at, ended_at: end, worker_id: worker } = attempt
  const [kind, words] = outcomes[outcome]
  const lasted = at === null ? null : end - at
  const step = { kind, words: `Run ${number}: ${words}`, at: at ?? end, lasted, worker }
  return { ...step, error: attempt.error }
}

/** Where the job stands now, as far as its attempts do not say so. */
function presentOf (job: Job, since: number | null, last: Step): Step[] {
  const { state, attempt, run_at: due, started_at: start, finished_at: end } = job
  const now = (words: string, at: number | null): Step[] => {
    return [{ kind: 'now', words, at, lasted: null, isOpen: true }]
  }
  if (state === 'active') {
    return [{ ...now(`Run ${attempt}: running`, start)[0]!, worker: job.worker_id }]
  }
  if (state === 'waiting') return now('Waiting', Math.max(due, since ?? due))
  if (state === 'blocked') return now('Blocked by jobs that must complete before', since)
  if (state === 'delayed') {
    return now(last.kind === 'failed' ? 'Retrying: backing off' : 'Delayed', since)
  }
  return ended(job, start, end, last)
}

function ended (job: Job, start: number | null, end: number | null, last: Step): Step[] {
  if (job.state === 'failed') {
    const words = job.depends.length > 0 ? 'Failed with a job it depends on' : 'Failed for good'
    return [{ kind: 'failed', words, at: end, lasted: null }]
  }
  if (last.kind === 'good') return []
  const lasted = start === null || end === null ? null : end - start
  return [{ kind: 'good', words: 'Completed', at: end, lasted, worker: job.worker_id }]
}
