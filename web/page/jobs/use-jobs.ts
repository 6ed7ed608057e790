import { useEffect, useState } from 'preact/hooks'
import { listJobs, pageSize, type Job, type JobPageOf, type ListedState } from '../../api/job.ts'
import { useAnswer } from '../../api/poll.ts'
import { route } from '../../state/route.ts'

/** `jobs`: null until the first answer. `of` says which page they are. */
interface Jobs { jobs: Job[] | null, of: string, problem: string, refresh: () => Promise<void> }

const ms = 2000

/** Follows a page of jobs. While jobs are selected it is paused, so that none of them leaves. */
export function useJobs (page: JobPageOf, isPaused: boolean): Jobs {
  const of = JSON.stringify(page)
  const find = async () => ({ of, jobs: await listJobs(page) })
  const { answer, problem, refresh } = useAnswer(find, { ms, of: [of], isPaused })
  return { jobs: answer?.jobs ?? null, of: answer?.of ?? of, problem, refresh }
}

/** The offset of the page shown. A page that has become empty is replaced by the last one. */
export function useOffset (total: number): [number, (offset: number) => void] {
  const [offset, setOffset] = useState(0)
  const last = Math.max(0, Math.ceil(total / pageSize) - 1) * pageSize
  const isThere = offset < total || offset === 0
  useEffect(() => {
    if (!isThere) setOffset(last)
  }, [isThere, last])
  return [isThere ? offset : last, setOffset]
}

export type Order = 'asc' | 'desc'

/** The order that the address names; else the usual one. Of what has ended, the newest is first. */
export function orderOf (state: ListedState): Order {
  const { order } = route.value.query
  if (order === 'asc' || order === 'desc') return order
  return state === 'failed' || state === 'completed' ? 'desc' : 'asc'
}
