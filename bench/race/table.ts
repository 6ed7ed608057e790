import type { Figures, Measure } from './figure.ts'
import type { Verdict } from './target.ts'

const columns: Array<[title: string, measure: Measure, digits: number]> = [
  ['requests/s', 'requests', 0],
  ['jobs/s', 'jobs', 0],
  ['server µs/request', 'server', 1],
  ['Redis µs/request', 'redis', 1],
  ['p50 ms', 'p50', 3],
  ['p99 ms', 'p99', 3],
  ['bytes/job', 'memory', 1]
]

/**
 * The medians, each row with the least and most requests/s of a round, and their median as a ratio
 * to the floor's where that has the kind.
 */
export function figureTable (figures: Figures): string {
  const head = ['kind', 'contestant', ...columns.map(([title]) => title), 'rounds', 'of floor']
  const rows = figures.rows().map(([contestant, kind]) => {
    const median = (measure: Measure) => figures.median(contestant, kind, measure)
    const cells = columns.map(([, measure, digits]) => number(median(measure), digits))
    const rounds = range(figures.values(contestant, kind, 'requests'), 0)
    const floor = figures.median('floor', kind, 'requests')
    return [kind, contestant, ...cells, rounds, number(ratio(median('requests'), floor), 2)]
  })
  return table([head, ...rows], 2)
}

export function verdictTable (verdicts: Verdict[]): string {
  const rows = verdicts.map(({ what, bound, ratio, rounds, said }) => {
    return [what, number(ratio, 3), range(rounds, 2), bound, said]
  })
  return table([['target', 'ratio', 'rounds', 'bound', ''], ...rows], 1)
}

function ratio (ours: number | undefined, least: number | undefined): number | undefined {
  return ours === undefined || least === undefined ? undefined : ours / least
}

function range (values: number[], digits: number): string {
  if (values.length < 2) return ''
  return `${Math.min(...values).toFixed(digits)}-${Math.max(...values).toFixed(digits)}`
}

function number (value: number | undefined, digits: number): string {
  return value === undefined ? '' : value.toFixed(digits)
}

// As Markdown, in columns: the first `names` of them to the left.
function table (rows: string[][], names: number): string {
  const widths = rows[0]!.map((_, column) => Math.max(3, ...rows.map(row => row[column]!.length)))
  const pad = (cell: string, i: number) => {
    return i < names ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)
  }
  const line = (row: string[]) => `| ${row.map(pad).join(' | ')} |`
  const dashes = widths.map((width, i) => '-'.repeat(width + 1) + (i < names ? '-' : ':'))
  const [head, ...rest] = rows
  return [line(head!), `|${dashes.join('|')}|`, ...rest.map(line)].join('\n')
}
