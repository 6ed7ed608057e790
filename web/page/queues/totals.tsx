import { count, rate } from '../../part/format.ts'
import type { Row } from '../../state/overview.ts'
import { rateOf } from '../../state/rate.ts'

interface TotalsProps { rows: Row[], now: number, of: string }

/** The numbers of several queues together. */
export function Totals ({ rows, now, of }: TotalsProps) {
  const sum = (value: (row: Row) => number) => rows.reduce((total, row) => total + value(row), 0)
  const blocked = sum(row => row.counts.blocked)
  const failed = sum(row => row.counts.failed)
  return (
    <dl class='tiles' aria-label={of}>
      <Tile name='Waiting' value={count(sum(row => row.counts.waiting))} kind='waiting' />
      <Tile name='Running' value={count(sum(row => row.counts.active))} kind='active' />
      <Tile name='Delayed' value={count(sum(row => row.counts.delayed))} kind='delayed' />
      {blocked > 0 && <Tile name='Blocked' value={count(blocked)} kind='blocked' />}
      <Tile name='Failed' value={count(failed)} kind={failed > 0 ? 'failed' : ''} />
      <Tile name='In per second' value={rate(sum(row => rateOf(row, 'pushed', now)))} />
      <Tile name='Out per second' value={rate(sum(row => rateOf(row, 'processed', now)))} />
    </dl>
  )
}

interface TileProps { name: string, value: string, kind?: string }

function Tile ({ name, value, kind = '' }: TileProps) {
  return <div class={`tile ${kind}`}><dt>{name}</dt><dd>{value}</dd></div>
}
