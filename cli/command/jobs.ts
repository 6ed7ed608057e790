import { aQueue, text, type Command } from '../command.ts'
import { elements } from '../json-text.ts'
import { glimpse, instant, table } from '../table.ts'
import type { Job } from '../../client/answer.ts'

const command: Command = {
  positionals: aQueue,
  options: {
    state: text('Which', { choices: ['waiting', 'delayed', 'active', 'failed', 'completed'], default: 'waiting' }),
    limit: text('How many at most', { default: '50' }),
    offset: text('How many to pass over', { default: '0' })
  },
  examples: [
    ['presque jobs mail --state failed', 'what has failed for good, and why'],
    ['presque jobs mail --state failed --limit 1000 | jq -c .payload', 'their payloads']
  ],
  async run (call) {
    const { state, limit, offset } = call.args
    const { text } = await call.presque.request('GET', `/j/${call.queue}`, { query: { state, limit, offset } })
    const jobs = elements(text, 'jobs')
    if (call.json) for (const job of jobs) await call.tell(job, '')
    else if (jobs.length === 0) call.remark(`no job of ${call.queue} is ${state}`)
    else await call.tell({}, table(['id', 'attempt', 'run at', 'error', 'payload'], jobs.map(row)))
  }
}

function row (text: string): Array<string | number> {
  const { id, attempt, tries, run_at: at, last_error: error } = JSON.parse(text) as Job
  return [id, `${attempt}/${tries}`, instant(at), glimpse(String(error?.message ?? error?.type ?? ''), 40), glimpse(text.slice(text.lastIndexOf('"payload":') + 10, -1))]
}

export default command
