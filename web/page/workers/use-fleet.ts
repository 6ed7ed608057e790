import { useEffect, useRef, useState } from 'preact/hooks'
import { useAnswer, type Answered } from '../../api/poll.ts'
import { runTime } from '../../api/report/latency.ts'
import { getWorkers, type Worker, type WorkerPage } from '../../api/worker.ts'
import { serverNow } from '../../state/clock.ts'
import { patience, type RunTimes } from './stuck.ts'

const ms = 5000

/** `readAll`: reads page after page. `all`: what it has read; null before. `at`: when, in ms. */
export interface Fleet extends Answered<WorkerPage> {
  all: Worker[] | null
  at: number
  isReading: boolean
  readAll: () => Promise<void>
  stop: () => void
}

/** A page of the workers of a queue, or of all; and all of them where they are asked for. */
export function useFleet (queue: string | undefined, after: string | undefined): Fleet {
  const [all, setAll] = useState<Worker[] | null>(null)
  const [at, setAt] = useState(0)
  const [isReading, setReading] = useState(false)
  const reading = useRef(0)
  const stop = () => {
    reading.current++
    setReading(false)
  }
  useEffect(() => stop, [])
  async function readAll (): Promise<void> {
    const own = ++reading.current
    setReading(true)
    setAt(serverNow())
    try {
      await readPages(queue, found => {
        if (own === reading.current) setAll(found)
        return own === reading.current
      })
    } finally {
      if (own === reading.current) setReading(false)
    }
  }
  const find = async () => await getWorkers(queue, after)
  // Who looks at all of them sees them as they were.
  const answered = useAnswer(find, { ms, of: [queue, after], isPaused: all !== null })
  return { ...answered, all, at, isReading, readAll, stop }
}

// One page after another, so that other clients have their turn.
async function readPages (
  queue: string | undefined, tell: (found: Worker[]) => boolean
): Promise<void> {
  let found: Worker[] = []
  for (;;) {
    const { workers, hasMore } = await getWorkers(queue, found.at(-1)?.worker_id)
    found = [...found, ...workers]
    if (!tell(found) || !hasMore || workers.length === 0) return
  }
}

const mostQueues = 20

/** How long the jobs of the queues usually run in which a job of these workers runs for long. */
export function useRunTimes (workers: Worker[], now: number): RunTimes {
  const [times, setTimes] = useState<RunTimes>(new Map())
  const long = workers.flatMap(({ working_on: jobs }) => {
    return jobs.filter(({ since }) => now / 1000 - since > patience).map(({ queue }) => queue)
  })
  const queues = [...new Set(long)].sort().slice(0, mostQueues)
  useEffect(() => {
    void Promise.all(queues.map(async queue => [queue, await runTime(queue)] as const))
      .then(found => setTimes(new Map(found)))
  }, [queues.join(' ')])
  return times
}
