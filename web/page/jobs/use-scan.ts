import { useEffect, useRef, useState } from 'preact/hooks'
import type { Job } from '../../api/job.ts'
import { scanJobs, type JobFilter, type ScanOf } from '../../api/job-filter.ts'

/** What a search has found so far. */
export interface Scan {
  jobs: Job[]
  /** How many jobs the server has looked at. */
  scanned: number
  isRunning: boolean
  /** Whether there are jobs that it has not looked at. */
  hasMore: boolean
  problem: string
}

interface ScanState extends Scan { next: string | null }

const none: ScanState = {
  jobs: [], scanned: 0, isRunning: true, hasMore: true, problem: '', next: ''
}

// A page of results: then the search waits for the person.
const enough = 50

/** Searches the jobs of a state slice by slice. Also returns how to go on, and how to stop. */
export function useScan (of: ScanOf, filter: JobFilter) {
  const [found, setFound] = useState(none)
  const run = useRef(0)
  async function search (from: ScanState): Promise<void> {
    const own = ++run.current
    let state: ScanState = { ...from, isRunning: true }
    const wanted = from.jobs.length + enough
    while (state.next !== null && state.jobs.length < wanted && own === run.current) {
      setFound(state)
      state = await goOn(state, of, filter)
    }
    if (own === run.current) setFound({ ...state, isRunning: false })
  }
  const stop = () => {
    run.current++
    setFound(old => ({ ...old, isRunning: false }))
  }
  useEffect(() => {
    void search(none)
    return () => {
      run.current++
    }
  }, [JSON.stringify([of, filter])])
  const scan: Scan = found
  return { found: scan, more: async () => await search(found), again: () => search(none), stop }
}

async function goOn (state: ScanState, of: ScanOf, filter: JobFilter): Promise<ScanState> {
  try {
    const { jobs, next, scanned } = await scanJobs(of, filter, state.next!)
    return {
      ...state,
      jobs: [...state.jobs, ...jobs],
      scanned: state.scanned + scanned,
      next,
      hasMore: next !== null
    }
  } catch (error) {
    return { ...state, next: null, problem: (error as Error).message }
  }
}
