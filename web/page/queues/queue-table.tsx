import { age, count, rate } from '../../part/format.ts'
import { Sparkline } from '../../part/chart/sparkline.tsx'
import { lastHour, type Row } from '../../state/overview.ts'
import { ageOf, rateOf } from '../../state/rate.ts'
import { href } from '../../state/route.ts'
import { columns, type Column } from './queue-column.ts'

interface QueueTableProps {
  rows: Row[]
  sort: Column
  onSort: (column: Column) => void
  now: number
}

export function QueueTable ({ rows, sort, onSort, now }: QueueTableProps) {
  const { queues: hour } = lastHour.value
  return (
    <div class='scroll'>
      <table class='queues'>
        <caption class='unseen'>Queues, live</caption>
        <thead>
          <tr>
            {columns.map(({ key, name }) => (
              <SortHead key={key} column={key} name={name} sort={sort} onSort={onSort} />
            ))}
            <th scope='col'>Waiting, last hour</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(row => <QueueRow key={row.queue} row={row} now={now} hour={hour[row.queue]} />)}
        </tbody>
      </table>
    </div>
  )
}

interface SortHeadProps {
  column: Column
  name: string
  sort: Column
  onSort: (column: Column) => void
}

function SortHead ({ column, name, sort, onSort }: SortHeadProps) {
  const isSorted = sort === column
  const order = column === 'queue' ? 'ascending' : 'descending'
  const arrow = <span aria-hidden='true'> {order === 'ascending' ? '↑' : '↓'}</span>
  return (
    <th scope='col' aria-sort={isSorted ? order : undefined}>
      <button type='button' onClick={() => onSort(column)}>{name}{isSorted && arrow}</button>
    </th>
  )
}

interface QueueRowProps { row: Row, now: number, hour: number[] | undefined }

function QueueRow ({ row, now, hour }: QueueRowProps) {
  const { queue, stopped, counts } = row
  const pushed = rateOf(row, 'pushed', now)
  const processed = rateOf(row, 'processed', now)
  const trail = row.trail.map(moment => moment.counts.waiting)
  const waiting = hour === undefined ? trail : [...hour, counts.waiting]
  return (
    <tr class={stopped ? 'stopped' : ''}>
      <th scope='row'>
        <a href={href.queue(queue)}>{queue}</a>
        {stopped && <span class='badge warn'>paused</span>}
      </th>
      <Count label='waiting' value={counts.waiting} />
      <Count label='running' value={counts.active} kind='active' />
      <Count label='delayed' value={counts.delayed} />
      <Count label='retrying' value={counts.retrying} kind='bad' />
      <FailedCount queue={queue} value={counts.failed} />
      <Count label='completed' value={counts.completed} />
      <td class={counts.waiting > 0 ? '' : 'zero'} data-label='oldest waiting'>
        {age(ageOf(row, now))}
      </td>
      <td class={pushed > 0 ? '' : 'zero'} data-label='in /s'>{rate(pushed)}</td>
      <td class={processed > 0 ? '' : 'zero'} data-label='out /s'>{rate(processed)}</td>
      <Count label='failed attempts /min' value={row.failures_per_minute} kind='bad' />
      <td class='line'><Sparkline values={waiting} of={`Waiting in ${queue}`} /></td>
    </tr>
  )
}

interface CountProps { label: string, value: number, kind?: string }

function Count ({ label, value, kind = '' }: CountProps) {
  return <td class={value > 0 ? kind : 'zero'} data-label={label}>{count(value)}</td>
}

function FailedCount ({ queue, value }: { queue: string, value: number }) {
  if (value === 0) return <td class='zero' data-label='failed'>0</td>
  const link = <a href={href.queue(queue, 'failed')}>{count(value)}</a>
  return <td class='bad' data-label='failed'>{link}</td>
}
