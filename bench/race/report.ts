import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { machine } from '../setup.ts'
import { root } from './child.ts'
import { figureTable, verdictTable } from './table.ts'
import { verdicts } from './target.ts'
import type { Figures } from './figure.ts'
import type { Options } from './options.ts'

export interface Report {
  date: string
  text: string
  data: object
}

/** What to print and to keep of it all. */
export function report (
  figures: Figures, { rounds, seconds, connections }: Options, skipped: string[]
): Report {
  const [processors, date] = [cpus(), new Date().toISOString().slice(0, 10)]
  const model = processors[0]?.model.trim() ?? 'unknown'
  const where = `${date}; ${machine()}; ${processors.length} cores, ${model}`
  const how =
    `Medians of ${rounds} rounds of ${seconds} s in turn; wrk, 1 thread, ` +
    `${connections} connections; a Redis for each over TCP, without a disk.`
  const judged = verdicts(figures)
  const text = [where, how, ...skipped, figureTable(figures), verdictTable(judged)].join('\n\n')
  return {
    date,
    text: `${text}\n`,
    data: { where, rounds, seconds, connections, skipped, figures: data(figures), targets: judged }
  }
}

const measures = ['requests', 'jobs', 'server', 'redis', 'p50', 'p99', 'memory'] as const

// The figures of each round: a median hides how far they lie apart.
function data (figures: Figures): object[] {
  return figures.rows().map(([contestant, kind]) => {
    const all = measures.map(name => [name, figures.values(contestant, kind, name)] as const)
    const found = all.filter(([, values]) => values.length > 0)
    return { contestant, kind, ...Object.fromEntries(found) }
  })
}

/** Writes it to bench/results/, and returns where. */
export function save ({ date, text, data }: Report): string {
  const folder = join(root, 'bench/results')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${date}.md`), text)
  writeFileSync(join(folder, `${date}.json`), `${JSON.stringify(data, null, 2)}\n`)
  return join(folder, `${date}.md`)
}
