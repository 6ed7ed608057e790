import { elementsOf } from '../../client/json-text.ts'
import { flag, aQueue, text, type Call, type Command } from '../command.ts'
import { instant, list, plain, span, table } from '../io/table.ts'
import type { Status } from '../../client/schema.ts'

export interface Summary extends Pick<Status, 'queue' | 'counts' | 'oldest_age' | 'processed'> {
  stopped: boolean
  pushed: number
}

const command: Command = {
  positionals: aQueue,
  options: {
    search: text('Only queues with this in their name'),
    payloads: flag('With a queue: the payloads that wait, too')
  },
  examples: [
    ['presque status', 'all queues, and how many jobs each has'],
    ['presque status mail', 'one queue: its counts, its policy, its workers'],
    ['presque status mail --json | jq .counts.failed', 'one number of it']
  ],
  async run (call) {
    await (call.args['queue'] === undefined ? all(call) : one(call))
  }
}

export const head = ['queue', 'waiting', 'delayed', 'retrying', 'active', 'failed', 'oldest']

export function row ({ queue, stopped, counts, oldest_age: age }: Summary): Array<string | number> {
  const { waiting, delayed, retrying, active, failed } = counts
  const name = stopped ? `${queue} (stopped)` : queue
  return [name, waiting, delayed, retrying, active, failed, age === null ? '-' : span(age)]
}

async function all (call: Call): Promise<void> {
  for (let offset = 0; ; offset += 1000) {
    const query = { search: call.args['search'], offset }
    const { text } = await call.presque.request('GET', '/summary', { query })
    const queues = (JSON.parse(text) as { queues: Summary[] }).queues
    if (call.json) for (const element of elementsOf(text, 'queues')) await call.tell(element, '')
    else if (queues.length > 0) await call.tell({}, table(head, queues.map(row)))
    else if (offset === 0) call.remark('there is no queue yet')
    if (queues.length < 1000) return
  }
}

async function one (call: Call): Promise<void> {
  const query = call.args['payloads'] ? { with_desc: 1 } : {}
  const { text } = await call.presque.request('GET', `/status/${call.queue}`, { query })
  await call.tell(text, () => worded(JSON.parse(text)))
}

function worded (status: Status & { jobs?: string[] }): string {
  const { counts, policy, oldest_age: age, workers, jobs = [] } = status
  const { stopped, reopens_at: reopens, ...limits } = policy
  const until = reopens === null ? '' : ` until ${instant(reopens)}`
  return list([
    ['queue', stopped ? `${status.queue} (stopped${until})` : status.queue],
    ...Object.entries(counts),
    ['oldest waits', age === null ? '-' : `for ${span(age)}`],
    ['so far', counters(status)],
    ['policy', wordedLimits(limits)],
    ['workers', workers.join(', ') || '-'],
    ...jobs.map((payload, i): [string, string] => [`job ${i + 1}`, payload])
  ])
}

function counters ({ processed, failed, lost, expired, discarded }: Status): string {
  const ended = `${processed} processed, ${failed} failures, ${lost} lost`
  return `${ended}, ${expired} expired, ${discarded} discarded`
}

function wordedLimits (limits: object): string {
  const set = Object.entries(limits).filter(([, value]) => value !== null)
  return set.map(([name, value]) => `${name} ${plain(value)}`).join(', ')
}

export default command
