import { text, type Call, type Command } from '../command.ts'
import { exits, failure } from '../io/exit.ts'
import { head, row, type Summary } from './status.ts'
import { table } from '../io/table.ts'
import { write } from '../io/surroundings.ts'
import { events } from '../io/sse.ts'
import { listenForKeys } from '../io/terminal.ts'
import { backoff, pause, retry } from '../../client/http/backoff.ts'

/** The columns to sort by: names from a to z, numbers from the largest. */
const orders = [
  'queue', 'waiting', 'delayed', 'retrying', 'active', 'failed', 'oldest', 'in', 'out'
] as const

type Order = typeof orders[number]

/** A queue, and once they are known the rates of its jobs, in and out, by the second. */
interface Shown extends Summary { in?: number, out?: number }

const command: Command = {
  options: {
    search: text('Only queues with this in their name'),
    sort: text(
      'On a terminal: the column to sort by, names from a to z, numbers from the largest',
      { choices: orders, default: 'queue' }
    )
  },
  examples: [
    ['presque top', 'all queues with their counts, live; s sorts by the next column, q ends it'],
    ['presque top --sort waiting', 'the longest queue first'],
    ['presque top --search mail | jq -c .queues', 'in a pipe: a line of JSON for each change']
  ],
  async run (call) {
    const over = new AbortController()
    const screen = new Screen(call)
    const keys = call.json
      ? undefined
      : listenForKeys(call.io, async key => {
        if (key === 'q') over.abort()
        if (key === 's') await screen.sortByNext()
      })
    try {
      await watch(call, screen, over.signal)
    } finally {
      keys?.stop()
    }
  }
}

const mostFailures = 5

// A server that is away is asked again for some seconds.
async function watch (call: Call, screen: Screen, signal: AbortSignal): Promise<void> {
  const isRetried = (error: unknown, failures: number): boolean => {
    const { message, exit } = failure(error, call.url)
    if (signal.aborted || exit !== exits.away || failures === mostFailures) return false
    call.remark(message)
    return true
  }
  try {
    while (!signal.aborted) {
      await retry(async () => await follow(call, screen, signal), isRetried, signal)
      await pause(backoff(0), signal)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

// Ends when the stream ends. A stream that breaks after its first event is no failure.
async function follow (call: Call, screen: Screen, signal: AbortSignal): Promise<void> {
  const path = `/summary?search=${encodeURIComponent(call.args['search'] ?? '')}`
  let isOpen = false
  try {
    for await (const { event, data } of events(call, path, signal)) {
      isOpen = true
      await screen.show(event, data)
    }
  } catch (error) {
    const { message, exit } = failure(error, call.url)
    if (!isOpen || signal.aborted || exit !== exits.away) throw error
    call.remark(message)
  }
}

class Screen {
  readonly #call: Call
  readonly #queues = new Map<string, Shown>()
  #at = 0
  #order: Order

  constructor (call: Call) {
    this.#call = call
    this.#order = call.args['sort']
  }

  async show (event: string, data: string): Promise<void> {
    if (this.#call.json) return await this.#call.tell(data, '')
    if (event === 'away') return this.#call.remark('Redis is away')
    const { time, queues: changed, gone = [] } =
      JSON.parse(data) as { time: number, queues: Summary[], gone?: string[] }
    if (event === 'summary') this.#queues.clear()
    for (const name of gone) this.#queues.delete(name)
    for (const one of this.#queues.values()) Object.assign(one, { in: 0, out: 0 })
    for (const one of changed) this.#queues.set(one.queue, this.#rated(one, time - this.#at))
    this.#at = time
    await this.#draw()
  }

  async sortByNext (): Promise<void> {
    this.#order = orders[(orders.indexOf(this.#order) + 1) % orders.length]!
    if (this.#at > 0) await this.#draw()
  }

  #rated (now: Summary, seconds: number): Shown {
    const before = this.#queues.get(now.queue)
    if (before === undefined || seconds <= 0) return now
    const rate = (what: 'pushed' | 'processed') => (now[what] - before[what]) / seconds
    return { ...now, in: rate('pushed'), out: rate('processed') }
  }

  async #draw (): Promise<void> {
    const { io: { output }, url } = this.#call
    const fit = Math.max(1, (output.rows ?? 24) - 4)
    const shown = sorted([...this.#queues.values()], this.#order).slice(0, fit)
    const rows = shown.map(one => [...row(one), perSecond(one.in), perSecond(one.out)])
    const time = new Date(this.#at * 1000).toLocaleTimeString()
    const keys = `by ${this.#order} (s: next), q: end`
    const title = `${url}  ${time}  ${this.#queues.size} queues  ${keys}`
    // The cursor goes home, and the rest of the screen is cleared: this does not flicker.
    await write(output, `\u001b[H\u001b[J${title}\n\n${table([...head, 'in', 'out'], rows)}\n`)
  }
}

function sorted (queues: Shown[], order: Order): Shown[] {
  const value = (one: Shown) => order === 'queue' ? 0 : number(one, order)
  return queues.sort((a, b) => value(b) - value(a) || (a.queue < b.queue ? -1 : 1))
}

function number (one: Shown, order: Exclude<Order, 'queue'>): number {
  if (order === 'oldest') return one.oldest_age ?? -1
  return order === 'in' || order === 'out' ? one[order] ?? -1 : one.counts[order]
}

function perSecond (rate: number | undefined): string {
  return rate === undefined ? '-' : `${rate.toFixed(1)}/s`
}

export default command
