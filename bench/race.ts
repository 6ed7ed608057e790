// presque against others, and against the least there can be, over HTTP:
// docs/operate/performance.md says how to read it.
import { contestants, type Contestant } from './race/contestant.ts'
import { Figures } from './race/figure.ts'
import { openField, race } from './race/heat.ts'
import { readOptions, type Options } from './race/options.ts'
import { report, save } from './race/report.ts'
import { say } from './race/say.ts'
import { requireWrk } from './race/wrk.ts'

const script = 'redis-benchmark'
const names = [...contestants.map(({ name }) => name), script]

async function perform (options: Options): Promise<void> {
  requireWrk()
  const wanted = (name: string) => options.only.length === 0 || options.only.includes(name)
  const { present, skipped } = await sorted(contestants.filter(({ name }) => wanted(name)))
  const figures = new Figures()
  const field = await openField(present, wanted(script), options)
  await race(field, options, figures)
  await field.close()
  const found = report(figures, options, skipped)
  process.stdout.write(found.text)
  if (options.save) say(`saved in ${save(found)}`)
}

async function sorted (all: Contestant[]): Promise<{ present: Contestant[], skipped: string[] }> {
  const [present, skipped]: [Contestant[], string[]] = [[], []]
  for (const contestant of all) {
    const missing = await contestant.missing?.()
    if (missing === undefined) present.push(contestant)
    else skipped.push(`${contestant.name}: skipped (${missing})`)
  }
  for (const line of skipped) say(line)
  return { present, skipped }
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
