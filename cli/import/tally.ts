import type { SourceJob } from './source.ts'

interface Row { waiting: number, delayed: number, failed: number, left: number, sample: string }

/** What was found, queue by queue, and what of it cannot be moved. */
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
    return [...this.#rows.values()].reduce((sum, { waiting, delayed, failed }) => sum + waiting + delayed + failed, 0)
  }

  table (): string {
    const head = ['queue', 'waiting', 'delayed', 'failed', 'cannot', 'such as']
    const body = [...this.#rows].map(([name, row]) => [name, ...[row.waiting, row.delayed, row.failed, row.left].map(String), row.sample])
    const widths = head.map((_, i) => Math.max(...[head, ...body].map(cells => cells[i]!.length)))
    const line = (cells: string[]) => cells.map((cell, i) => i === 0 || i === 5 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)).join('  ').trimEnd()
    return [head, ...body].map(line).join('\n') + '\n'
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
