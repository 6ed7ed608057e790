import { parseArgs } from 'node:util'
import { chaos } from './chaos.ts'

const { values } = parseArgs({ options: { jobs: { type: 'string', default: '10000' }, kills: { type: 'string', default: '4' } } })
const began = Date.now()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
const { violations, ...figures } = await chaos({ jobs: Number(values.jobs), kills: Number(values.kills), say: console.log })
console.log(figures, `${((Date.now() - began) / 1000).toFixed(1)} s`)
for (const violation of violations.slice(0, 20)) console.error(violation)
if (violations.length > 0) console.error(`${violations.length} violations`)
process.exitCode = violations.length > 0 ? 1 : 0
