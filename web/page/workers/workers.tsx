import { useState } from 'preact/hooks'
import { useRefusal } from '../../state/access.ts'
import { Button } from '../../part/button.tsx'
import { ago, exact } from '../../part/format.ts'
import { act } from '../../part/notice.tsx'
import { link } from '../../state/place.ts'
import { usePoll } from '../../api/poll.ts'
import { path, send } from '../../api/server.ts'

/** As GET /w shows it. */
interface Worker {
  worker_id: string
  processed: string
  failed: string
  queues: string[]
  working_on: Array<{ queue: string, job: string, since: number }>
  last_seen: number | null
  silent: boolean
  version?: string
  host?: string
  pid?: number
  concurrency?: number
  quiet?: true
}

interface WorkerPage { workers: Worker[], hasMore: boolean }

// A worker is described in some 400 bytes: so that a page is under 100 kB.
const pageSize = 200
const every = 5000

async function learn (after: string | undefined, queue: string | undefined): Promise<WorkerPage> {
  const answer = await send('GET', '/w', { query: { queue, after, limit: pageSize } })
  return { workers: await answer.json(), hasMore: answer.headers.has('link') }
}

/** The workers of a queue, or all, page by page. */
export function WorkerList ({ queue }: { queue?: string }) {
  const [pages, setPages] = useState<Array<string | undefined>>([undefined])
  const [found, setFound] = useState<WorkerPage | null>(null)
  const [problem, setProblem] = useState('')
  const after = pages.at(-1)
  async function refresh (): Promise<void> {
    try {
      setFound(await learn(after, queue))
      setProblem('')
    } catch (error) {
      setProblem((error as Error).message)
    }
  }
  usePoll(every, [queue, after], refresh)
  if (problem !== '') return <p class='empty' role='alert'>{problem}</p>
  if (found === null) return <p class='empty'>Looking…</p>
  const { workers, hasMore } = found
  if (workers.length === 0 && after === undefined) return <NoWorker queue={queue} />
  return (
    <>
      <WorkerTable workers={workers} queue={queue} onChange={refresh} />
      {(hasMore || after !== undefined) && (
        <nav class='pages' aria-label='Pages of workers'>
          <Button disabled={after === undefined} onClick={() => setPages(pages.slice(0, -1))}>Back</Button>
          <span>{exact(workers.length)} from {workers[0]?.worker_id}</span>
          <Button disabled={!hasMore} onClick={() => setPages([...pages, workers.at(-1)!.worker_id])}>Next</Button>
        </nav>
      )}
    </>
  )
}

function NoWorker ({ queue }: { queue: string | undefined }) {
  if (queue !== undefined) return <p class='dim'>No worker has been heard of here.</p>
  return (
    <p class='empty'>
      No worker has been heard of. One is when it takes or acknowledges under a name, or registers
      with <code>POST /w/QUEUE?worker_id=NAME</code>.
    </p>
  )
}

/** All workers. */
export function Workers () {
  return (
    <>
      <div class='title'><h1>Workers</h1></div>
      <WorkerList />
    </>
  )
}

interface WorkerTableProps {
  workers: Worker[]
  queue: string | undefined
  onChange: () => Promise<void>
}

function WorkerTable ({ workers, queue, onChange }: WorkerTableProps) {
  return (
    <div class='scroll'>
      <table class='workers'>
        <caption class='unseen'>Workers and what each holds</caption>
        <thead>
          <tr>
            <th scope='col'>Worker</th>
            <th scope='col' class='words'>Holds</th>
            {queue === undefined && <th scope='col' class='words'>Queues</th>}
            <th scope='col'>Done</th>
            <th scope='col'>Failed</th>
            <th scope='col'>Heard of</th>
            {queue === undefined && <th scope='col'><span class='unseen'>Actions</span></th>}
          </tr>
        </thead>
        <tbody>
          {workers.map(one => <WorkerRow key={one.worker_id} worker={one} queue={queue} onChange={onChange} />)}
        </tbody>
      </table>
    </div>
  )
}

interface WorkerRowProps { worker: Worker, queue: string | undefined, onChange: () => Promise<void> }

function WorkerRow ({ worker, queue, onChange }: WorkerRowProps) {
  const isAlone = queue === undefined
  return (
    <tr>
      <th scope='row'><WorkerName worker={worker} /></th>
      <td class='words' data-label='holds'><Held worker={worker} queue={queue} /></td>
      {isAlone && <td class='words' data-label='queues'><Queues worker={worker} /></td>}
      <td data-label='done'>{exact(Number(worker.processed))}</td>
      <td data-label='failed' class={worker.failed === '0' ? 'zero' : ''}>{exact(Number(worker.failed))}</td>
      <td data-label='heard of'>{worker.last_seen === null ? 'never' : ago(worker.last_seen)}</td>
      {isAlone && <td class='row-actions'><QuietButton worker={worker} onChange={onChange} /></td>}
    </tr>
  )
}

function WorkerName ({ worker: { worker_id: id, silent, quiet, host, pid, version } }: { worker: Worker }) {
  const about = [host, pid === undefined ? undefined : `pid ${pid}`, version].filter(Boolean).join(' · ')
  return (
    <>
      {id}
      {silent && <span class='badge warn' title='Not heard of for five minutes'>silent</span>}
      {quiet && <span class='badge' title='It has been told to take no more'>quiet</span>}
      {about !== '' && <span class='small dim'>{about}</span>}
    </>
  )
}

function Held ({ worker, queue }: { worker: Worker, queue: string | undefined }) {
  const held = worker.working_on.filter(one => queue === undefined || one.queue === queue)
  if (held.length === 0) return <span class='dim'>nothing</span>
  return (
    <>
      {held.map(({ queue: from, job, since }) => (
        <a key={`${from}/${job}`} class='held' href={link.job(from, job)}>
          {queue === undefined ? `${from} ${job}` : job} <span class='dim'>{ago(since)}</span>
        </a>
      ))}
    </>
  )
}

function Queues ({ worker: { queues } }: { worker: Worker }) {
  return <>{queues.map(name => <a key={name} class='held' href={link.queue(name)}>{name}</a>)}</>
}

function QuietButton ({ worker, onChange }: { worker: Worker, onChange: () => Promise<void> }) {
  const manage = useRefusal('manage')
  const { worker_id: id, quiet, queues: [queue] } = worker
  if (queue === undefined) return null
  const verb = quiet ? 'Let it take' : 'Quiet'
  const press = async () => {
    await act(async () => {
      await send(quiet ? 'DELETE' : 'POST', path('w', queue, 'quiet'), { query: { worker_id: id } })
      return quiet ? `${id} takes jobs again` : `${id} takes no more jobs, and ends what it has`
    })
    await onChange()
  }
  return <Button kind='quiet' refusal={manage} label={`${verb}: ${id}`} onClick={press}>{verb}</Button>
}
