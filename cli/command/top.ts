import { text, type Call, type Command } from '../command.ts'
import { failure } from '../failure.ts'
import { head, row, type Summary } from './status.ts'
import { table } from '../table.ts'
import { write } from '../surroundings.ts'
import { events } from '../event-stream.ts'
import { backoff, pause } from '../../client/patience.ts'

const command: Command = {
  options: { search: text('Only queues with this in their name') },
  examples: [
    ['presque top', 'all queues with their counts, live; Ctrl-C ends it'],
    ['presque top --search mail | jq -c .queues', 'in a pipe: a line of JSON for each change']
  ],
  async run (call) {
    for (let failures = 0; ; failures++) {
      try {
        for await (const { event, data } of events(call, `/summary?search=${encodeURIComponent(call.args['search'] ?? '')}`)) {
          failures = 0
          await show(call, event, data)
        }
      } catch (error) {
        const { message, exit } = failure(error, call.url)
        if (exit !== 4 || failures === 5) throw error
        call.remark(message)
      }
      await pause(backoff(failures))
    }
  }
}

const queues = new Map<string, Summary & { rate?: string }>()
let lastAt = 0

async function show (call: Call, event: string, data: string): Promise<void> {
  if (call.json) return await call.tell(data, '')
  if (event === 'away') return call.remark('Redis is away')
  const { time, queues: changed, gone = [] } = JSON.parse(data) as { time: number, queues: Summary[], gone?: string[] }
  if (event === 'summary') queues.clear()
  for (const name of gone) queues.delete(name)
  for (const one of queues.values()) one.rate = '0/s'
  for (const one of changed) queues.set(one.queue, { ...one, rate: rate(one, queues.get(one.queue), time - lastAt) })
  lastAt = time
  await draw(call)
}

function rate (now: Summary, before: Summary | undefined, seconds: number): string {
  return before === undefined ? '-' : `${((now.processed - before.processed) / seconds).toFixed(1)}/s`
}

async function draw ({ io: { output }, url }: Call): Promise<void> {
  const shown = [...queues.values()].sort((a, b) => a.queue < b.queue ? -1 : 1).slice(0, Math.max(1, (output.rows ?? 24) - 4))
  const rows = shown.map(one => [...row(one), one.rate ?? '-'])
  // Home, and clear what is below: no flicker.
  await write(output, `\u001b[H\u001b[J${url}  ${new Date(lastAt * 1000).toLocaleTimeString()}  ${queues.size} queues\n\n${table([...head, 'done'], rows)}\n`)
}

export default command
