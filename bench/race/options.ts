import yargs from 'yargs'

export interface Options {
  rounds: number
  seconds: number
  connections: number
  only: string[]
  save: boolean
}

const flags = {
  rounds: {
    type: 'string',
    requiresArg: true,
    default: '5',
    describe: 'how often each is measured; the tables hold the medians'
  },
  seconds: {
    type: 'string',
    requiresArg: true,
    default: '10',
    describe: 'how long each measurement takes'
  },
  connections: {
    type: 'string',
    requiresArg: true,
    default: '50',
    describe: 'of the load generator'
  },
  only: {
    type: 'string',
    requiresArg: true,
    describe: 'these contestants alone, such as floor,presque'
  },
  save: { type: 'boolean', default: false, describe: 'write the tables to bench/results/' }
} as const

/**
 * The options of the command line; or the help, where they ask for it. `known` has the names of the
 * contestants.
 */
export async function readOptions (
  known: string[], args = process.argv.slice(2)
): Promise<Options | string> {
  let help = ''
  const values = await grammar().parseAsync(args, {}, (error, _, output) => {
    if (error) throw error
    help = output
  })
  if (help !== '') return `${help}\n`
  const only = (values.only ?? '').split(',').map(name => name.trim()).filter(name => name !== '')
  const stranger = only.find(name => !known.includes(name))
  if (stranger !== undefined) {
    throw new Error(`--only ${stranger}: the contestants are ${known.join(', ')}`)
  }
  return {
    rounds: count('rounds', values.rounds),
    seconds: count('seconds', values.seconds),
    connections: count('connections', values.connections),
    only,
    save: values.save
  }
}

function grammar () {
  return yargs().scriptName('npm run bench --').usage('$0 [options]').locale('en').wrap(100)
    .version(false)
    .exitProcess(false)
    .parserConfiguration({ 'parse-numbers': false, 'duplicate-arguments-array': false })
    .options(flags)
    .demandCommand(0, 0)
    .strict()
}

function count (name: string, text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text)
  throw new Error(`--${name} ${text}: a whole number from 1 to 9999 is wanted`)
}
