import { useRef, useState } from 'preact/hooks'
import { getJob, getJobShort, getWhy, type Job, type Why } from '../../api/job.ts'
import { usePoll } from '../../api/poll.ts'
import { hasStatus } from '../../api/server.ts'

/** `isDeleted`: the job is no longer there, and `job` is as it was last. */
export interface Found { job: Job | null, why: Why | null, isDeleted: boolean, problem: string }

const nothing: Found = { job: null, why: null, isDeleted: false, problem: '' }

// The job and the reason in turn, so that the server runs one script every two seconds.
const ms = 2000

/** Follows a job. Also returns a function that reads it again at once. */
export function useJob (queue: string, id: string): [Found, () => Promise<void>] {
  const [found, setFound] = useState(nothing)
  const known = useRef<Job | null>(null)
  const turn = useRef(0)
  const learn = (news: Partial<Found>) => setFound(old => ({ ...old, problem: '', ...news }))
  const readJob = async () => {
    known.current = await getJobAgain(queue, id, known.current)
    return { job: known.current, isDeleted: false }
  }
  const readWhy = async () => ({ why: await getWhy(queue, id) })
  const tryTo = async (read: () => Promise<Partial<Found>>) => learn(await read().catch(newsOf))
  async function refresh (): Promise<void> {
    await tryTo(readJob)
    await tryTo(readWhy)
  }
  async function poll (): Promise<void> {
    if (turn.current++ === 0) return await refresh()
    await tryTo(turn.current % 2 === 0 ? readJob : readWhy)
  }
  usePoll(poll, { ms, of: [queue, id] })
  return [found, refresh]
}

function newsOf (error: unknown): Partial<Found> {
  return hasStatus(error, 404) ? { isDeleted: true } : { problem: (error as Error).message }
}

// Payload, error, result and attempts are long. They change only when a changing member does.
async function getJobAgain (queue: string, id: string, known: Job | null): Promise<Job> {
  if (known === null) return await getJob(queue, id)
  const now = await getJobShort(queue, id)
  if (changingMembers(now) !== changingMembers(known)) return await getJob(queue, id)
  const { payload, last_error: lastError, result, attempts } = known
  return { ...now, payload, last_error: lastError, result, attempts }
}

function changingMembers (job: Job): string {
  const { state, attempt, failures, lost, run_at: runAt, created_at: createdAt } = job
  return [state, attempt, failures, lost, runAt, createdAt].join(' ')
}
