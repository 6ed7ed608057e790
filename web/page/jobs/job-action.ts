import { forEachJob, type BulkResult, type Job } from '../../api/job.ts'
import { plural } from '../../part/format.ts'
import { notify, notifyOutcome } from '../../part/notice.tsx'

type Action = (queue: string, id: string) => Promise<void>

/** Acts on one job and shows a notice: "Job 42 is cancelled". */
export async function actOnJob ({ queue, id }: Job, action: Action, done: string): Promise<void> {
  await notifyOutcome(async () => {
    await action(queue, id)
    return `Job ${id} ${done}`
  })
}

/** Acts on many jobs and shows a notice: "3 jobs retried", and the first error. */
export async function actOnJobs (
  jobs: Array<Pick<Job, 'queue' | 'id'>>,
  action: Action,
  verb: string
): Promise<void> {
  const { done, error } = await forEachJob(jobs, action)
  if (error !== '') notify(error, true)
  notify(`${plural(done, 'job')} ${verb}`)
}

/** What an action on many jobs did, such as: 3 jobs retried. */
export function bulkInWords ({ count, duplicates = 0 }: BulkResult, done: string): string {
  const left = `; ${plural(duplicates, 'job')} stay failed, for another job has the unique key`
  return `${plural(count, 'job')} ${done}${duplicates > 0 ? left : ''}`
}
