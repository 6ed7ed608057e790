import { elementsOf } from '../../client/json-text.ts'
import { seconds, text, type Call, type Command } from '../command.ts'
import { Usage } from '../io/exit.ts'
import { payload } from '../io/payload.ts'
import { instant, list, plain, table } from '../io/table.ts'

const verbs: Record<string, (call: Call) => Promise<void>> = {
  list: showAll, show, set, rm: remove
}

const command: Command = {
  positionals: {
    verb: { type: 'string', choices: Object.keys(verbs), description: 'What to do' },
    name: { type: 'string', description: 'The name of the schedule' }
  },
  options: {
    queue: text('Where its jobs go'),
    cron: text("When, such as '*/5 * * * *'"),
    every: seconds('From one to the next, instead of --cron'),
    tz: text('The time zone of --cron, such as Europe/Berlin'),
    payload: text('The job: JSON, -, or @FILE', { default: '{}' }),
    overlap: text('While the last one is not done', { choices: ['skip', 'allow'] }),
    catchup: text('For the ticks missed while presque was away', { choices: ['none', 'one'] }),
    ahead: text('For how many hours show tells the ticks, and always the next five')
  },
  examples: [
    [
      "presque schedule set report --queue mail --cron '0 9 * * 1-5' --tz Europe/Berlin " +
        "--payload '{\"to\":\"ann\"}'",
      'a job at nine on weekdays'
    ],
    ['presque schedule set sweep --queue chores --every 60', 'a job each minute'],
    ['presque schedule list', 'all, with their next times'],
    ['presque schedule show report', 'one of them'],
    ['presque schedule show report --ahead 24', 'and its ticks of the next 24 hours'],
    ['presque schedule rm report', 'no more of it']
  ],
  async run (call) {
    const { verb, name } = call.args
    if (verb !== 'list' && name === undefined) {
      throw new Usage('which one: give the name of a schedule')
    }
    await verbs[verb]!(call)
  }
}

const path = ({ args }: Call): string => `/schedule/${encodeURIComponent(args['name'])}`

interface Schedule {
  name: string
  queue: string
  cron?: string | null
  every?: number | null
  tz?: string | null
  next_at: number | null
  last_at: number | null
}

const head = ['name', 'queue', 'when', 'next', 'last']

async function showAll (call: Call): Promise<void> {
  const { text } = await call.presque.request('GET', '/schedule')
  const all = elementsOf(text, 'schedules')
  if (call.json) for (const one of all) await call.tell(one, '')
  else if (all.length === 0) call.remark('there is no schedule yet')
  else await call.tell({}, table(head, all.map(one => row(JSON.parse(one)))))
}

function row ({ name, queue, cron, every, tz, ...times }: Schedule): string[] {
  const when = cron ? `${cron}${tz ? ` ${tz}` : ''}` : `every ${every} s`
  return [name, queue, when, instantOr(times.next_at), instantOr(times.last_at)]
}

function instantOr (seconds: number | null): string {
  return seconds === null ? '-' : instant(seconds)
}

async function show (call: Call): Promise<void> {
  const { verb, ahead } = call.args
  const query = verb === 'show' && ahead !== undefined ? { query: { ahead } } : {}
  const { text } = await call.presque.request('GET', path(call), query)
  await call.tell(text, () => {
    const { ticks, ...facts } = JSON.parse(text)
    const lines = Object.entries(facts).map(([name, value]): [string, string] => {
      return [name, plain(value)]
    })
    return list(ticks === undefined ? lines : [...lines, ['ticks', ticks.map(instant).join(', ')]])
  })
}

async function set (call: Call): Promise<void> {
  const { queue, cron, every, tz, overlap, catchup } = call.args
  if (queue === undefined) throw new Usage('--queue is missing: where do its jobs go?')
  if ((cron === undefined) === (every === undefined)) {
    throw new Usage("when: give --cron '*/5 * * * *' or --every 5m")
  }
  const seconds = every === undefined ? undefined : Number(every)
  const rule = JSON.stringify({ queue, cron, every: seconds, tz, overlap, catchup })
  const job = await payload(call.args['payload'], call.io)
  const body = `${rule.slice(0, -1)},"payload":${job}}`
  await call.presque.request('PUT', path(call), { body })
  await show(call)
}

async function remove (call: Call): Promise<void> {
  const { name } = call.args
  await call.presque.request('DELETE', path(call))
  await call.tell({ name, removed: true }, `${name} is no longer on the schedule`)
}

export default command
