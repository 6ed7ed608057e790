import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { machine } from '../setup.ts'
import { root } from './child.ts'
import { figureTable, verdictTable } from './table.ts'
import { verdicts } from './target.ts'
import type { Figures } from './figure.ts'
import type { Options } from './options.ts'

export interface Report { date: string, text: string, data: object }

/** What to print and to keep of it all. */
export function report (figures: Figures, { rounds, seconds, connections }: Options, skipped: string[]): Report {
  const [processors, date] = [cpus(), new Date().toISOString().slice(0, 10)]
  const where = `${date}; ${machine()}; ${processors.length} cores, ${processors[0]?.model.trim() ?? 'unknown'}`
  const how = `Medians of ${rounds} rounds of ${seconds} s in turn; wrk, 1 thread, ${connections} connections; a Redis for each over TCP, without a disk.`
  const judged = verdicts(figures)
  const text = [where, how, ...skipped, figureTable(figures), verdictTable(judged)].join('\n\n')
  return { date, text: `${text}\n`, data: { where, rounds, seconds, connections, skipped, figures: data(figures), targets: judged } }
}

const measures = ['requests', 'jobs', 'server', 'redis', 'p50', 'p99', 'memory'] as const

// Those of each round: what a median hides is how far they lie apart.
function data (figures: Figures): object[] {
  return figures.rows().map(([contestant, kind]) => {
    const all = measures.map(measure => [measure, figures.values(contestant, kind, measure)] as const)
    return { contestant, kind, ...Object.fromEntries(all.filter(([, values]) => values.length > 0)) }
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
