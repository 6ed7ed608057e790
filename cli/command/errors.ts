import { elementsOf } from '../../client/json-text.ts'
import type { ErrorDocument, ErrorGroup } from '../../client/schema.ts'
import { aQueue, text, whole, type Call, type Command } from '../command.ts'
import { Usage } from '../io/exit.ts'
import { glimpse, instant, list, table } from '../io/table.ts'

const command: Command = {
  positionals: {
    ...aQueue,
    fingerprint: { type: 'string', description: 'Of one kind, such as 0c342450d324' }
  },
  options: { limit: text('How many at most', { default: '50' }) },
  examples: [
    ['presque errors', 'what fails in all queues; the kind that grows now comes first'],
    ['presque errors mail', 'the kinds of failures of one queue'],
    ['presque errors mail 0c342450d324', 'one kind: how often, since when, whose, three samples']
  ],
  async run (call) {
    await (call.args['fingerprint'] === undefined ? all(call) : one(call))
  }
}

async function all (call: Call): Promise<void> {
  const path = call.args['queue'] === undefined ? '/errors' : `/errors/${call.queue}`
  const query = { limit: whole(call.args['limit'], 'limit') }
  const { text } = await call.presque.request('GET', path, { query })
  const groups = elementsOf(text, 'errors')
  if (call.json) for (const group of groups) await call.tell(group, '')
  else if (groups.length === 0) call.remark('no job has failed')
  else await call.tell({}, table(head, groups.map(group => row(JSON.parse(group)))))
}

const head = ['queue', 'fingerprint', 'count', 'a minute', 'retrying', 'failed', 'last', 'error']

function row (group: ErrorGroup): Array<string | number> {
  const { queue, fingerprint, count, retrying, failed, last_seen: last } = group
  const numbers = [count, group.failures_per_minute, retrying, failed]
  return [queue, fingerprint, ...numbers, instant(last), glimpse(nameOf(group))]
}

function nameOf ({ type, message }: Pick<ErrorGroup, 'type' | 'message'>): string {
  return [type, message].filter(part => part !== null).join(': ') || 'no error was told'
}

async function one (call: Call): Promise<void> {
  const { fingerprint } = call.args
  if (!/^[0-9a-f]{12}$/.test(fingerprint)) {
    throw new Usage(`a fingerprint is 12 hexadecimal digits, not '${fingerprint}'`)
  }
  const { text } = await call.presque.request('GET', `/errors/${call.queue}/${fingerprint}`)
  await call.tell(text, () => worded(JSON.parse(text)))
}

function worded (group: ErrorDocument): string {
  const { count, retrying, failed, workers, samples } = group
  return list([
    ['error', glimpse(nameOf(group), 400)],
    ['failures', `${count}, ${group.failures_per_minute} in the last minute`],
    ['jobs', `${retrying} retrying, ${failed} failed`],
    ['first seen', instant(group.first_seen)],
    ['last seen', instant(group.last_seen)],
    ['workers', workers.join(', ') || '-'],
    ...samples.map(({ id, at, message }): [string, string] => {
      return [`job ${id}`, `${instant(at)} ${glimpse(message ?? '')}`]
    })
  ])
}

export default command
