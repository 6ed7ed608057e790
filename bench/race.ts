// presque against others, and against the least there can be, over HTTP:
// docs/operate/performance.md says how to read it.
import { contestants } from './race/contestant.ts'
import { Figures } from './race/figure.ts'
import { openField, race } from './race/heat.ts'
import { readOptions, type Options } from './race/options.ts'
import { report, save } from './race/report.ts'
import { say } from './race/say.ts'
import { requireWrk } from './race/wrk.ts'
import { workerContestants } from './workers/contestant.ts'

const script = 'redis-benchmark'
const names = [...[...contestants, ...workerContestants].map(({ name }) => name), script]

async function perform (options: Options): Promise<void> {
  const isWanted = (name: string) => options.only.length === 0 || options.only.includes(name)
  const skipped: string[] = []
  const servers = await present(contestants.filter(({ name }) => isWanted(name)), skipped)
  if (servers.length > 0) requireWrk()
  const workers = await present(workerContestants.filter(({ name }) => isWanted(name)), skipped)
  const figures = new Figures()
  const field = await openField({ servers, workers, withScript: isWanted(script) }, options)
  await race(field, options, figures)
  await field.close()
  const found = report(figures, options, skipped)
  process.stdout.write(found.text)
  if (options.save) say(`saved in ${save(found)}`)
}

interface Entry { name: string, missing? (): Promise<string | undefined> }

/** Those that can take part. Why others cannot is added to `skipped`. */
async function present<One extends Entry> (all: One[], skipped: string[]): Promise<One[]> {
  const found: One[] = []
  for (const entry of all) {
    const missing = await entry.missing?.()
    if (missing === undefined) {
      found.push(entry)
      continue
    }
    skipped.push(`${entry.name}: not measured (${missing})`)
    say(skipped.at(-1)!)
  }
  return found
}

try {
  const options = await readOptions(names)
  if (typeof options === 'string') process.stdout.write(options)
  else await perform(options)
} catch (error) {
  say((error as Error).message)
  // At once: what still runs is killed on the way out.
  process.exit(1)
}
