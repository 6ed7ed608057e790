import { aQueue, inSeconds, text, type Arguments, type Command } from '../command.ts'
import { Usage } from '../io/exit.ts'
import { list } from '../io/table.ts'
import type { Policy } from '../../client/schema.ts'

const command: Command = {
  positionals: aQueue,
  options: {
    tries: text('Deliveries before a job has failed for good'),
    'max-lost': text('Leases in a row that may run out before a job has failed for good, or none'),
    lease: text('Of a lease that says no number: seconds, or 90s, 5m'),
    keep: text('How long to keep a finished job: seconds, or 5m, 1h, 2d'),
    backoff: text('BASE/MAX: how long after the first failure, and at most: 5/600, 5s/10m'),
    rate: text('LIMIT/PERIOD: so many jobs in so many seconds: 100/60, 100/1m'),
    concurrency: text('So many jobs on lease at a time'),
    'max-jobs': text('Refuse a push when there are so many'),
    'max-keys': text('Refuse a new idempotency key when so many are known'),
    'keep-failed': text('How long to keep a failed job: seconds, or 5m, 1h, 2d; or none for ever'),
    'max-failed': text('So many failed jobs are kept, the oldest go; or none for all')
  },
  examples: [
    ['presque policy mail', 'what holds'],
    ['presque policy mail --tries 5 --backoff 5/600 --rate 100/60', 'sets some of it'],
    ['presque policy mail --rate default', 'goes back to the default']
  ],
  async run (call) {
    const change = changes(call.args)
    if (Object.keys(change).length > 0) await call.presque.request('POST', `/control/${call.queue}`, { body: JSON.stringify(change) })
    const { policy } = await call.presque.status(call.queue)
    await call.tell({ queue: call.queue, policy }, () => list(Object.entries(policy).map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)])))
  }
}

function changes (args: Arguments): Policy {
  const { backoff, rate } = args
  const one = (name: string, key = name) => args[name] === undefined ? {} : { [key]: args[name] === 'default' ? null : number(args[name], name) }
  const time = (name: string) => args[name] === undefined ? {} : { [name]: args[name] === 'default' ? null : Number(inSeconds(args[name], name)) }
  // Of these null is no bound at all, so that the default is a number.
  const bound = (name: string, key: string, usual: number, value: (given: string) => number) => {
    const given = args[name]
    return given === undefined ? {} : { [key]: given === 'none' ? null : given === 'default' ? usual : value(given) }
  }
  return {
    ...one('tries'),
    ...maxLost(args['max-lost']),
    ...time('lease'),
    ...time('keep'),
    ...one('concurrency'),
    ...one('max-jobs', 'max_jobs'),
    ...one('max-keys', 'max_keys'),
    ...bound('keep-failed', 'keep_failed', 15_552_000, given => Number(inSeconds(given, 'keep-failed'))),
    ...bound('max-failed', 'max_failed', 100_000, given => number(given, 'max-failed')),
    ...(backoff !== undefined && { backoff: pair(backoff, 'backoff', (base, max) => ({ base, max })) }),
    ...(rate !== undefined && { rate: pair(rate, 'rate', (limit, period) => ({ limit, period })) })
  }
}

// null is no bound here, and not the default as in all other settings.
function maxLost (given: string | undefined): Policy {
  if (given === undefined) return {}
  return { max_lost: given === 'none' ? null : given === 'default' ? 3 : number(given, 'max-lost') }
}

function number (given: string, name: string): number {
  if (/^\d+(\.\d+)?$/.test(given)) return Number(given)
  throw new Usage(`--${name} is a number, or default, not '${given}'`)
}

function pair<T> (given: string, name: string, make: (first: number, second: number) => T): T | null {
  if (given === 'default') return null
  const [first, second, more] = given.split('/')
  if (second === undefined || more !== undefined) throw new Usage(`--${name} is two numbers such as 5/600, or default, not '${given}'`)
  return make(Number(inSeconds(first!, name)), Number(inSeconds(second, name)))
}

export default command
