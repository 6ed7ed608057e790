import { useState } from 'preact/hooks'
import { pageSize, type Job, type ListedState } from '../../api/job.ts'
import { Button } from '../../part/button.tsx'
import { exact } from '../../part/format.ts'
import { News } from '../../part/news.tsx'
import { Loading, Problem } from '../../part/placeholder.tsx'
import { useSteady, type SteadyRow } from '../../part/steady.ts'
import { serverNow } from '../../state/clock.ts'
import { JobTable } from './job-table.tsx'
import { JobTools } from './job-tools.tsx'
import { Selected } from './selected.tsx'
import { orderOf, useJobs, useOffset } from './use-jobs.ts'

interface JobListProps { queue: string, state: ListedState, total: number }

/** The jobs of one state, page by page. */
export function JobList ({ queue, state, total }: JobListProps) {
  const [search, setSearch] = useState('')
  const [selected, setSelected] = useState(new Set<string>())
  const [offset, setOffset] = useOffset(total)
  const order = orderOf(state)
  const { jobs, of, problem, refresh } = useJobs({ queue, state, order, offset }, selected.size > 0)
  const isWhole = jobs === null || jobs.length < pageSize
  const [actions, onChange] = useActions(refresh)
  const taken = `${of} ${actions}`
  const steady = useSteady(jobs ?? [], { keyOf: ({ id }) => id, isWhole, of: taken })
  const found = steady.rows.filter(({ item }) => matches(item, search))
  const clear = () => setSelected(new Set())
  const goTo = (next: number) => {
    setOffset(next)
    clear()
  }
  const tools = { queue, state, order, total, search, onChange }
  const selection = { found, state, selected, onSelect: setSelected, onChange }
  return (
    <div id='jobs' role='tabpanel' aria-labelledby={`tab-${state}`}>
      <JobTools {...tools} onSearch={setSearch} />
      {selected.size > 0 && <Selection {...selection} />}
      <Problem text={problem} />
      {selected.size === 0 && <News of={steady} />}
      <FoundJobs {...selection} jobs={jobs} problem={problem} />
      <Pages offset={offset} total={total} shown={jobs?.length ?? 0} onGo={goTo} />
    </div>
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
  if (found.length === 0) return <NotFound count={jobs.length} />
  const toggle = (ids: string[], isOn: boolean) => onSelect(toggled(selected, ids, isOn))
  return (
    <JobTable
      rows={found} state={state} now={serverNow()} selected={selected} onSelect={toggle}
      onChange={onChange}
    />
  )
}

function NotFound ({ count }: { count: number }) {
  if (count === 0) return <p class='empty'>None.</p>
  return <p class='empty'>None of the {exact(count)} jobs on this page contains that.</p>
}

function toggled (selected: Set<string>, ids: string[], isOn: boolean): Set<string> {
  return new Set([...selected].filter(id => !ids.includes(id)).concat(isOn ? ids : []))
}

function matches (job: Job, search: string): boolean {
  const words = search.trim().toLowerCase()
  if (words === '' || job.id === words) return true
  const texts = [job.payload, job.last_error, job.worker_id ?? '']
  return texts.some(text => text.toLowerCase().includes(words))
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
