import yargs from 'yargs'
import { chaos } from './chaos.ts'

const options = {
  jobs: { type: 'number', default: 10_000, description: 'How many jobs' },
  kills: { type: 'number', default: 4, description: 'How often each of the three is killed' }
} as const

const { jobs, kills } = await yargs(process.argv.slice(2))
  .options(options)
  .strict()
  .version(false)
  .parseAsync()
const began = Date.now()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
const { violations, ...figures } = await chaos({ jobs, kills, say: console.log })
console.log(figures, `${((Date.now() - began) / 1000).toFixed(1)} s`)
for (const violation of violations.slice(0, 20)) console.error(violation)
if (violations.length > 0) console.error(`${violations.length} violations`)
process.exitCode = violations.length > 0 ? 1 : 0
