import { flag, aQueue, text, type Call, type Command } from '../command.ts'
import { list, span, table } from '../io/table.ts'
import { elementsOf } from '../../client/json-text.ts'
import type { Status } from '../../client/schema.ts'

export interface Summary { queue: string, stopped: boolean, counts: Status['counts'], oldest_age: number | null, pushed: number, processed: number }

const command: Command = {
  positionals: aQueue,
  options: { search: text('Only queues with this in their name'), payloads: flag('With a queue: the payloads that wait, too') },
  examples: [
    ['presque status', 'all queues, and how many jobs each has'],
    ['presque status mail', 'one queue: its counts, its policy, its workers'],
    ['presque status mail --json | jq .counts.failed', 'one number of it']
  ],
  async run (call) {
    await (call.args['queue'] === undefined ? all(call) : one(call))
  }
}

export const head = ['queue', 'waiting', 'delayed', 'active', 'failed', 'oldest']

export function row ({ queue, stopped, counts, oldest_age: age }: Summary): Array<string | number> {
  return [stopped ? `${queue} (stopped)` : queue, counts.waiting, counts.delayed, counts.active, counts.failed, age === null ? '-' : span(age)]
}

async function all (call: Call): Promise<void> {
  for (let offset = 0; ; offset += 1000) {
    const { text } = await call.presque.request('GET', '/summary', { query: { search: call.args['search'], offset } })
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
  await call.tell(text, () => words(JSON.parse(text)))
}

function words ({ queue, counts, policy, oldest_age: age, processed, failed, lost, expired, discarded, workers, jobs }: Status & { jobs?: string[] }): string {
  const { stopped, reopens_at: reopens, ...limits } = policy
  return list([
    ['queue', stopped ? `${queue} (stopped${reopens === null ? '' : ` until ${new Date(reopens * 1000).toISOString()}`})` : queue],
    ...Object.entries(counts),
    ['oldest waits', age === null ? '-' : `for ${span(age)}`],
    ['so far', `${processed} processed, ${failed} failures, ${lost} lost, ${expired} expired, ${discarded} discarded`],
    ['policy', Object.entries(limits).filter(([, value]) => value !== null).map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : value}`).join(', ')],
    ['workers', workers.join(', ') || '-'],
    ...(jobs ?? []).map((payload, i): [string, string] => [`job ${i + 1}`, payload])
  ])
}

export default command
