import { aJob, seconds, type Command } from '../command.ts'
import { glimpse, instant, list } from '../io/table.ts'

const command: Command = {
  positionals: aJob,
  options: { wait: seconds('To wait until it has finished') },
  examples: [
    ['presque job mail 42', 'all that is known of it'],
    ['presque job mail 42 --wait 60 --json | jq .result', 'its result, once there is one']
  ],
  async run (call) {
    const query = { wait: call.args['wait'] }
    const { text } = await call.presque.request('GET', `/j/${call.queue}/${call.id}`, { query })
    await call.tell(text, () => worded(JSON.parse(text)))
  }
}

function worded (job: Record<string, unknown>): string {
  const known = Object.entries(job).filter(([, value]) => value !== null)
  return list(known.map(([name, value]) => [name.replaceAll('_', ' '), wordedValue(name, value)]))
}

function wordedValue (name: string, value: unknown): string {
  if (name.endsWith('_at') && typeof value === 'number') return instant(value)
  return typeof value === 'object' ? glimpse(JSON.stringify(value), 1000) : String(value)
}

export default command
