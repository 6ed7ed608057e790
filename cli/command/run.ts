import { accessSync, constants, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { delimiter, join } from 'node:path'
import { flag, name, seconds, text, type Call, type Command } from '../command.ts'
import { exits, Usage } from '../io/exit.ts'
import { Log } from '../run/log.ts'
import { Runner } from '../run/runner.ts'
import type { Plan } from '../run/plan.ts'

const command: Command = {
  positionals: { queues: { type: 'string', description: 'Queues, the first that has a job serves' } },
  options: {
    concurrency: text('Jobs at a time', { default: '1' }),
    lease: seconds('After which a job is another\'s if this dies; while the program runs, the job is kept', { default: '60' }),
    timeout: seconds('After which the program is killed, and the job has failed'),
    grace: seconds('What SIGTERM leaves the programs that run', { default: '30' }),
    'kill-after': seconds('From SIGTERM to SIGKILL for a program', { default: '5' }),
    'release-delay': seconds('Until a job that exit code 75 gave back is given out again', { default: '5' }),
    final: text('Exit codes after which the job is not tried again: 64,65'),
    wait: seconds('Of one request for a job', { default: '20' }),
    'worker-id': text('Its name on the server; host and process id otherwise'),
    quiet: flag('Log only what goes wrong')
  },
  examples: [
    ['presque run mail -- ./send.sh', 'the job comes on standard input; exit code 0 is done, any other has failed'],
    ['presque run urgent mail --concurrency 8 -- python3 send.py', 'eight at a time, urgent ones first'],
    ['presque run thumbs --timeout 60 -- sh -c \'convert "$(jq -r .file)" thumb.png\'', 'with a limit']
  ],
  async run (call) {
    const plan = planned(call)
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

function planned (call: Call): Plan {
  const [program, ...args] = call.rest
  if (program === undefined) throw new Usage('which program: presque run QUEUE -- PROGRAM [ARGUMENT...]')
  const numbers = Object.fromEntries(Object.entries(limits).map(([option, [least, most]]) => [option, number(call.args[option], option, least, most)]))
  return {
    url: call.url,
    token: call.token,
    program: find(program, call.io.env['PATH'] ?? ''),
    args,
    env: call.io.env,
    queues: [...new Set<string>(call.args['queues'].map(name))],
    concurrency: numbers['concurrency']!,
    lease: numbers['lease']!,
    grace: numbers['grace']!,
    killAfter: numbers['kill-after']!,
    releaseDelay: numbers['release-delay']!,
    wait: numbers['wait']!,
    timeout: call.args['timeout'] === undefined ? undefined : number(call.args['timeout'], 'timeout', 0.001, 2_000_000),
    final: codes(call.args['final']),
    worker: call.args['worker-id'] ?? `${hostname()}-${process.pid}`.replaceAll(/[^\x21-\x7e]/g, '_').slice(-128),
    log: new Log(call.io.errors, call.args['json'] === true || call.io.errors.isTTY !== true, call.args['quiet'] === true)
  }
}

const limits: Record<string, [number, number]> = {
  concurrency: [1, 1000], lease: [1, 43200], grace: [0, 1_000_000], 'kill-after': [0, 1_000_000], 'release-delay': [0, 315_360_000], wait: [0, 3600]
}

function number (given: string, option: string, least: number, most: number): number {
  const value = Number(given)
  if (/^\d+(\.\d+)?$/.test(given) && value >= least && value <= most && (option !== 'concurrency' || Number.isInteger(value))) return value
  throw new Usage(`--${option} is a number from ${least} to ${most}, not '${given}'`)
}

function codes (given = ''): number[] {
  if (!/^(\d{1,3}(,\d{1,3})*)?$/.test(given)) throw new Usage(`--final is exit codes such as 64,65, not '${given}'`)
  return given === '' ? [] : given.split(',').map(Number)
}

// Before the first job is taken: a program that is not there would make every one of them fail.
function find (program: string, path: string): string {
  const places = program.includes('/') ? [program] : path.split(delimiter).map(folder => join(folder || '.', program))
  const found = places.find(place => {
    try {
      accessSync(place, constants.X_OK)
      return statSync(place).isFile()
    } catch {
      return false
    }
  })
  if (found === undefined) throw new Usage(`there is no program '${program}' here that can be run: no job was taken`)
  return found
}

export default command
