import { useState } from 'preact/hooks'
import { pageSize, type Job, type ListedState } from '../../api/job.ts'
import { Button } from '../../part/button.tsx'
import { exact } from '../../part/format.ts'
import { News } from '../../part/news.tsx'
import { Loading, Problem } from '../../part/placeholder.tsx'
import { useSteady, type SteadyRow } from '../../part/steady.ts'
import { serverNow } from '../../state/clock.ts'
import { route } from '../../state/route.ts'
import { FilteredJobs } from './filtered-jobs.tsx'
import { JobTable } from './job-table.tsx'
import { JobTools } from './job-tools.tsx'
import { Selected, toggled } from './selected.tsx'
import { orderOf, useJobs, useOffset, type Order } from './use-jobs.ts'

interface JobListProps { queue: string, state: ListedState, total: number }

/** The jobs of one state: page by page, or those that match the filter of the address. */
export function JobList ({ queue, state, total }: JobListProps) {
  const line = route.value.query['filter'] ?? ''
  const order = orderOf(state)
  const of = { queue, state, order, total }
  return (
    <div id='jobs' role='tabpanel' aria-labelledby={`tab-${state}`}>
      {line === ''
        ? <PagedJobs {...of} />
        : (
          <>
            <JobTools {...of} line={line} onChange={async () => {}} />
            <FilteredJobs key={line} {...of} line={line} />
          </>
          )}
    </div>
  )
}

interface PagedJobsProps extends JobListProps { order: Order }

function PagedJobs ({ queue, state, order, total }: PagedJobsProps) {
  const [selected, setSelected] = useState(new Set<string>())
  const [offset, setOffset] = useOffset(total)
  const { jobs, of, problem, refresh } = useJobs({ queue, state, order, offset }, selected.size > 0)
  const isWhole = jobs === null || jobs.length < pageSize
  const [actions, onChange] = useActions(refresh)
  const taken = `${of} ${actions}`
  const steady = useSteady(jobs ?? [], { keyOf: ({ id }) => id, isWhole, of: taken })
  const goTo = (next: number) => {
    setOffset(next)
    setSelected(new Set())
  }
  const selection = { found: steady.rows, state, selected, onSelect: setSelected, onChange }
  return (
    <>
      <JobTools {...{ queue, state, order, total, line: '', onChange }} />
      {selected.size > 0 && <Selection {...selection} />}
      <Problem text={problem} />
      {selected.size === 0 && <News of={steady} />}
      <FoundJobs {...selection} jobs={jobs} problem={problem} />
      <Pages offset={offset} total={total} shown={jobs?.length ?? 0} onGo={goTo} />
    </>
  )
}

/** Counts the actions of the person of this page: what they change is shown at once. */
function useActions (refresh: () => Promise<void>): [number, () => Promise<void>] {
  const [actions, setActions] = useState(0)
  const onChange = async () => {
    await refresh()
    setActions(count => count + 1)
  }
  return [actions, onChange]
}

interface SelectionProps {
  found: Array<SteadyRow<Job>>
  state: ListedState
  selected: Set<string>
  onSelect: (ids: Set<string>) => void
  onChange: () => Promise<void>
}

function Selection ({ found, state, selected, onSelect, onChange }: SelectionProps) {
  const clear = () => onSelect(new Set())
  const done = async () => {
    clear()
    await onChange()
  }
  const jobs = found.map(({ item }) => item).filter(({ id }) => selected.has(id))
  return <Selected jobs={jobs} state={state} onClear={clear} onDone={done} />
}

interface FoundJobsProps extends SelectionProps { jobs: Job[] | null, problem: string }

function FoundJobs (props: FoundJobsProps) {
  const { jobs, problem, found, state, selected, onSelect, onChange } = props
  if (jobs === null) return problem === '' ? <Loading /> : null
  if (found.length === 0) return <p class='empty'>None.</p>
  const toggle = (ids: string[], isOn: boolean) => onSelect(toggled(selected, ids, isOn))
  return (
    <JobTable
      rows={found} state={state} now={serverNow()} selected={selected} onSelect={toggle}
      onChange={onChange}
    />
  )
}

interface PagesProps {
  offset: number
  total: number
  shown: number
  onGo: (offset: number) => void
}

// An answer has at most 8 MiB of jobs. If it has fewer than a page, the next page begins there.
function Pages ({ offset, total, shown, onGo }: PagesProps) {
  const last = Math.min(offset + (shown === 0 ? pageSize : shown), total)
  if (last >= total && offset === 0) return null
  return (
    <nav class='pages' aria-label='Pages of jobs'>
      <Button disabled={offset === 0} onClick={() => onGo(Math.max(0, offset - pageSize))}>
        Back
      </Button>
      <span>{exact(offset + 1)} to {exact(last)} of {exact(total)}</span>
      <Button disabled={last >= total} onClick={() => onGo(last)}>Next</Button>
    </nav>
  )
}
