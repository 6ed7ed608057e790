import { parseArgs } from 'node:util'
import { story } from './story.ts'
import type { History } from './history.ts'
import { run } from './run.ts'

const usage = `Pushes, takes and loses jobs at random on real servers, and checks every promise of leased delivery.

  --seed N      the choices of this run; a new one unless given
  --jobs N      how many jobs (100000)
  --kills N     how often a server is killed (4)
  --failovers N how often a master of Redis is killed (0); a push then waits for a replica
  --redis KIND  of what: sentinel (one failover) or cluster (sentinel)
  --seconds N   push for so long at most (600)
  --help`

const number = (text: string, name: string): number => {
  if (!/^\d+$/.test(text)) throw new Error(`--${name} must be a whole number`)
  return Number(text)
}

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    jobs: { type: 'string', default: '100000' },
    kills: { type: 'string', default: '4' },
    failovers: { type: 'string', default: '0' },
    redis: { type: 'string', default: 'sentinel' },
    seconds: { type: 'string', default: '600' },
    help: { type: 'boolean', default: false }
  }
})

if (values.help) {
  console.log(usage)
} else {
  const [seed, jobs, kills, failovers, seconds] = (['seed', 'jobs', 'kills', 'failovers', 'seconds'] as const).map(name => number(values[name], name)) as [number, number, number, number, number]
  if (values.redis !== 'sentinel' && values.redis !== 'cluster') throw new Error('--redis must be sentinel or cluster')
  const again = `--seed ${seed} --jobs ${jobs} --kills ${kills}${failovers > 0 ? ` --failovers ${failovers} --redis ${values.redis}` : ''}`
  console.log(again)
  // Exits, so that what was started goes as well.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  const began = Date.now()
  const history = await run({ seed, jobs, kills, failovers, place: values.redis, seconds, say: console.log })
  console.log(table(history))
  console.log(`${((Date.now() - began) / 1000).toFixed(1)} s`)
  for (const text of violations(history)) console.error(text)
  if (history.violations.length > 0) console.error(`\n${history.violations.length} violations: ${again}`)
  process.exitCode = history.violations.length > 0 ? 1 : 0
}

function table ({ tally }: History): string {
  const rows = [...tally].sort(([a], [b]) => a < b ? -1 : 1)
  return rows.map(([what, count]) => `${String(count).padStart(9)}  ${what}`).join('\n')
}

// Some of each rule say all: what breaks once mostly breaks often.
function violations ({ violations }: History): string[] {
  const some = violations.filter(({ rule }, i) => violations.slice(0, i).filter(other => other.rule === rule).length < 3)
  return some.map(({ rule, queue, detail, job }) => [`\nbroken: ${rule}`, `queue ${queue}: ${detail}`, ...(job ? story(job) : [])].join('\n'))
}
