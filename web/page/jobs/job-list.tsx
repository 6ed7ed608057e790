import { useState } from 'preact/hooks'
import { pageSize, type Job, type State } from '../../api/job.ts'
import { Button } from '../../part/button.tsx'
import { exact } from '../../part/format.ts'
import { Loading, Problem } from '../../part/placeholder.tsx'
import { serverNow } from '../../state/clock.ts'
import { Groups } from './groups.tsx'
import { JobTable } from './job-table.tsx'
import { JobTools } from './job-tools.tsx'
import { Selected } from './selected.tsx'
import { useJobs, useOffset } from './use-jobs.ts'

interface JobListProps { queue: string, state: State, total: number }

/** The jobs of one state, page by page. */
export function JobList ({ queue, state, total }: JobListProps) {
  const [isGrouped, setGrouped] = useState(false)
  const [search, setSearch] = useState('')
  const [selected, setSelected] = useState(new Set<string>())
  const [offset, setOffset] = useOffset(total)
  const isPaused = isGrouped || selected.size > 0
  const { jobs, problem, refresh } = useJobs({ queue, state, offset }, isPaused)
  const found = jobs?.filter(job => matches(job, search)) ?? []
  const clear = () => setSelected(new Set())
  const goTo = (next: number) => {
    setOffset(next)
    clear()
  }
  const tools = { queue, state, total, search, isGrouped, onChange: refresh }
  const selection = { found, state, selected, onSelect: setSelected, onChange: refresh }
  return (
    <div id='jobs' role='tabpanel' aria-labelledby={`tab-${state}`}>
      <JobTools {...tools} onSearch={setSearch} onGrouped={setGrouped} />
      {selected.size > 0 && <Selection {...selection} />}
      <Problem text={problem} />
      {isGrouped && state === 'failed'
        ? <Groups queue={queue} total={total} onChange={refresh} />
        : <FoundJobs {...selection} jobs={jobs} problem={problem} />}
      {!isGrouped && (
        <Pages offset={offset} total={total} shown={jobs?.length ?? 0} onGo={goTo} />
      )}
    </div>
  )
}

interface SelectionProps {
  found: Job[]
  state: State
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
  const jobs = found.filter(({ id }) => selected.has(id))
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
      jobs={found} state={state} now={serverNow()} selected={selected} onSelect={toggle}
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
