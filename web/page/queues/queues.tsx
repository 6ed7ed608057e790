import { useEffect, useState } from 'preact/hooks'
import { useBox } from '../../state/box.ts'
import { serverNow } from '../../state/clock.ts'
import { useRefusal } from '../../state/access.ts'
import { Button } from '../../part/button.tsx'
import { count, exact, rate } from '../../part/format.ts'
import { ageOf, asked, front, lastHour, overview, pageSize, rateOf, type Row } from '../../api/live.ts'
import { PushDialog } from '../queue/push.tsx'
import { QueueTable } from './queue-table.tsx'
import { columns, type Column } from './queue-column.ts'

// In ms: after so long without another letter the server is asked.
const pause = 250

/** All queues, or a page of them. */
export function Front () {
  const { rows, size, of } = useBox(overview)
  useBox(lastHour)
  useBox(front)
  const { search, setSearch } = useSearch()
  const [sort, setSort] = useState<Column>('queue')
  const [pushing, setPushing] = useState(false)
  const refusal = useRefusal('produce')
  const now = serverNow()
  const isKnown = of === asked()
  const isPaged = isKnown && (size > rows.size || front.value.offset > 0)
  const found = of.startsWith('limit=0') || of.startsWith('queue=') ? [] : sorted([...rows.values()].filter(({ queue }) => queue.toLowerCase().includes(search.toLowerCase())), sort, now)
  return (
    <>
      <div class='title'>
        <h1>Queues <span class='dim'>{isKnown ? exact(size) : ''}</span></h1>
        <Button kind='main' refusal={refusal} onClick={() => setPushing(true)}>Put a job in</Button>
      </div>
      <Totals rows={isKnown ? [...rows.values()] : []} now={now} of={isPaged ? 'The queues on this page together' : 'All queues together'} />
      <div class='tools'>
        <input type='search' aria-label='Filter queues by name' placeholder='Filter by name' value={search} onInput={event => setSearch(event.currentTarget.value)} />
        <label class='inline sort'>
          <span>{isPaged ? 'Sort this page by' : 'Sort by'}</span>
          <select value={sort} onChange={event => setSort(event.currentTarget.value as Column)}>
            {columns.map(({ key, name }) => <option key={key} value={key}>{name.toLowerCase()}</option>)}
          </select>
        </label>
      </div>
      {isPaged && <p class='dim'>The numbers above are of the queues on this page, and it alone is sorted.</p>}
      {found.length > 0 && <QueueTable rows={found} sort={sort} onSort={setSort} now={now} />}
      {found.length === 0 && <Nothing isKnown={isKnown && front.value.search === search} searched={search !== ''} />}
      {isPaged && <Pages shown={rows.size} size={size} />}
      {pushing && <PushDialog onClose={() => setPushing(false)} />}
    </>
  )
}

// What is typed, and a moment later asked for: from the first page on.
function useSearch () {
  const [search, setSearch] = useState(front.value.search)
  useEffect(() => {
    if (search === front.value.search) return
    const timer = setTimeout(() => { front.value = { search, offset: 0 } }, pause)
    return () => clearTimeout(timer)
  }, [search])
  return { search, setSearch }
}

function Pages ({ shown, size }: { shown: number, size: number }) {
  const { search, offset } = useBox(front)
  const last = offset + shown
  function turn (to: number): void {
    front.value = { search, offset: Math.max(0, to) }
    scrollTo(0, 0)
  }
  return (
    <nav class='pages' aria-label='Pages of queues'>
      <Button disabled={offset === 0} onClick={() => turn(offset - pageSize)}>Back</Button>
      <span>{exact(Math.min(offset + 1, last))} to {exact(last)} of {exact(size)}</span>
      <Button disabled={last >= size} onClick={() => turn(offset + pageSize)}>Next</Button>
    </nav>
  )
}

function Nothing ({ isKnown, searched }: { isKnown: boolean, searched: boolean }) {
  if (!isKnown) return <p class='empty'>Looking…</p>
  if (searched) return <p class='empty'>No queue has that in its name.</p>
  return (
    <div class='empty'>
      <p>No queue has been used yet. A first job makes one:</p>
      <pre>{`curl -d '{"to":"ann"}' -H 'content-type: application/json' ${location.origin}/q/mail`}</pre>
    </div>
  )
}

function Totals ({ rows, now, of }: { rows: Row[], now: number, of: string }) {
  const sum = (of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0)
  const blocked = sum(row => row.counts.blocked)
  const tiles: Array<[string, string, string]> = [
    ['Waiting', count(sum(row => row.counts.waiting)), 'waiting'],
    ['On lease', count(sum(row => row.counts.active)), 'active'],
    ['Delayed', count(sum(row => row.counts.delayed)), 'delayed'],
    ...(blocked > 0 ? [['Blocked', count(blocked), 'blocked'] as [string, string, string]] : []),
    ['Failed', count(sum(row => row.counts.failed)), sum(row => row.counts.failed) > 0 ? 'failed' : ''],
    ['In, a second', rate(sum(row => rateOf(row, 'pushed', now))), ''],
    ['Out, a second', rate(sum(row => rateOf(row, 'processed', now))), '']
  ]
  return (
    <dl class='tiles' aria-label={of}>
      {tiles.map(([name, value, kind]) => <div key={name} class={`tile ${kind}`}><dt>{name}</dt><dd>{value}</dd></div>)}
    </dl>
  )
}

function sorted (rows: Row[], by: Column, now: number): Row[] {
  if (by === 'queue') return rows
  const value = (row: Row): number => {
    if (by === 'oldest') return ageOf(row, now) ?? -1
    if (by === 'in') return rateOf(row, 'pushed', now)
    return by === 'out' ? rateOf(row, 'processed', now) : row.counts[by]
  }
  return rows.sort((one, other) => value(other) - value(one))
}
