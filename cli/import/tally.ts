import type { SourceJob } from './source.ts'

interface Row { waiting: number, delayed: number, failed: number, left: number, sample: string }

/** Counts the jobs that were found, queue by queue, and those that cannot be moved. */
export class Tally {
  readonly #rows = new Map<string, Row>()
  moved = 0
  left = 0

  count (name: string, { kind, text }: SourceJob): void {
    const row = this.#row(name)
    row[kind]++
    row.sample ||= glimpse(text)
  }

  leave (name: string): void {
    this.#row(name).left++
    this.left++
  }

  get found (): number {
    const counts = [...this.#rows.values()].map(row => row.waiting + row.delayed + row.failed)
    return counts.reduce((sum, count) => sum + count, 0)
  }

  table (): string {
    const head = ['queue', 'waiting', 'delayed', 'failed', 'cannot', 'such as']
    const rows = [head, ...[...this.#rows].map(([name, row]) => {
      const counts = [row.waiting, row.delayed, row.failed, row.left].map(String)
      return [name, ...counts, row.sample]
    })]
    const widths = head.map((_, i) => Math.max(...rows.map(cells => cells[i]!.length)))
    const line = (cells: string[]) => cells.map((cell, i) => {
      const isText = i === 0 || i === head.length - 1
      return isText ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)
    }).join('  ').trimEnd()
    return rows.map(line).join('\n') + '\n'
  }

  #row (name: string): Row {
    const row = this.#rows.get(name) ?? { waiting: 0, delayed: 0, failed: 0, left: 0, sample: '' }
    this.#rows.set(name, row)
    return row
  }
}

/** The beginning of a payload, fit for a terminal. */
export function glimpse (text: string): string {
  const shown = text.slice(0, 60).replace(/[^\x20-\x7e]/g, '.')
  return text.length > 60 ? `${shown}...` : shown
}
