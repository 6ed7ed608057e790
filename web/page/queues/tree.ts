import type { Row } from '../../state/overview.ts'

/** Queues whose names begin alike, up to the first dot or colon. */
export interface Branch { name: string, rows: Row[] }

/** The rows in branches; a queue that is alone is a branch without a name. */
export function branchesOf (rows: Row[]): Branch[] {
  const branches: Branch[] = []
  for (const row of rows) {
    const name = /^[^.:]+[.:]/.exec(row.queue)?.[0] ?? ''
    const last = branches.at(-1)
    if (name !== '' && last?.name === name) last.rows.push(row)
    else branches.push({ name, rows: [row] })
  }
  return branches.map(branch => branch.rows.length === 1 ? { ...branch, name: '' } : branch)
}

/** Whether any two queues have such a beginning in common. */
export function hasBranches (rows: Row[]): boolean {
  return branchesOf(rows).some(({ name }) => name !== '')
}
