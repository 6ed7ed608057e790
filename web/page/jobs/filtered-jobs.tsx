import { useEffect, useState } from 'preact/hooks'
import { getErrors } from '../../api/error-group.ts'
import type { Job, ListedState } from '../../api/job.ts'
import type { JobFilter } from '../../api/job-filter.ts'
import { Button } from '../../part/button.tsx'
import { exact, plural } from '../../part/format.ts'
import { Problem } from '../../part/placeholder.tsx'
import { serverNow } from '../../state/clock.ts'
import { JobTable } from './job-table.tsx'
import { filterIn, type Filter } from './filter.ts'
import { MatchingActions } from './matching-actions.tsx'
import { Selected, toggled } from './selected.tsx'
import { useScan, type Scan } from './use-scan.ts'
import type { Order } from './use-jobs.ts'

interface FilteredJobsProps {
  queue: string
  state: ListedState
  order: Order
  /** The filter line, as it was typed. */
  line: string
  total: number
}

/** The jobs of a state that match a filter line. The server searches them slice by slice. */
export function FilteredJobs ({ line, ...of }: FilteredJobsProps) {
  const [now] = useState(serverNow())
  const filter = filterIn(line, now)
  const { query, problem } = useErrorName(of.queue, filter)
  if (problem !== '') return <Problem text={problem} />
  if (query === null) return <p class='dim'>Looking for that error…</p>
  return <Results {...of} query={query} />
}

interface Resolved { query: JobFilter | null, problem: string }

/** Finds the error group whose type or message has the name that the line gives. */
function useErrorName (queue: string, { query, errorName, problem }: Filter): Resolved {
  const [found, setFound] = useState<Resolved>({ query: null, problem: '' })
  useEffect(() => {
    if (errorName !== '') void groupOf(queue, errorName).then(setFound)
  }, [queue, errorName])
  if (problem !== '' || errorName === '') return { query, problem }
  return found.query === null ? found : { query: { ...query, ...found.query }, problem: '' }
}

const most = 1000

async function groupOf (queue: string, name: string): Promise<Resolved> {
  const words = name.toLowerCase()
  const groups = await getErrors(queue, most).catch(() => [])
  const found = groups.filter(({ type, message }) => {
    return `${type ?? ''} ${message ?? ''}`.toLowerCase().includes(words)
  })
  if (found.length === 1) return { query: { error: found[0]!.fingerprint }, problem: '' }
  const many = found.length === 0 ? 'No error has' : `${plural(found.length, 'error')} have`
  return { query: null, problem: `${many} “${name}” in the name: see the tab Errors.` }
}

interface ResultsProps extends Omit<FilteredJobsProps, 'line'> { query: JobFilter }

function Results ({ queue, state, order, total, query }: ResultsProps) {
  const { found, more, again, stop } = useScan({ queue, state, order }, query)
  const [selected, setSelected] = useState(new Set<string>())
  const select = (ids: string[], isOn: boolean) => setSelected(toggled(selected, ids, isOn))
  const clear = () => setSelected(new Set())
  const onChange = async () => {
    clear()
    await again()
  }
  const jobs = found.jobs.filter(({ id }) => selected.has(id))
  return (
    <>
      <Progress found={found} total={total} onMore={more} onStop={stop} />
      <Problem text={found.problem} />
      {jobs.length > 0 && (
        <Selected jobs={jobs} state={state} onClear={clear} onDone={onChange} />
      )}
      {found.jobs.length > 0 && (
        <MatchingActions queue={queue} state={state} filter={query} onChange={onChange} />
      )}
      {found.jobs.length > 0 && (
        <JobTable
          rows={found.jobs.map(asRow)} state={state} now={serverNow()} selected={selected}
          onSelect={select} onChange={onChange}
        />
      )}
    </>
  )
}

function asRow (item: Job) {
  return { item, isGone: false }
}

interface ProgressProps {
  found: Scan
  total: number
  onMore: () => unknown
  onStop: () => void
}

function Progress ({ found, total, onMore, onStop }: ProgressProps) {
  const { jobs, scanned, isRunning, hasMore } = found
  const seen = `${exact(scanned)} of ${exact(Math.max(total, scanned))} jobs`
  return (
    <p class='scan' role='status'>
      <progress
        aria-label='How many jobs were searched' max={Math.max(total, scanned, 1)} value={scanned}
      />
      <span>{exact(jobs.length)} found in {seen}{!hasMore && ', that is all'}.</span>
      {isRunning && <Button onClick={onStop}>Stop</Button>}
      {!isRunning && hasMore && <Button onClick={onMore}>Go on</Button>}
    </p>
  )
}
