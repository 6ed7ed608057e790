import { accessSync, constants, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { delimiter, join } from 'node:path'
import { flag, name, seconds, text, type Arguments, type Call, type Command } from '../command.ts'
import { exits, Usage } from '../io/exit.ts'
import { Log } from '../run/log.ts'
import { Runner } from '../run/runner.ts'
import type { Plan } from '../run/plan.ts'

const command: Command = {
  positionals: {
    queues: { type: 'string', description: 'Queues, the first that has a job serves' }
  },
  options: {
    concurrency: text('Jobs at a time', { default: '1' }),
    lease: seconds(
      "After which a job is another's if this dies; while the program runs, the job is kept",
      { default: '60' }
    ),
    timeout: seconds('After which the program is killed, and the job has failed'),
    grace: seconds('What SIGTERM leaves the programs that run', { default: '30' }),
    'kill-after': seconds('From SIGTERM to SIGKILL for a program', { default: '5' }),
    'release-delay': seconds(
      'Until a job that exit code 75 gave back is given out again', { default: '5' }
    ),
    final: text('Exit codes after which the job is not tried again: 64,65'),
    wait: seconds('Of one request for a job', { default: '20' }),
    'worker-id': text('Its name on the server; host and process id otherwise'),
    quiet: flag('Log only what goes wrong')
  },
  examples: [
    [
      'presque run mail -- ./send.sh',
      'the job comes on standard input; exit code 0 is done, any other has failed'
    ],
    [
      'presque run urgent mail --concurrency 8 -- python3 send.py',
      'eight at a time, urgent ones first'
    ],
    [
      'presque run thumbs --timeout 60 -- sh -c \'convert "$(jq -r .file)" thumb.png\'',
      'with a limit'
    ]
  ],
  async run (call) {
    const plan = planOf(call)
    const runner = new Runner(plan)
    const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const
    const stop = (signal: string) => runner.stop(signal)
    for (const signal of signals) process.on(signal, stop)
    try {
      await runner.finished
    } finally {
      for (const signal of signals) process.off(signal, stop)
    }
    return exits.done
  }
}

function planOf (call: Call): Plan {
  const { args, io } = call
  const [program, ...programArgs] = call.rest
  if (program === undefined) {
    throw new Usage('which program: presque run QUEUE -- PROGRAM [ARGUMENT...]')
  }
  return {
    url: call.url,
    token: call.token,
    program: find(program, io.env['PATH'] ?? ''),
    args: programArgs,
    env: io.env,
    queues: [...new Set<string>(args['queues'].map(name))],
    concurrency: number(args, 'concurrency'),
    lease: number(args, 'lease'),
    grace: number(args, 'grace'),
    killAfter: number(args, 'kill-after'),
    releaseDelay: number(args, 'release-delay'),
    wait: number(args, 'wait'),
    timeout: args['timeout'] === undefined ? undefined : number(args, 'timeout'),
    final: codes(args['final']),
    worker: args['worker-id'] ?? workerId(),
    log: new Log(io.errors, args['json'] === true || !io.errors.isTTY, args['quiet'] === true)
  }
}

function workerId (): string {
  return `${hostname()}-${process.pid}`.replaceAll(/[^\x21-\x7e]/g, '_').slice(-128)
}

const bounds = {
  concurrency: [1, 1000],
  lease: [1, 43_200],
  grace: [0, 1_000_000],
  'kill-after': [0, 1_000_000],
  'release-delay': [0, 315_360_000],
  wait: [0, 3600],
  timeout: [0.001, 2_000_000]
} as const

function number (args: Arguments, option: keyof typeof bounds): number {
  const [least, most] = bounds[option]
  const given: string = args[option]
  const value = Number(given)
  const isNumber = /^\d+(\.\d+)?$/.test(given) && value >= least && value <= most
  if (isNumber && (option !== 'concurrency' || Number.isInteger(value))) return value
  throw new Usage(`--${option} is a number from ${least} to ${most}, not '${given}'`)
}

function codes (given = ''): number[] {
  if (given === '') return []
  if (/^\d{1,3}(,\d{1,3})*$/.test(given)) return given.split(',').map(Number)
  throw new Usage(`--final is exit codes such as 64,65, not '${given}'`)
}

// Before the first job is taken: without its program each job would fail.
function find (program: string, path: string): string {
  const folders = path.split(delimiter)
  const inPath = folders.map(folder => join(folder || '.', program))
  const places = program.includes('/') ? [program] : inPath
  const found = places.find(isExecutable)
  if (found !== undefined) return found
  throw new Usage(`there is no program '${program}' here that can be run: no job was taken`)
}

function isExecutable (path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

export default command
