import { useEffect, useState } from 'preact/hooks'
import { useBox } from './box.ts'
import { Charts } from './charts.tsx'
import { age, count, exact, rate } from './format.ts'
import { states, type State } from './job.ts'
import { JobList } from './job-list.tsx'
import { ageOf, overview, rateOf, type Row } from './live.ts'
import { go, link } from './place.ts'
import { PolicyPanel } from './policy-panel.tsx'
import { QueueActions } from './queue-actions.tsx'
import { json, path } from './server.ts'
import { useWorkers, WorkerTable } from './workers.tsx'
import type { Policy } from './policy.ts'

interface QueuePageProps { queue: string, state: string }

/** One queue: how it stands, what is in it, and its settings. */
export function QueuePage ({ queue, state }: QueuePageProps) {
  const { rows, connection } = useBox(overview)
  const row = rows.get(queue)
  const [policy, refresh] = usePolicy(queue, row?.stopped)
  const shown = states.find(one => one === state) ?? 'waiting'
  if (row === undefined && connection === 'connecting') return <p class='empty'>Looking…</p>
  return (
    <>
      <nav class='trail' aria-label='Where'><a href={link.front}>Queues</a></nav>
      <div class='title'>
        <h1 class='name'>{queue}</h1>
        <span class={row?.stopped ? 'badge warn' : 'badge good'}>{row?.stopped ? 'stopped' : 'open'}</span>
        <QueueActions queue={queue} row={row} policy={policy} onChange={refresh} />
      </div>
      {row === undefined ? <p class='empty'>Nobody has used this queue yet, or it was purged. A job put in makes it.</p> : <Numbers row={row} />}
      {row !== undefined && <Charts row={row} />}
      <div class='halves'>
        <section aria-label='Jobs'>
          <States queue={queue} row={row} shown={shown} />
          <JobList key={shown} queue={queue} state={shown} total={row?.counts[shown] ?? 0} />
        </section>
        <aside>
          {policy !== null && <PolicyPanel key={JSON.stringify(policy)} queue={queue} policy={policy} onChange={refresh} />}
          <QueueWorkers queue={queue} />
        </aside>
      </div>
    </>
  )
}

function usePolicy (queue: string, stopped: boolean | undefined): [Policy | null, () => Promise<void>] {
  const [policy, setPolicy] = useState<Policy | null>(null)
  const refresh = async () => await json<{ policy: Policy }>(path('status', queue)).then(status => setPolicy(status.policy), () => {})
  useEffect(() => { void refresh() }, [queue, stopped])
  return [policy, refresh]
}

function Numbers ({ row }: { row: Row }) {
  const now = Date.now()
  const facts: Array<[string, string]> = [
    ['Oldest waits', age(ageOf(row, now))], ['In, a second', rate(rateOf(row, 'pushed', now))], ['Out, a second', rate(rateOf(row, 'processed', now))],
    ['Done', count(row.processed)], ['Failures', count(row.failed)], ['Leases lost', count(row.lost)], ['Expired', count(row.expired)]
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
  const found = useWorkers(queue)
  return (
    <section class='panel' aria-label='Workers of this queue'>
      <h2>Workers</h2>
      {found === null && <p class='dim'>Looking…</p>}
      {typeof found === 'string' && <p class='dim'>{found}</p>}
      {Array.isArray(found) && (found.length === 0 ? <p class='dim'>None has registered here.</p> : <WorkerTable workers={found} queue={queue} />)}
    </section>
  )
}
