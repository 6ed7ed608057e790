import { useEffect, useState } from 'preact/hooks'
import { ago, exact } from './format.ts'
import { link } from './place.ts'
import { json } from './server.ts'

/** As GET /w shows it. */
interface Worker {
  worker_id: string
  started_at: number
  processed: string
  failed: string
  queues: string[]
  working_on: Array<{ queue: string, job: string, since: number }>
  last_seen: number | null
  silent: boolean
}

const every = 5000

/** All registered workers, or those of one queue; null until they are known. */
export function useWorkers (queue?: string): Worker[] | null | string {
  const [found, setFound] = useState<Worker[] | null | string>(null)
  useEffect(() => {
    let open = true
    const look = () => json<Worker[]>('/w').then(all => { if (open) setFound(all) }, error => { if (open) setFound(error.message) })
    void look()
    const timer = setInterval(look, every)
    return () => { open = false; clearInterval(timer) }
  }, [])
  if (queue === undefined || !Array.isArray(found)) return found
  return found.filter(({ queues, working_on: held }) => queues.includes(queue) || held.some(one => one.queue === queue))
}

export function Workers () {
  const found = useWorkers()
  return (
    <>
      <div class='title'><h1>Workers <span class='dim'>{Array.isArray(found) ? exact(found.length) : ''}</span></h1></div>
      {found === null && <p class='empty'>Looking…</p>}
      {typeof found === 'string' && <p class='empty' role='alert'>{found}</p>}
      {Array.isArray(found) && found.length === 0 && <p class='empty'>No worker has registered. One does with <code>POST /w/QUEUE?worker_id=NAME</code>.</p>}
      {Array.isArray(found) && found.length > 0 && <WorkerTable workers={found} />}
    </>
  )
}

export function WorkerTable ({ workers, queue }: { workers: Worker[], queue?: string }) {
  return (
    <div class='scroll'>
      <table class='workers'>
        <caption class='unseen'>Workers and what each holds</caption>
        <thead>
          <tr><th scope='col'>Worker</th><th scope='col' class='words'>Holds</th>{queue === undefined && <th scope='col' class='words'>Queues</th>}<th scope='col'>Done</th><th scope='col'>Failed</th><th scope='col'>Heard of</th></tr>
        </thead>
        <tbody>{workers.map(worker => <WorkerRow key={worker.worker_id} worker={worker} queue={queue} />)}</tbody>
      </table>
    </div>
  )
}

function WorkerRow ({ worker, queue }: { worker: Worker, queue: string | undefined }) {
  const held = worker.working_on.filter(one => queue === undefined || one.queue === queue)
  return (
    <tr>
      <th scope='row'>{worker.worker_id}{worker.silent && <span class='badge warn' title='Not heard of for five minutes'>silent</span>}</th>
      <td class='words' data-label='holds'>
        {held.length === 0
          ? <span class='dim'>nothing</span>
          : held.map(({ queue: from, job, since }) => (
            <a key={`${from}/${job}`} class='held' href={link.job(from, job)}>{queue === undefined ? `${from} ${job}` : job} <span class='dim'>{ago(since)}</span></a>
          ))}
      </td>
      {queue === undefined && <td class='words' data-label='queues'>{worker.queues.map(name => <a key={name} class='held' href={link.queue(name)}>{name}</a>)}</td>}
      <td data-label='done'>{exact(Number(worker.processed))}</td>
      <td data-label='failed' class={worker.failed === '0' ? 'zero' : ''}>{exact(Number(worker.failed))}</td>
      <td data-label='heard of'>{worker.last_seen === null ? 'never' : ago(worker.last_seen)}</td>
    </tr>
  )
}
