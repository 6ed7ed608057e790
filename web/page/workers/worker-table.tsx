import { setQuiet, type Worker } from '../../api/worker.ts'
import { Button } from '../../part/button.tsx'
import { ago, bytes, duration, exact } from '../../part/format.ts'
import { notifyOutcome } from '../../part/notice.tsx'
import type { SteadyRow } from '../../part/steady.ts'
import { whyForbidden } from '../../state/access.ts'
import { href } from '../../state/route.ts'
import { concurrencyUsed } from './group-table.tsx'
import { stuckness, type Running, type RunTimes } from './stuck.ts'

interface WorkerTableProps {
  rows: Array<SteadyRow<Worker>>
  times: RunTimes
  /** Without it, the table is of all queues, and has a column of them. */
  queue: string | undefined
  now: number
  onChange: () => Promise<void>
}

export function WorkerTable ({ rows, ...rowProps }: WorkerTableProps) {
  return (
    <div class='scroll'>
      <table class='workers'>
        <caption class='unseen'>Workers and their running jobs</caption>
        <Head isOfAllQueues={rowProps.queue === undefined} />
        <tbody>
          {rows.map(({ item, isGone }) => (
            <WorkerRow key={item.worker_id} worker={item} isGone={isGone} {...rowProps} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Head ({ isOfAllQueues }: { isOfAllQueues: boolean }) {
  return (
    <thead>
      <tr>
        <th scope='col'>Worker</th>
        <th scope='col' class='words'>Running jobs</th>
        {isOfAllQueues && <th scope='col' class='words'>Queues</th>}
        <th scope='col'>Concurrency used</th>
        <th scope='col'>Memory</th>
        <th scope='col'>Processed</th>
        <th scope='col'>Failed</th>
        <th scope='col'>Last seen</th>
        <th scope='col'><span class='unseen'>Actions</span></th>
      </tr>
    </thead>
  )
}

interface WorkerRowProps extends Omit<WorkerTableProps, 'rows'> {
  worker: Worker
  isGone: boolean
}

function WorkerRow ({ worker, isGone, queue, times, now, onChange }: WorkerRowProps) {
  const { processed, failed, last_seen: seen, rss } = worker
  const isOfAllQueues = queue === undefined
  return (
    <tr class={isGone ? 'gone' : ''}>
      <th scope='row'><WorkerName worker={worker} /></th>
      <td class='words' data-label='running jobs'>
        <ActiveJobs worker={worker} queue={queue} times={times} now={now} />
      </td>
      {isOfAllQueues && <td class='words' data-label='queues'><Queues worker={worker} /></td>}
      <td data-label='concurrency used'>{concurrencyUsed([worker])}</td>
      <td data-label='memory' class={rss === undefined ? 'zero' : ''}>
        {rss === undefined ? '–' : bytes(rss)}
      </td>
      <td data-label='processed'>{exact(Number(processed))}</td>
      <td data-label='failed' class={failed === '0' ? 'zero' : ''}>{exact(Number(failed))}</td>
      <td data-label='last seen'>{seen === null ? 'never' : ago(seen, now)}</td>
      <td class='row-actions'><QuietButton worker={worker} onChange={onChange} /></td>
    </tr>
  )
}

function WorkerName ({ worker }: { worker: Worker }) {
  const { worker_id: id, silent, quiet, host, pid, version } = worker
  const process = [host, pid === undefined ? undefined : `pid ${pid}`, version]
  const about = process.filter(Boolean).join(' · ')
  return (
    <>
      {id}
      {silent && <span class='badge warn' title='Not seen for five minutes'>silent</span>}
      {quiet && <span class='badge' title='Told to take no more jobs'>quiet</span>}
      {about !== '' && <span class='small dim'>{about}</span>}
    </>
  )
}

interface ActiveJobsProps {
  worker: Worker
  queue: string | undefined
  times: RunTimes
  now: number
}

function ActiveJobs ({ worker, queue, times, now }: ActiveJobsProps) {
  const active = worker.working_on.filter(one => queue === undefined || one.queue === queue)
  if (active.length === 0) return <span class='dim'>none</span>
  return (
    <>
      {active.map(running => (
        <a
          key={`${running.queue}/${running.job}`} class='held'
          href={href.job(running.queue, running.job)}
        >
          {queue === undefined ? `${running.queue} ${running.job}` : running.job}
          {' '}<span class='dim'>for {duration(Math.max(0, now / 1000 - running.since))}</span>
          <Stuck running={running} times={times} now={now} />
        </a>
      ))}
    </>
  )
}

interface StuckProps { running: Running, times: RunTimes, now: number }

function Stuck ({ running, times, now }: StuckProps) {
  if (stuckness(running, times, now) === 0) return null
  const usual = times.get(running.queue) ?? null
  if (usual === null) {
    return <span class='badge failed' title='No job of this queue is on record'>stuck</span>
  }
  const words = `95 of 100 jobs of ${running.queue} end within ${duration(usual)}`
  return <span class='badge failed' title={words}>stuck: p95 is {duration(usual)}</span>
}

function Queues ({ worker: { queues } }: { worker: Worker }) {
  return (
    <>{queues.map(name => <a key={name} class='held' href={href.queue(name)}>{name}</a>)}</>
  )
}

interface QuietButtonProps { worker: Worker, onChange: () => Promise<void> }

function QuietButton ({ worker, onChange }: QuietButtonProps) {
  const { worker_id: id, quiet: isQuiet = false, queues: [queue] } = worker
  if (queue === undefined) return null
  const verb = isQuiet ? 'Resume' : 'Quiet'
  const press = async () => {
    await notifyOutcome(async () => {
      await setQuiet(queue, id, !isQuiet)
      if (isQuiet) return `${id} takes jobs again`
      return `${id} takes no more jobs, and ends its running ones`
    })
    await onChange()
  }
  return (
    <Button
      kind='quiet' forbidden={whyForbidden('manage')} label={`${verb}: ${id}`} onClick={press}
    >
      {verb}
    </Button>
  )
}
