import { age, count, rate } from '../../part/format.ts'
import type { Row } from '../../state/overview.ts'
import { ageOf, rateOf } from '../../state/rate.ts'

/** The counters and rates of a queue. */
export function Numbers ({ row, now }: { row: Row, now: number }) {
  const numbers: Array<[string, string]> = [
    ['Oldest waiting', age(ageOf(row, now))],
    ['In per second', rate(rateOf(row, 'pushed', now))],
    ['Out per second', rate(rateOf(row, 'processed', now))],
    ['Processed', count(row.processed)],
    ['Failed attempts', count(row.failed)],
    ['Leases lost', count(row.lost)],
    ['Expired jobs', count(row.expired)],
    ['Discarded', count(row.discarded)]
  ]
  return (
    <dl class='tiles small' aria-label='Numbers of the queue'>
      {numbers.map(([name, value]) => (
        <div key={name} class='tile'><dt>{name}</dt><dd>{value}</dd></div>
      ))}
    </dl>
  )
}
