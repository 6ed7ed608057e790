import { useEffect, useRef, useState } from 'preact/hooks'
import { useRefusal } from '../../state/access.ts'
import { Button } from '../../part/button.tsx'
import { Confirm } from '../../part/dialog.tsx'
import { exact, plural } from '../../part/format.ts'
import { Groups } from './groups.tsx'
import { JobTools } from './job-tools.tsx'
import { JobTable } from './job-table.tsx'
import { cancel, each, list, pageSize, retry, verbs, type Job, type State } from '../../api/job.ts'
import { act, notify } from '../../part/notice.tsx'
import { usePoll } from '../../api/poll.ts'

interface JobListProps { queue: string, state: State, total: number }

/** The jobs of one state, page by page. */
export function JobList ({ queue, state, total }: JobListProps) {
  const [offset, setOffset] = usePage(total)
  const [grouped, setGrouped] = useState(false)
  const [search, setSearch] = useState('')
  const [selected, setSelected] = useState(new Set<string>())
  const { jobs, problem, refresh } = useJobs(queue, state, offset, grouped || selected.size > 0)
  const found = (jobs ?? []).filter(job => matches(job, search))
  const toggle = (ids: string[], on: boolean) => setSelected(toggled(selected, ids, on))
  const clear = () => setSelected(new Set())
  const chosen = found.filter(({ id }) => selected.has(id))
  const done = async () => { clear(); await refresh() }
  const tools = { queue, state, total, search, onSearch: setSearch, grouped, onGrouped: setGrouped }
  return (
    <div id='jobs' role='tabpanel' aria-labelledby={`tab-${state}`}>
      <JobTools {...tools} onChange={refresh} />
      {selected.size > 0 && <Selected jobs={chosen} state={state} onClear={clear} onDone={done} />}
      {problem !== '' && <p class='empty' role='alert'>{problem}</p>}
      {grouped && state === 'failed'
        ? <Groups queue={queue} total={total} onChange={refresh} />
        : <Found {...{ jobs, found, problem }}><JobTable jobs={found} state={state} chosen={selected} onChoose={toggle} onChange={refresh} /></Found>}
      {!grouped && <Pages {...{ offset, total }} shown={jobs?.length ?? 0} onGo={next => { setOffset(next); clear() }} />}
    </div>
  )
}

function toggled (selected: Set<string>, ids: string[], on: boolean): Set<string> {
  return new Set([...selected].filter(id => !ids.includes(id)).concat(on ? ids : []))
}

// A page that has emptied gives way to the last one there is.
function usePage (total: number): [number, (offset: number) => void] {
  const [offset, setOffset] = useState(0)
  const last = Math.max(0, Math.ceil(total / pageSize) - 1) * pageSize
  const isThere = offset < total || offset === 0
  useEffect(() => { if (!isThere) setOffset(last) }, [isThere, last])
  return [isThere ? offset : last, setOffset]
}

interface FoundProps { jobs: Job[] | null, found: Job[], problem: string, children: preact.JSX.Element }

function Found ({ jobs, found, problem, children }: FoundProps) {
  if (jobs === null) return problem === '' ? <p class='empty'>Looking…</p> : null
  if (found.length > 0) return children
  const none = `None of the ${exact(jobs.length)} jobs on this page has that in it.`
  return <p class='empty'>{jobs.length === 0 ? 'None.' : none}</p>
}

function matches ({ id, payload, lastError, worker_id: worker }: Job, search: string): boolean {
  const words = search.trim().toLowerCase()
  if (words === '' || id === words) return true
  return [payload, lastError, worker ?? ''].some(text => text.toLowerCase().includes(words))
}

interface SelectedProps { jobs: Job[], state: State, onClear: () => void, onDone: () => Promise<void> }

/** What may be done to the selected jobs. */
function Selected ({ jobs, state, onClear, onDone }: SelectedProps) {
  const [asking, setAsking] = useState<'retry' | 'cancel' | null>(null)
  const manage = useRefusal('manage')
  const verb = verbs[state]
  const apply = (one: typeof retry, said: string) => async () => {
    await act(async () => {
      const { done, refused } = await each(jobs, one)
      if (refused !== '') notify(refused, true)
      return `${plural(done, 'job')} ${said}`
    })
    await onDone()
  }
  const many = plural(jobs.length, 'job')
  return (
    <div class='chosen' role='group' aria-label='Selected jobs'>
      <b>{exact(jobs.length)} selected</b>
      {verb !== null && <Button refusal={manage} onClick={() => setAsking('retry')}>{verb.one} selected…</Button>}
      <Button kind='danger' refusal={manage} onClick={() => setAsking('cancel')}>Cancel selected…</Button>
      <Button kind='quiet' onClick={onClear}>Select none</Button>
      {asking === 'retry' && verb !== null && (
        <Confirm
          title={`${verb.one} the selected`} verb={`${verb.one} ${many}`} kind='main' onConfirm={apply(retry, verb.done)}
          question={`${many} will run as soon as a worker takes them.`} onClose={() => setAsking(null)}
        />
      )}
      {asking === 'cancel' && (
        <Confirm
          title='Cancel the selected' verb={`Cancel ${many}`} onConfirm={apply(cancel, 'cancelled')}
          question={`${many} will be gone. Nothing brings them back.`} onClose={() => setAsking(null)}
        />
      )}
    </div>
  )
}

// In ms.
const pause = 2000

interface Jobs { jobs: Job[] | null, problem: string, refresh: () => Promise<void> }

// While jobs are selected the list stands still under the hand; `held` says so.
function useJobs (queue: string, state: State, offset: number, held: boolean): Jobs {
  const [jobs, setJobs] = useState<Job[] | null>(null)
  const [problem, setProblem] = useState('')
  const asked = useRef(0)
  async function refresh (): Promise<void> {
    const number = ++asked.current
    const isLatest = () => number === asked.current
    try {
      const all = await list(queue, state, offset)
      if (!isLatest()) return
      setJobs(all)
      setProblem('')
    } catch (error) {
      if (isLatest()) setProblem((error as Error).message)
    }
  }
  usePoll(pause, [queue, state, offset], refresh, held)
  return { jobs, problem, refresh }
}

interface PagesProps { offset: number, total: number, shown: number, onGo: (offset: number) => void }

// An answer has fewer jobs than a page where they are together over 8 MiB: the next begins there.
function Pages ({ offset, total, shown, onGo }: PagesProps) {
  const last = Math.min(offset + (shown === 0 ? pageSize : shown), total)
  if (last >= total && offset === 0) return null
  return (
    <nav class='pages' aria-label='Pages of jobs'>
      <Button disabled={offset === 0} onClick={() => onGo(Math.max(0, offset - pageSize))}>Back</Button>
      <span>{exact(offset + 1)} to {exact(last)} of {exact(total)}</span>
      <Button disabled={last >= total} onClick={() => onGo(last)}>Next</Button>
    </nav>
  )
}
