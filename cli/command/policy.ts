import { aQueue, inSeconds, text, type Arguments, type Command } from '../command.ts'
import { Usage } from '../io/exit.ts'
import { list, plain } from '../io/table.ts'
import type { Policy } from '../../client/schema.ts'

const command: Command = {
  positionals: aQueue,
  options: {
    tries: text('Deliveries before a job has failed for good'),
    'max-lost': text('Leases in a row that may expire before a job has failed for good, or none'),
    lease: text('Of a lease that says no number: seconds, or 90s, 5m'),
    keep: text('How long to keep a finished job: seconds, or 5m, 1h, 2d'),
    backoff: text('BASE/MAX: how long after the first failure, and at most: 5/600, 5s/10m'),
    rate: text('LIMIT/PERIOD: jobs at most in a number of seconds: 100/60, 100/1m'),
    concurrency: text('Jobs on lease at a time, at most'),
    'max-jobs': text('Refuse a push when the queue has this number of jobs'),
    'max-keys': text('Refuse a new idempotency key when the queue knows this number'),
    'keep-failed': text('How long to keep a failed job: seconds, or 5m, 1h, 2d; or none for ever'),
    'max-failed': text('Failed jobs to keep, the newest; or none for all')
  },
  examples: [
    ['presque policy mail', 'what holds'],
    ['presque policy mail --tries 5 --backoff 5/600 --rate 100/60', 'sets some of it'],
    ['presque policy mail --rate default', 'goes back to the default']
  ],
  async run (call) {
    const { queue } = call
    const change = changeOf(call.args)
    if (Object.keys(change).length > 0) await call.presque.policy(queue, change)
    const { policy } = await call.presque.status(queue)
    await call.tell({ queue, policy }, () => {
      return list(Object.entries(policy).map(([name, value]) => [name, plain(value)]))
    })
  }
}

type Read<Value> = (given: string, option: string) => Value

const time: Read<number> = (given, option) => Number(inSeconds(given, option))

function changeOf (args: Arguments): Policy {
  return {
    ...setting(args, 'tries', number),
    ...bound(args, 'max-lost', 3, number),
    ...setting(args, 'lease', time),
    ...setting(args, 'keep', time),
    ...setting(args, 'concurrency', number),
    ...setting(args, 'max-jobs', number),
    ...setting(args, 'max-keys', number),
    ...bound(args, 'keep-failed', 15_552_000, time),
    ...bound(args, 'max-failed', 100_000, number),
    ...setting(args, 'backoff', pair((base, max) => ({ base, max }))),
    ...setting(args, 'rate', pair((limit, period) => ({ limit, period })))
  }
}

const memberOf = (option: string): string => option.replaceAll('-', '_')

// null sets the default.
function setting<Value> (args: Arguments, option: string, read: Read<Value>): Policy {
  const given = args[option]
  if (given === undefined) return {}
  return { [memberOf(option)]: given === 'default' ? null : read(given, option) }
}

// Here null is no bound at all, and the default is a number.
function bound (args: Arguments, option: string, usual: number, read: Read<number>): Policy {
  const given = args[option]
  if (given === undefined) return {}
  const value = given === 'none' ? null : given === 'default' ? usual : read(given, option)
  return { [memberOf(option)]: value }
}

function number (given: string, option: string): number {
  if (/^\d+(\.\d+)?$/.test(given)) return Number(given)
  throw new Usage(`--${option} is a number, or default, not '${given}'`)
}

function pair<Value> (make: (first: number, second: number) => Value): Read<Value> {
  return (given, option) => {
    const [first, second, more] = given.split('/')
    if (second === undefined || more !== undefined) {
      throw new Usage(`--${option} is two numbers such as 5/600, or default, not '${given}'`)
    }
    return make(time(first!, option), time(second, option))
  }
}

export default command
