import { useEffect, useRef, useState } from 'preact/hooks'
import { useRefusal } from './access.ts'
import { Button } from './button.tsx'
import { exact, plural } from './format.ts'
import { Groups } from './groups.tsx'
import { JobTools } from './job-tools.tsx'
import { JobTable } from './job-table.tsx'
import { cancel, each, list, retry, type Job, type State } from './job.ts'
import { act, notify } from './notice.tsx'

interface JobListProps { queue: string, state: State, total: number }

const pageSize = 50

/** The jobs of one state, page by page. */
export function JobList ({ queue, state, total }: JobListProps) {
  const [offset, setOffset] = useState(0)
  const [grouped, setGrouped] = useState(false)
  const [search, setSearch] = useState('')
  const [chosen, setChosen] = useState(new Set<string>())
  const [jobs, problem, refresh] = useJobs(queue, state, offset, total, chosen.size > 0)
  const manage = useRefusal('manage')
  const found = (jobs ?? []).filter(job => matches(job, search))
  const toggle = (ids: string[], on: boolean) => setChosen(new Set([...chosen].filter(id => !ids.includes(id)).concat(on ? ids : [])))
  const forChosen = (verb: string, one: typeof retry) => async () => {
    await act(async () => {
      const { done, refused } = await each(found.filter(({ id }) => chosen.has(id)), one)
      if (refused !== '') notify(refused, true)
      return `${plural(done, 'job')} ${verb}`
    })
    setChosen(new Set())
    await refresh()
  }
  return (
    <div id='jobs' role='tabpanel' aria-labelledby={`tab-${state}`}>
      <JobTools queue={queue} state={state} total={total} search={search} onSearch={setSearch} grouped={grouped} onGrouped={setGrouped} onChange={refresh} />
      {chosen.size > 0 && (
        <div class='chosen' role='group' aria-label='Chosen jobs'>
          <b>{exact(chosen.size)} chosen</b>
          {(state === 'failed' || state === 'delayed') && <Button refusal={manage} onClick={forChosen('run now', retry)}>{state === 'failed' ? 'Redrive chosen' : 'Run chosen now'}</Button>}
          <Button kind='danger' refusal={manage} onClick={forChosen('cancelled', cancel)}>Cancel chosen</Button>
          <Button kind='quiet' onClick={() => setChosen(new Set())}>Choose none</Button>
        </div>
      )}
      {problem !== '' && <p class='empty' role='alert'>{problem}</p>}
      {grouped && state === 'failed'
        ? <Groups queue={queue} total={total} onChange={refresh} />
        : jobs === null
          ? <p class='empty'>{problem === '' && 'Looking…'}</p>
          : found.length === 0
            ? <p class='empty'>{jobs.length === 0 ? 'None.' : `None of the ${exact(jobs.length)} jobs on this page has that in it.`}</p>
            : <JobTable jobs={found} state={state} chosen={chosen} onChoose={toggle} onChange={refresh} />}
      {!grouped && <Pages offset={offset} total={total} onGo={next => { setOffset(next); setChosen(new Set()) }} />}
    </div>
  )
}

function matches ({ id, payload, lastError, worker_id: worker }: Job, search: string): boolean {
  const words = search.trim().toLowerCase()
  return words === '' || id === words || [payload, lastError, worker ?? ''].some(text => text.toLowerCase().includes(words))
}

// In ms. What is looked at changes under nobody's hands while jobs are chosen.
const pause = 2000

function useJobs (queue: string, state: State, offset: number, total: number, held: boolean): [Job[] | null, string, () => Promise<void>] {
  const [jobs, setJobs] = useState<Job[] | null>(null)
  const [problem, setProblem] = useState('')
  const asked = useRef(0)
  const refresh = async () => {
    const number = ++asked.current
    await list(queue, state, offset, pageSize).then(all => { if (number === asked.current) { setJobs(all); setProblem('') } }, error => setProblem(error.message))
  }
  useEffect(() => { void refresh() }, [queue, state, offset])
  useEffect(() => {
    if (held || jobs === null) return
    const timer = setTimeout(refresh, pause)
    return () => clearTimeout(timer)
  }, [total, held])
  return [jobs, problem, refresh]
}

function Pages ({ offset, total, onGo }: { offset: number, total: number, onGo: (offset: number) => void }) {
  if (total <= pageSize && offset === 0) return null
  return (
    <nav class='pages' aria-label='Pages of jobs'>
      <Button disabled={offset === 0} onClick={() => onGo(Math.max(0, offset - pageSize))}>Back</Button>
      <span>{exact(offset + 1)} to {exact(Math.min(offset + pageSize, total))} of {exact(total)}</span>
      <Button disabled={offset + pageSize >= total} onClick={() => onGo(offset + pageSize)}>Next</Button>
    </nav>
  )
}
