import type { Latency } from '../../schemas/latency.ts'
import { aQueue, text, whole, type Command } from '../command.ts'
import { instant, table } from '../io/table.ts'

const steps = { minute: 60, hour: 3600 }

const command: Command = {
  positionals: aQueue,
  options: {
    by: text('The periods', { choices: Object.keys(steps), default: 'minute' }),
    limit: text('How many of the last periods with jobs', { default: '20' })
  },
  examples: [
    ['presque latency mail', 'how long jobs waited and ran in the last minutes'],
    ['presque latency mail --by hour --limit 2160', 'the same for the hours of 90 days']
  ],
  async run (call) {
    const limit = whole(call.args['limit'], 'limit', 1)
    const query = { step: steps[call.args['by'] as keyof typeof steps] }
    const { text } = await call.presque.request('GET', `/latency/${call.queue}`, { query })
    const found = JSON.parse(text) as Latency
    const first = Math.max(0, found.times.length - limit)
    const shown = found.times.map((_, i) => i).slice(first)
    if (call.json) for (const i of shown) await call.tell(periodOf(found, i), '')
    else if (shown.length === 0) call.remark('no job is on record')
    else await call.tell({}, table(head, shown.map(i => row(periodOf(found, i)))))
  }
}

function periodOf ({ times, wait, run }: Latency, i: number) {
  return { at: times[i]!, wait: quantilesAt(wait, i), run: quantilesAt(run, i) }
}

function quantilesAt ({ count, p50, p95, p99 }: Latency['wait'], i: number) {
  return { count: count[i]!, p50: p50[i]!, p95: p95[i]!, p99: p99[i]! }
}

const quantiles = ['p50', 'p95', 'p99']
const head = ['from', 'taken', ...quantiles, 'ended', ...quantiles]

function row ({ at, wait, run }: ReturnType<typeof periodOf>): Array<string | number> {
  const cells = [wait, run].flatMap(({ count, p50, p95, p99 }) => {
    return [count, inWords(p50), inWords(p95), inWords(p99)]
  })
  return [instant(at), ...cells]
}

function inWords (seconds: number | null): string {
  if (seconds === null) return '-'
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`
  return seconds < 100 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`
}

export default command
