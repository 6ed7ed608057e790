import yargs from 'yargs'
import { story } from './history/story.ts'
import type { History } from './history/history.ts'
import { run } from './run.ts'

const options = {
  seed: { type: 'number', description: 'The choices of this run; a new one unless given' },
  jobs: { type: 'number', default: 100_000, description: 'How many jobs' },
  kills: { type: 'number', default: 4, description: 'How often a server is killed' },
  failovers: {
    type: 'number',
    default: 0,
    description: 'How often a master of Redis is killed; a push then waits for a replica'
  },
  redis: {
    choices: ['sentinel', 'cluster'],
    default: 'sentinel',
    description: 'Of what: sentinel (one failover) or cluster'
  },
  seconds: { type: 'number', default: 600, description: 'Push for so long at most' }
} as const

const numbers = ['seed', 'jobs', 'kills', 'failovers', 'seconds'] as const

const parser = yargs(process.argv.slice(2))
  .options(options)
  .strict()
  .version(false)
  .usage(
    'Pushes, takes and loses jobs at random on real servers, ' +
      'and checks every promise of leased delivery.'
  )
  .check(values => {
    const wrong = numbers.find(
      name => values[name] !== undefined && !(Number.isInteger(values[name]) && values[name]! >= 0)
    )
    if (wrong !== undefined) throw new Error(`--${wrong} must be a whole number`)
    return true
  })
const {
  seed = Math.floor(Math.random() * 2 ** 31),
  jobs,
  kills,
  failovers,
  redis: place,
  seconds
} = await parser.parseAsync()

const again = `--seed ${seed} --jobs ${jobs} --kills ` +
  `${kills}${failovers > 0 ? ` --failovers ${failovers} --redis ${place}` : ''}`
console.log(again)
// Exits, so that the servers that it started go as well.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
const began = Date.now()
const history = await run({ seed, jobs, kills, failovers, place, seconds, say: console.log })
console.log(table(history))
console.log(`${((Date.now() - began) / 1000).toFixed(1)} s`)
for (const text of violations(history)) console.error(text)
if (history.violations.length > 0) {
  console.error(`\n${history.violations.length} violations: ${again}`)
}
process.exitCode = history.violations.length > 0 ? 1 : 0

function table ({ tally }: History): string {
  const rows = [...tally].sort(([a], [b]) => (a < b ? -1 : 1))
  return rows.map(([what, count]) => `${String(count).padStart(9)}  ${what}`).join('\n')
}

// Some of each rule say all: what breaks once mostly breaks often.
function violations ({ violations }: History): string[] {
  const some = violations.filter(
    ({ rule }, i) => violations.slice(0, i).filter(other => other.rule === rule).length < 3
  )
  return some.map(({ rule, queue, detail, job }) =>
    [`\nbroken: ${rule}`, `queue ${queue}: ${detail}`, ...(job ? story(job) : [])].join('\n')
  )
}
