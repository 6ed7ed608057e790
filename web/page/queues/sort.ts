import type { Row } from '../../state/overview.ts'
import { ageOf, rateOf } from '../../state/rate.ts'
import type { Column } from './queue-column.ts'

/** The rows by a column: names ascending, as the server sorts them, and numbers descending. */
export function sorted (rows: Row[], column: Column, now: number): Row[] {
  if (column === 'queue') return rows
  const value = (row: Row): number => {
    if (column === 'oldest') return ageOf(row, now) ?? -1
    if (column === 'failures') return row.failures_per_minute
    if (column === 'in') return rateOf(row, 'pushed', now)
    return column === 'out' ? rateOf(row, 'processed', now) : row.counts[column]
  }
  return rows.toSorted((one, other) => value(other) - value(one))
}
