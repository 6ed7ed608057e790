import { Fragment } from 'preact'
import { useState } from 'preact/hooks'
import { age, count, rate, stateName } from '../../part/format.ts'
import { Sparkline } from '../../part/chart/sparkline.tsx'
import { findings } from '../../state/finding.ts'
import { lastHour, type Row } from '../../state/overview.ts'
import { ageOf, rateOf } from '../../state/rate.ts'
import { href } from '../../state/route.ts'
import { BranchRow } from './branch-row.tsx'
import { columns, type Column } from './queue-column.ts'
import { branchesOf } from './tree.ts'

interface QueueTableProps {
  rows: Row[]
  sort: Column
  onSort: (column: Column) => void
  /** Whether queues whose names begin alike stand in branches. */
  isTree: boolean
  now: number
}

export function QueueTable ({ rows, sort, onSort, isTree, now }: QueueTableProps) {
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
          {isTree ? <Tree rows={rows} now={now} /> : <Rows rows={rows} now={now} />}
        </tbody>
      </table>
    </div>
  )
}

interface RowsProps { rows: Row[], now: number }

function Rows ({ rows, now }: RowsProps) {
  const { queues: hour } = lastHour.value
  return (
    <>
      {rows.map(row => <QueueRow key={row.queue} row={row} now={now} hour={hour[row.queue]} />)}
    </>
  )
}

function Tree ({ rows, now }: RowsProps) {
  const [closed, setClosed] = useState(new Set<string>())
  const toggle = (name: string) => {
    const others = [...closed].filter(one => one !== name)
    setClosed(new Set(closed.has(name) ? others : [...others, name]))
  }
  return (
    <>
      {branchesOf(rows).map(({ name, rows: own }) => (
        <Fragment key={own[0]!.queue}>
          {name !== '' && (
            <BranchRow
              branch={{ name, rows: own }} isOpen={!closed.has(name)} onToggle={() => toggle(name)}
            />
          )}
          {!closed.has(name) && <Rows rows={own} now={now} />}
        </Fragment>
      ))}
    </>
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

const counted = [
  ['waiting', ''], ['active', 'active'], ['delayed', ''], ['retrying', 'bad'], ['failed', 'bad'],
  ['completed', '']
] as const

interface QueueRowProps { row: Row, now: number, hour: number[] | undefined }

function QueueRow ({ row, now, hour }: QueueRowProps) {
  const { queue, stopped, counts } = row
  const pushed = rateOf(row, 'pushed', now)
  const processed = rateOf(row, 'processed', now)
  const trail = row.trail.map(moment => moment.counts.waiting)
  const waiting = hour === undefined ? trail : [...hour, counts.waiting]
  return (
    <tr class={stopped ? 'stopped' : ''}>
      <th scope='row'><Name row={row} /></th>
      {counted.map(([state, kind]) => (
        <Count
          key={state} label={stateName(state)} value={counts[state]} kind={kind}
          href={href.queue(queue, state)}
        />
      ))}
      <td class={counts.waiting > 0 ? '' : 'zero'} data-label='oldest waiting'>
        {age(ageOf(row, now))}
      </td>
      <td class={pushed > 0 ? '' : 'zero'} data-label='in /s'>{rate(pushed)}</td>
      <td class={processed > 0 ? '' : 'zero'} data-label='out /s'>{rate(processed)}</td>
      <Count
        label='failed attempts /min' value={row.failures_per_minute} kind='bad'
        href={href.queue(queue, 'errors')}
      />
      <td class='line'><Sparkline values={waiting} of={`Waiting in ${queue}`} /></td>
    </tr>
  )
}

function Name ({ row: { queue, stopped } }: { row: Row }) {
  return (
    <>
      <Health queue={queue} />
      <a href={href.queue(queue)}>{queue}</a>
      {stopped && <span class='badge warn'>paused</span>}
    </>
  )
}

// A dot stands before an unhealthy queue alone.
function Health ({ queue }: { queue: string }) {
  const own = (findings.value ?? []).filter(one => one.queue === queue && one.severity !== 'info')
  if (own.length === 0) return null
  const isUnattended = own.some(({ kind }) => kind === 'unattended')
  const words = own.map(({ sentence }) => sentence).join('; ')
  return (
    <>
      <span class={`dot ${own[0]!.severity}`} role='img' aria-label='unhealthy' title={words} />
      {isUnattended && <span class='badge failed nobody'>nobody works here</span>}
    </>
  )
}

interface CountProps { label: string, value: number, kind?: string, href: string }

// A number is a link to what it counts.
function Count ({ label, value, kind = '', href }: CountProps) {
  if (value === 0) return <td class='zero' data-label={label}>0</td>
  return <td class={kind} data-label={label}><a href={href}>{count(value)}</a></td>
}
