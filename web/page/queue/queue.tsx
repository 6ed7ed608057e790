import { useEffect, useState } from 'preact/hooks'
import { useBox } from '../../state/box.ts'
import { serverNow } from '../../state/clock.ts'
import { Charts } from './charts.tsx'
import { age, count, exact, rate } from '../../part/format.ts'
import { states, type State } from '../../api/job.ts'
import { JobList } from '../jobs/job-list.tsx'
import { ageOf, asked, lastHour, overview, rateOf, type Row } from '../../api/live.ts'
import { go, link } from '../../state/place.ts'
import { PolicyPanel } from './policy-panel.tsx'
import { QueueActions } from './queue-actions.tsx'
import { json, path, Refusal } from '../../api/server.ts'
import { WorkerList } from '../workers/workers.tsx'
import type { Policy } from '../../api/policy.ts'

interface QueuePageProps { queue: string, state: string }

/** One queue: how it stands, what is in it, and its settings. */
export function QueuePage ({ queue, state }: QueuePageProps) {
  const { rows, connection, of } = useBox(overview)
  const row = rows.get(queue)
  const { policy, refusal, refresh } = usePolicy(queue, row?.stopped, connection === 'live')
  if (row === undefined && of !== asked() && refusal === '') return <p class='empty'>Looking…</p>
  return (
    <>
      <nav class='trail' aria-label='Where'><a href={link.front}>Queues</a></nav>
      <div class='title'>
        <h1 class='name'>{queue}</h1>
        {refusal === '' && <span class={row?.stopped ? 'badge warn' : 'badge good'}>{row?.stopped ? 'stopped' : 'open'}</span>}
        {refusal === '' && <QueueActions queue={queue} row={row} policy={policy} onChange={refresh} />}
      </div>
      {refusal === ''
        ? <QueueBody queue={queue} state={state} row={row} policy={policy} onChange={refresh} />
        : <p class='empty' role='alert'>{refusal}</p>}
    </>
  )
}

interface QueueBodyProps extends QueuePageProps {
  row: Row | undefined
  policy: Policy | null
  onChange: () => Promise<void>
}

function QueueBody ({ queue, state, row, policy, onChange }: QueueBodyProps) {
  const shown = states.find(one => one === state) ?? 'waiting'
  const total = row?.counts[shown] ?? 0
  return (
    <>
      {row === undefined
        ? <p class='empty'>This queue has not been used yet, or it was purged. A job put in makes it.</p>
        : <Numbers row={row} />}
      {row !== undefined && <Charts row={row} />}
      <div class='halves'>
        <section aria-label='Jobs'>
          <States queue={queue} row={row} shown={shown} />
          <JobList key={shown} queue={queue} state={shown} total={total} />
        </section>
        <aside>
          {policy !== null && <PolicyPanel queue={queue} policy={policy} onChange={onChange} />}
          <QueueWorkers queue={queue} />
        </aside>
      </div>
    </>
  )
}

interface Learnt { policy: Policy | null, refusal: string, refresh: () => Promise<void> }

// Asked for anew when the queue is stopped or started elsewhere, and when the server is back.
function usePolicy (queue: string, stopped: boolean | undefined, live: boolean): Learnt {
  const [policy, setPolicy] = useState<Policy | null>(null)
  const [refusal, setRefusal] = useState('')
  async function refresh (): Promise<void> {
    try {
      setPolicy((await json<{ policy: Policy }>(path('status', queue))).policy)
      setRefusal('')
    } catch (error) {
      if (error instanceof Refusal && error.status === 403) setRefusal(forbidden(queue, error.message))
    }
  }
  useEffect(() => { void refresh() }, [queue, stopped, live])
  return { policy, refusal, refresh }
}

function forbidden (queue: string, sentence: string): string {
  return `The token of this page may not look at ${queue}: ${sentence}.`
}

function Numbers ({ row }: { row: Row }) {
  useBox(lastHour)
  const now = serverNow()
  const facts: Array<[string, string]> = [
    ['Oldest waits', age(ageOf(row, now))],
    ['In, a second', rate(rateOf(row, 'pushed', now))],
    ['Out, a second', rate(rateOf(row, 'processed', now))],
    ['Done', count(row.processed)],
    ['Failures', count(row.failed)],
    ['Leases lost', count(row.lost)],
    ['Expired', count(row.expired)],
    ['Discarded', count(row.discarded)]
  ]
  return (
    <dl class='tiles small' aria-label='How the queue stands'>
      {facts.map(([name, value]) => <div key={name} class='tile'><dt>{name}</dt><dd>{value}</dd></div>)}
    </dl>
  )
}

const titles: Record<State, string> = { waiting: 'Waiting', delayed: 'Delayed', blocked: 'Blocked', active: 'On lease', failed: 'Failed', completed: 'Kept' }

function States ({ queue, row, shown }: { queue: string, row: Row | undefined, shown: State }) {
  function move (event: KeyboardEvent): void {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (step === 0) return
    const next = states[(states.indexOf(shown) + step + states.length) % states.length]!
    go(link.queue(queue, next))
    document.getElementById(`tab-${next}`)!.focus()
  }
  return (
    <div class='tabs' role='tablist' aria-label='Jobs by state' onKeyDown={move}>
      {states.map(state => (
        <a key={state} id={`tab-${state}`} role='tab' class={(row?.counts[state] ?? 0) > 0 ? state : ''} aria-selected={state === shown ? 'true' : 'false'} aria-controls='jobs' tabIndex={state === shown ? 0 : -1} href={link.queue(queue, state)}>
          {titles[state]} <b>{exact(row?.counts[state] ?? 0)}</b>
        </a>
      ))}
    </div>
  )
}

function QueueWorkers ({ queue }: { queue: string }) {
  return (
    <section class='panel' aria-label='Workers of this queue'>
      <h2>Workers</h2>
      <WorkerList queue={queue} />
    </section>
  )
}
