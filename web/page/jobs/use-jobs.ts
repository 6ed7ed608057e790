import { useEffect, useRef, useState } from 'preact/hooks'
import { listJobs, pageSize, type Job, type State } from '../../api/job.ts'
import { usePoll } from '../../api/poll.ts'

interface JobPageOf { queue: string, state: State, offset: number }

/** `jobs`: null until the first answer. */
interface Jobs { jobs: Job[] | null, problem: string, refresh: () => Promise<void> }

const ms = 2000

/** Follows a page of jobs. While jobs are selected it is paused, so that no row moves. */
export function useJobs ({ queue, state, offset }: JobPageOf, isPaused: boolean): Jobs {
  const [jobs, setJobs] = useState<Job[] | null>(null)
  const [problem, setProblem] = useState('')
  const lastRequest = useRef(0)
  async function refresh (): Promise<void> {
    const request = ++lastRequest.current
    const isLatest = () => request === lastRequest.current
    try {
      const all = await listJobs(queue, state, offset)
      if (!isLatest()) return
      setJobs(all)
      setProblem('')
    } catch (error) {
      if (isLatest()) setProblem((error as Error).message)
    }
  }
  usePoll(refresh, { ms, of: [queue, state, offset], isPaused })
  return { jobs, problem, refresh }
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
