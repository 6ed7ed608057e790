import { elementsOf } from '../../client/json-text.ts'
import type { AuditEntry } from '../../schemas/audit.ts'
import { aQueue, text, whole, type Command } from '../command.ts'
import { glimpse, instant, table } from '../io/table.ts'

const command: Command = {
  positionals: aQueue,
  options: {
    who: text('Only calls with the token of this name'),
    limit: text('How many at most', { default: '50' }),
    order: text('The newest first, or the oldest', { choices: ['desc', 'asc'], default: 'desc' })
  },
  examples: [
    ['presque audit', 'the last 50 changes, the newest first'],
    ['presque audit mail --who ops', 'those of one queue that one token has made']
  ],
  async run (call) {
    const { who, limit, order } = call.args
    const queue = call.args['queue'] === undefined ? undefined : call.queue
    const query = { queue, who, order, limit: whole(limit, 'limit') }
    const { text } = await call.presque.request('GET', '/audit', { query })
    const entries = elementsOf(text, 'entries')
    if (call.json) for (const entry of entries) await call.tell(entry, '')
    else if (entries.length === 0) call.remark('no change is on record')
    else await call.tell({}, table(head, entries.map(entry => row(JSON.parse(entry)))))
  }
}

const head = ['when', 'who', 'from', 'call', 'status', 'jobs', 'change']

function row (entry: AuditEntry): Array<string | number> {
  const { at, who, from, request, status, count } = entry
  return [instant(at), who ?? '-', from, glimpse(request), status, count ?? '-', changeOf(entry)]
}

function changeOf ({ before, after }: AuditEntry): string {
  const names = Object.keys(after ?? before ?? {})
  const changes = names.map(name => `${name}: ${was(before, name)} -> ${was(after, name)}`)
  return glimpse(changes.join(', '))
}

function was (members: AuditEntry['before'], name: string): string {
  return members === null ? 'nothing' : JSON.stringify(members[name])
}

export default command
