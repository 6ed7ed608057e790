import { elementsOf, members } from '../../client/json-text.ts'
import { listedStates } from '../../schemas/state.ts'
import { aQueue, text, whole, type Call, type Command } from '../command.ts'
import { glimpse, instant, table } from '../io/table.ts'
import type { Job } from '../../client/schema.ts'

const command: Command = {
  positionals: aQueue,
  options: {
    state: text('Which', { choices: listedStates, default: 'waiting' }),
    limit: text('How many at most, or all', { default: '50' }),
    offset: text('How many to pass over', { default: '0' })
  },
  examples: [
    ['presque jobs mail --state failed', 'what has failed for good, and why'],
    ['presque jobs mail --state retrying', 'what has failed and is tried again'],
    ['presque jobs mail --state failed --limit 1000 | jq -c .payload', 'their payloads']
  ],
  async run (call) {
    const { state, limit, offset } = call.args
    const most = limit === 'all' ? Infinity : whole(limit, 'limit')
    let shown = 0
    for await (const jobs of pages(call, most, whole(offset, 'offset'))) {
      shown += jobs.length
      if (call.json) for (const job of jobs) await call.tell(job, '')
      else await call.tell({}, table(head, jobs.map(row)))
    }
    if (shown === 0 && !call.json) call.remark(`no job of ${call.queue} is ${state}`)
  }
}

// A page may have fewer jobs than were asked for: it ends at 8 MiB.
async function * pages (call: Call, most: number, offset: number): AsyncGenerator<string[]> {
  for (let left = most; left > 0;) {
    const query = { state: call.args['state'], limit: Math.min(left, 1000), offset }
    const { text } = await call.presque.request('GET', `/j/${call.queue}`, { query })
    const jobs = elementsOf(text, 'jobs')
    if (jobs.length === 0) return
    yield jobs
    left -= jobs.length
    offset += jobs.length
  }
}

const head = ['id', 'attempt', 'run at', 'error', 'payload']

function row (text: string): Array<string | number> {
  const { id, attempt, tries, run_at: at, last_error: error } = JSON.parse(text) as Job
  const message = String(error?.message ?? error?.type ?? '')
  const payload = members(text).get('payload') ?? ''
  return [id, `${attempt}/${tries}`, instant(at), glimpse(message, 40), glimpse(payload)]
}

export default command
