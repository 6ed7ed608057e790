import { elementsOf } from '../../client/json-text.ts'
import type { Forecast } from '../../schemas/forecast.ts'
import { aQueue, text, whole, type Call, type Command } from '../command.ts'
import { instant, table } from '../io/table.ts'

const command: Command = {
  positionals: aQueue,
  options: {
    hours: text('How far to look ahead', { default: '24' }),
    step: text('Seconds of a period', { default: '3600' }),
    limit: text('Of all queues, how many at most', { default: '20' })
  },
  examples: [
    ['presque forecast', 'the queues with the most jobs: when most of them will wait'],
    ['presque forecast mail', 'what falls due in each hour of the next day'],
    ['presque forecast mail --hours 168', 'the same for a week']
  ],
  async run (call) {
    await (call.args['queue'] === undefined ? all(call) : one(call))
  }
}

function aheadOf ({ args }: Call) {
  return { hours: whole(args['hours'], 'hours', 1), step: whole(args['step'], 'step', 1) }
}

async function all (call: Call): Promise<void> {
  const query = { ...aheadOf(call), limit: whole(call.args['limit'], 'limit', 1) }
  const { text } = await call.presque.request('GET', '/forecast', { query })
  const found = elementsOf(text, 'queues')
  if (call.json) for (const queue of found) await call.tell(queue, '')
  else if (found.length === 0) call.remark('no job waits or is to come')
  else await call.tell({}, table(headOfAll, found.map(queue => summary(JSON.parse(queue)))))
}

const headOfAll = ['queue', 'waiting', 'delayed', 'retrying', 'scheduled', 'most from', 'waiting']

function summary ({ queue, waiting, unknown, periods }: Forecast): Array<string | number> {
  const sum = (name: 'delayed' | 'retrying' | 'scheduled') => {
    return periods.reduce((all, period) => all + period[name], 0)
  }
  const worst = periods.reduce((one, other) => most(other) > most(one) ? other : one)
  const then = unknown === null ? instant(worst.at) : '-'
  const facts = [waiting, sum('delayed'), sum('retrying'), sum('scheduled')]
  return [queue, ...facts, then, unknown ?? span(worst.waiting)]
}

function most ({ waiting }: Forecast['periods'][number]): number {
  return waiting?.to ?? waiting?.from ?? 0
}

async function one (call: Call): Promise<void> {
  const path = `/forecast/${call.queue}`
  const { text } = await call.presque.request('GET', path, { query: aheadOf(call) })
  const { unknown, periods } = JSON.parse(text) as Forecast
  if (call.json) return await call.tell(text, '')
  await call.tell({}, table(head, periods.map(row)))
  if (unknown !== null) call.remark(sentences[unknown])
}

const head = ['from', 'delayed', 'retrying', 'scheduled', 'can be taken', 'waiting at the end']

function row (period: Forecast['periods'][number]): Array<string | number> {
  const { at, delayed, retrying, scheduled, capacity, waiting } = period
  return [instant(at), delayed, retrying, scheduled, span(capacity), span(waiting)]
}

function span (range: Forecast['periods'][number]['waiting']): string {
  if (range === null) return '-'
  const { from, to } = range
  return to === null ? `${from} or more` : from === to ? String(from) : `${from} to ${to}`
}

const sentences = {
  stopped: 'the queue is stopped: how many jobs will wait is not known',
  nobody_asks: 'no worker asks this queue for jobs: how many will wait is not known',
  nothing_taken: 'no job was taken of late: how many will wait is not known'
}

export default command
