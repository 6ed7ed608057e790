import type { ListedState } from '../../api/job.ts'

interface Verb {
  /** The verb alone: Run 3 jobs. */
  verb: string
  /** On the button of one job. */
  one: string
  /** On the button for all jobs. */
  all: string
  /** Behind a number of jobs: 3 jobs retried. */
  done: string
}

interface Removal { title: string, verb: string, done: string }

/** The words for the removal of a job: what has ended is deleted, and all else is cancelled. */
export function removalOf (state: ListedState): Removal {
  const hasEnded = state === 'failed' || state === 'completed'
  if (hasEnded) return { title: 'Delete', verb: 'delete', done: 'deleted' }
  return { title: 'Cancel', verb: 'cancel', done: 'cancelled' }
}

const runNow = { verb: 'Run', one: 'Run now', all: 'Run all now', done: 'run now' }

/** The words for the action that lets jobs of a state run; null where there is none. */
export const verbs: Record<ListedState, Verb | null> = {
  waiting: null,
  delayed: runNow,
  retrying: runNow,
  blocked: null,
  active: null,
  failed: { verb: 'Retry', one: 'Retry', all: 'Retry all', done: 'retried' },
  completed: null
}
