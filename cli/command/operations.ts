import { elementsOf } from '../../client/json-text.ts'
import type { Operation } from '../../schemas/operation.ts'
import { flag, name, seconds, text, whole, type Call, type Command } from '../command.ts'
import { filterOptions, filterQuery } from '../filter.ts'
import { Usage } from '../io/exit.ts'
import { glimpse, instant, list, plain, table } from '../io/table.ts'

const verbs: Record<string, (call: Call) => Promise<void>> = {
  list: showAll,
  show,
  start,
  pause: async call => await change(call, 'POST', '/pause'),
  resume: async call => await change(call, 'POST', '/resume'),
  abort: async call => await change(call, 'DELETE', ''),
  undo: async call => await change(call, 'POST', '/undo')
}

const command: Command = {
  positionals: {
    verb: {
      type: 'string', choices: Object.keys(verbs), default: 'list', description: 'What to do'
    },
    id: { type: 'string', description: 'The number of the operation' }
  },
  options: {
    queue: text('With start: whose jobs. With list: only operations of this queue'),
    do: text('What to do with them', { choices: ['retry', 'delete', 'move'], default: 'retry' }),
    to: text('With --do move: the other queue'),
    state: text('Which jobs', {
      choices: ['failed', 'retrying', 'delayed', 'waiting', 'blocked', 'completed'],
      default: 'failed'
    }),
    ...filterOptions,
    rate: text('Jobs a second', { default: '50' }),
    canary: text('With retry: how many jobs go first; 0: all go without a look at their ends', {
      default: '20'
    }),
    within: seconds('In what time these must have ended', { default: '600' }),
    'stop-at': text('The share of failures at which it stops itself', { default: '0.05' }),
    'dry-run': flag('Only tell which jobs it would be about'),
    limit: text('With list: how many at most', { default: '100' })
  },
  examples: [
    ['presque operations', 'all, the newest first'],
    ['presque operations start --queue mail --dry-run', 'how many jobs, and the first five'],
    [
      'presque operations start --queue mail --error 0c342450d324 --rate 50',
      'those that failed in one way run again, 20 of them first'
    ],
    ['presque operations show 1273923534123', 'how it stands'],
    ['presque operations pause 1273923534123', 'no more jobs go until resume'],
    ['presque operations abort 1273923534123', 'no more jobs go'],
    ['presque operations undo 1273923534123', 'what it has deleted comes back']
  ],
  async run (call) {
    const { verb, id } = call.args
    const isOne = verb !== 'list' && verb !== 'start'
    if (isOne && !/^\d{1,15}$/.test(id ?? '')) {
      throw new Usage("which one: give the number that 'presque operations' shows")
    }
    await verbs[verb]!(call)
  }
}

const head = ['id', 'queue', 'do', 'state', 'how it stands']

async function showAll (call: Call): Promise<void> {
  const { queue, limit } = call.args
  const query = { queue: queue && name(queue), limit: whole(limit, 'limit', 1) }
  const { text } = await call.presque.request('GET', '/operations', { query })
  const all = elementsOf(text, 'operations')
  if (call.json) for (const one of all) await call.tell(one, '')
  else if (all.length === 0) call.remark('there is no operation')
  else await call.tell({}, table(head, all.map(one => row(JSON.parse(one)))))
}

function row ({ id, queue, do: what, state, sentence }: Operation): string[] {
  return [id, queue, what, state, glimpse(sentence, 100)]
}

async function show (call: Call): Promise<void> {
  const { text } = await call.presque.request('GET', `/operations/${call.args['id']}`)
  await call.tell(text, () => worded(JSON.parse(text)))
}

function worded (operation: Operation): string {
  const { id, queue, where, do: what, state, sentence, who } = operation
  return list([
    ['operation', id],
    ['queue', queue],
    ['do', `${what} ${plain(where)}, ${operation.rate} a second`],
    ['state', state],
    ['how it stands', sentence],
    ['counts', plain(operation.counts)],
    ['begun', `${instant(operation.created_at)}${who === null ? '' : ` by ${who}`}`],
    ['since', instant(operation.changed_at)]
  ])
}

async function start (call: Call): Promise<void> {
  const { args } = call
  if (args['queue'] === undefined) throw new Usage('--queue is missing: whose jobs?')
  const jobs = whole(args['canary'], 'canary')
  const canary = { jobs, within: Number(args['within']), stop_at: number(call, 'stop-at') }
  const body = JSON.stringify({
    queue: name(args['queue']),
    where: { state: args['state'], ...filterIn(call) },
    do: args['do'],
    to: args['to'] && name(args['to']),
    rate: number(call, 'rate'),
    canary: jobs === 0 || args['do'] !== 'retry' ? undefined : canary
  })
  const query = args['dry-run'] ? { dry: '1' } : {}
  const { text } = await call.presque.request('POST', '/operations', { query, body })
  if (args['dry-run']) await call.tell(text, () => dry(text))
  else await call.tell(text, () => worded(JSON.parse(text)))
}

// In JSON these are numbers.
function filterIn ({ args }: Call): object {
  const { since, until, min_attempt: attempt, ...texts } = filterQuery(args)
  const numbers = Object.entries({ since, until, min_attempt: attempt })
  const given = numbers.filter(([, value]) => value !== undefined)
  return { ...texts, ...Object.fromEntries(given.map(([name, value]) => [name, Number(value)])) }
}

function dry (text: string): string {
  const { matched } = JSON.parse(text) as { matched: number }
  const jobs = elementsOf(text, 'preview').map(job => glimpse(job, 160))
  return [`it would be about ${matched} jobs`, ...jobs].join('\n')
}

function number ({ args }: Call, option: string): number {
  if (/^\d+(\.\d+)?$/.test(args[option])) return Number(args[option])
  throw new Usage(`--${option} is a number, not '${args[option]}'`)
}

async function change (call: Call, method: string, verb: string): Promise<void> {
  const path = `/operations/${call.args['id']}${verb}`
  const { text } = await call.presque.request(method, path)
  await call.tell(text, () => worded(JSON.parse(text)))
}

export default command
