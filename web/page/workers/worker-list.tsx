import { useState } from 'preact/hooks'
import type { Worker } from '../../api/worker.ts'
import { Button } from '../../part/button.tsx'
import { exact } from '../../part/format.ts'
import { News } from '../../part/news.tsx'
import { Loading, Problem } from '../../part/placeholder.tsx'
import { useSteady } from '../../part/steady.ts'
import { serverNow } from '../../state/clock.ts'
import { route, setQuery } from '../../state/route.ts'
import { FleetTools, Whole } from './fleet-tools.tsx'
import { GroupTable } from './group-table.tsx'
import { stuckFirst } from './stuck.ts'
import { useFleet, useRunTimes } from './use-fleet.ts'
import { WorkerTable } from './worker-table.tsx'

/** The workers of a queue, or all: page by page, or all that there are. */
export function WorkerList ({ queue }: { queue?: string }) {
  // The ids behind which the pages begin, up to the one shown; the first page is behind none.
  const [starts, setStarts] = useState<Array<string | undefined>>([undefined])
  const after = starts.at(-1)
  const fleet = useFleet(queue, after)
  const { answer: page, all, problem, refresh } = fleet
  if (page === null) return problem === '' ? <Loading /> : <Problem text={problem} />
  const { workers, hasMore } = page
  if (workers.length === 0 && after === undefined) return <NoWorker queue={queue} />
  const isPaged = hasMore || after !== undefined
  return (
    <>
      <Problem text={problem} />
      <FleetTools />
      {isPaged && <Whole fleet={fleet} shown={workers.length} now={serverNow()} />}
      <Found
        key={all === null ? after : 'all'} workers={all ?? workers} queue={queue}
        isWhole={!hasMore || all !== null} onChange={refresh}
      />
      {isPaged && all === null && (
        <Pages
          first={workers[0]?.worker_id} size={workers.length} isFirst={after === undefined}
          hasMore={hasMore} onBack={() => setStarts(starts.slice(0, -1))}
          onNext={() => setStarts([...starts, workers.at(-1)!.worker_id])}
        />
      )}
    </>
  )
}

interface FoundProps {
  workers: Worker[]
  queue: string | undefined
  isWhole: boolean
  onChange: () => Promise<void>
}

// More rows than these help no reader.
const mostRows = 200

function Found ({ workers, queue, isWhole, onChange }: FoundProps) {
  const { search = '', by = '' } = route.value.query
  const now = serverNow()
  const times = useRunTimes(workers, now)
  const found = workers.filter(worker => matches(worker, search))
  const sorted = stuckFirst(found, times, now).slice(0, mostRows)
  const of = `${search} ${times.size}`
  const steady = useSteady(sorted, { keyOf: ({ worker_id: id }) => id, isWhole, of })
  if (found.length === 0) return <p class='empty'>No worker matches “{search}”.</p>
  if (by === 'host' || by === 'version') {
    const open = (name: string) => setQuery({ by: '', search: name })
    return <GroupTable workers={found} by={by} times={times} now={now} onOpen={open} />
  }
  return (
    <>
      <News of={steady} />
      <WorkerTable rows={steady.rows} {...{ queue, times, now, onChange }} />
      {found.length > mostRows && (
        <p class='dim'>The first {exact(mostRows)} of {exact(found.length)}, stuck ones first.</p>
      )}
    </>
  )
}

function matches ({ worker_id: id, host = '', version = '', queues }: Worker, text: string) {
  const words = text.toLowerCase()
  return [id, host, version, ...queues].some(part => part.toLowerCase().includes(words))
}

interface PagesProps {
  first: string | undefined
  size: number
  isFirst: boolean
  hasMore: boolean
  onBack: () => void
  onNext: () => void
}

function Pages ({ first, size, isFirst, hasMore, onBack, onNext }: PagesProps) {
  return (
    <nav class='pages' aria-label='Pages of workers'>
      <Button disabled={isFirst} onClick={onBack}>Back</Button>
      <span>{exact(size)} from {first}</span>
      <Button disabled={!hasMore} onClick={onNext}>Next</Button>
    </nav>
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
