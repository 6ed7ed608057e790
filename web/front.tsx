import { useState } from 'preact/hooks'
import { useBox } from './box.ts'
import { serverNow } from './clock.ts'
import { useRefusal } from './access.ts'
import { Button } from './button.tsx'
import { count, exact, rate } from './format.ts'
import { ageOf, lastHour, overview, rateOf, type Row } from './live.ts'
import { PushDialog } from './push.tsx'
import { QueueTable } from './queue-table.tsx'
import { columns, type Column } from './queue-column.ts'

const pageSize = 200

/** All queues. */
export function Front () {
  const { rows, connection } = useBox(overview)
  useBox(lastHour)
  const [search, setSearch] = useState('')
  const [sort, setSort] = useState<Column>('queue')
  const [most, setMost] = useState(pageSize)
  const [pushing, setPushing] = useState(false)
  const refusal = useRefusal('produce')
  const now = serverNow()
  const found = sorted([...rows.values()].filter(({ queue }) => queue.toLowerCase().includes(search.toLowerCase())), sort, now)
  return (
    <>
      <div class='title'>
        <h1>Queues <span class='dim'>{connection === 'connecting' ? '' : exact(rows.size)}</span></h1>
        <Button kind='main' refusal={refusal} onClick={() => setPushing(true)}>Put a job in</Button>
      </div>
      <Totals rows={[...rows.values()]} now={now} />
      <div class='tools'>
        <input type='search' aria-label='Filter queues by name' placeholder='Filter by name' value={search} onInput={event => setSearch(event.currentTarget.value)} />
        <label class='inline sort'>
          <span>Sort by</span>
          <select value={sort} onChange={event => setSort(event.currentTarget.value as Column)}>
            {columns.map(({ key, name }) => <option key={key} value={key}>{name.toLowerCase()}</option>)}
          </select>
        </label>
      </div>
      {found.length > 0 && <QueueTable rows={found.slice(0, most)} sort={sort} onSort={setSort} now={now} />}
      {found.length > most && <p class='more'><Button onClick={() => setMost(most + pageSize)}>Show more of {exact(found.length)}</Button></p>}
      {found.length === 0 && <Nothing connection={connection} searched={search !== ''} />}
      {pushing && <PushDialog onClose={() => setPushing(false)} />}
    </>
  )
}

function Nothing ({ connection, searched }: { connection: string, searched: boolean }) {
  if (connection === 'connecting') return <p class='empty'>Looking…</p>
  if (searched) return <p class='empty'>No queue has that in its name.</p>
  return (
    <div class='empty'>
      <p>No queue has been used yet. A first job makes one:</p>
      <pre>{`curl -d '{"to":"ann"}' -H 'content-type: application/json' ${location.origin}/q/mail`}</pre>
    </div>
  )
}

function Totals ({ rows, now }: { rows: Row[], now: number }) {
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
    <dl class='tiles' aria-label='All queues together'>
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
