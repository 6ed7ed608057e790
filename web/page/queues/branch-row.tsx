import { count, exact } from '../../part/format.ts'
import type { Row } from '../../state/overview.ts'
import { columns } from './queue-column.ts'
import type { Branch } from './tree.ts'

interface BranchRowProps { branch: Branch, isOpen: boolean, onToggle: () => void }

type Counted = keyof Row['counts']

/** The queues of a branch together; a press opens or closes it. */
export function BranchRow ({ branch: { name, rows }, isOpen, onToggle }: BranchRowProps) {
  return (
    <tr class='branch'>
      <th scope='row'>
        <button
          type='button' class='quiet' aria-expanded={isOpen ? 'true' : 'false'} onClick={onToggle}
        >
          <span aria-hidden='true'>{isOpen ? '▾' : '▸'}</span> {name}
          <span class='dim'> {exact(rows.length)} queues</span>
        </button>
      </th>
      {columns.slice(1).map(({ key, name: column }) => (
        <td key={key} data-label={column.toLowerCase()}>{sumOf(rows, key)}</td>
      ))}
      <td class='line' />
    </tr>
  )
}

function sumOf (rows: Row[], key: string): string {
  if (key === 'failures') return count(sum(rows, row => row.failures_per_minute))
  const isCounted = key in rows[0]!.counts
  return isCounted ? count(sum(rows, row => row.counts[key as Counted])) : ''
}

function sum (rows: Row[], value: (row: Row) => number): number {
  return rows.reduce((total, row) => total + value(row), 0)
}
