import { useState } from 'preact/hooks'
import { useAnswer } from '../../api/poll.ts'
import { getWorkers } from '../../api/worker.ts'
import { Button } from '../../part/button.tsx'
import { exact } from '../../part/format.ts'
import { Loading, Problem } from '../../part/placeholder.tsx'
import { serverNow } from '../../state/clock.ts'
import { WorkerTable } from './worker-table.tsx'

const ms = 5000

/** The workers of a queue, or all, page by page. */
export function WorkerList ({ queue }: { queue?: string }) {
  // The ids behind which the pages begin, up to the one shown; the first page is behind none.
  const [starts, setStarts] = useState<Array<string | undefined>>([undefined])
  const after = starts.at(-1)
  const find = async () => await getWorkers(queue, after)
  const { answer: page, problem, refresh } = useAnswer(find, { ms, of: [queue, after] })
  if (problem !== '') return <Problem text={problem} />
  if (page === null) return <Loading />
  const { workers, hasMore } = page
  if (workers.length === 0 && after === undefined) return <NoWorker queue={queue} />
  return (
    <>
      <WorkerTable workers={workers} queue={queue} now={serverNow()} onChange={refresh} />
      {(hasMore || after !== undefined) && (
        <nav class='pages' aria-label='Pages of workers'>
          <Button disabled={after === undefined} onClick={() => setStarts(starts.slice(0, -1))}>
            Back
          </Button>
          <span>{exact(workers.length)} from {workers[0]?.worker_id}</span>
          <Button
            disabled={!hasMore}
            onClick={() => setStarts([...starts, workers.at(-1)!.worker_id])}
          >
            Next
          </Button>
        </nav>
      )}
    </>
  )
}

function NoWorker ({ queue }: { queue: string | undefined }) {
  if (queue !== undefined) return <p class='dim'>No worker has been seen on this queue.</p>
  return (
    <p class='empty'>
      No worker has been seen. A worker appears when it takes or acks with a worker id, or registers
      with <code>POST /w/QUEUE?worker_id=NAME</code>.
    </p>
  )
}
