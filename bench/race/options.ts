import { parseArgs } from 'node:util'

export interface Options { rounds: number, seconds: number, connections: number, only: string[], save: boolean }

export const help = `npm run bench -- [options]

  --rounds 5          how often each is measured; the tables hold the medians
  --seconds 10        how long each measurement takes
  --connections 50    of the load generator
  --only floor,presque   these contestants alone
  --save              write the tables to bench/results/
  --help
`

const flags = {
  rounds: { type: 'string', default: '5' },
  seconds: { type: 'string', default: '10' },
  connections: { type: 'string', default: '50' },
  only: { type: 'string', default: '' },
  save: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false }
} as const

/** What the command line asks for; null where it asks for help. `known`: who can be named. */
export function readOptions (known: string[], args = process.argv.slice(2)): Options | null {
  const { values } = parseArgs({ args, options: flags })
  if (values.help) return null
  const only = values.only.split(',').map(name => name.trim()).filter(name => name !== '')
  const stranger = only.find(name => !known.includes(name))
  if (stranger !== undefined) throw new Error(`--only ${stranger}: the contestants are ${known.join(', ')}`)
  const [rounds, seconds, connections] = [count('rounds', values.rounds), count('seconds', values.seconds), count('connections', values.connections)]
  return { rounds, seconds, connections, only, save: values.save }
}

function count (name: string, text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new Error(`--${name} ${text}: a whole number from 1 to 9999 is wanted`)
  return Number(text)
}
