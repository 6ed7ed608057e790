import { useBox } from '../../state/box.ts'
import { age, count, rate } from '../../part/format.ts'
import { ageOf, lastHour, rateOf, type Row } from '../../api/live.ts'
import { link } from '../../state/place.ts'
import { columns, type Column } from './queue-column.ts'
import { Sparkline } from '../../part/sparkline.tsx'

interface QueueTableProps { rows: Row[], sort: Column, onSort: (column: Column) => void, now: number }

export function QueueTable ({ rows, sort, onSort, now }: QueueTableProps) {
  const { queues: hour } = useBox(lastHour)
  return (
    <div class='scroll'>
      <table class='queues'>
        <caption class='unseen'>Queues, live</caption>
        <thead>
          <tr>
            {columns.map(({ key, name }) => (
              <th key={key} scope='col' aria-sort={sort === key ? (key === 'queue' ? 'ascending' : 'descending') : undefined}>
                <button type='button' onClick={() => onSort(key)}>{name}{sort === key && <span aria-hidden='true'> {key === 'queue' ? '↑' : '↓'}</span>}</button>
              </th>
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

function QueueRow ({ row, now, hour }: { row: Row, now: number, hour: number[] | undefined }) {
  const { queue, stopped, counts } = row
  const pushed = rateOf(row, 'pushed', now)
  const processed = rateOf(row, 'processed', now)
  const values = hour === undefined ? row.trail.map(moment => moment.counts.waiting) : [...hour, counts.waiting]
  return (
    <tr class={stopped ? 'stopped' : ''}>
      <th scope='row'>
        <a href={link.queue(queue)}>{queue}</a>
        {stopped && <span class='badge warn'>stopped</span>}
      </th>
      <Number label='waiting' value={counts.waiting} />
      <Number label='on lease' value={counts.active} kind='active' />
      <Number label='delayed' value={counts.delayed} />
      <td class={counts.failed > 0 ? 'bad' : 'zero'} data-label='failed'>
        {counts.failed > 0 ? <a href={link.queue(queue, 'failed')}>{count(counts.failed)}</a> : '0'}
      </td>
      <Number label='kept' value={counts.completed} />
      <td class={counts.waiting > 0 ? '' : 'zero'} data-label='oldest'>{age(ageOf(row, now))}</td>
      <td class={pushed > 0 ? '' : 'zero'} data-label='in /s'>{rate(pushed)}</td>
      <td class={processed > 0 ? '' : 'zero'} data-label='out /s'>{rate(processed)}</td>
      <td class='line'><Sparkline values={values} of={`Waiting in ${queue}`} /></td>
    </tr>
  )
}

function Number ({ label, value, kind = '' }: { label: string, value: number, kind?: string }) {
  return <td class={value > 0 ? kind : 'zero'} data-label={label}>{count(value)}</td>
}
