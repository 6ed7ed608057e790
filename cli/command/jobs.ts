import { elementsOf, members } from '../../client/json-text.ts'
import { listedStates } from '../../schemas/state.ts'
import { aQueue, text, whole, type Call, type Command } from '../command.ts'
import { filterOptions, filterQuery, isFiltered } from '../filter.ts'
import { Usage } from '../io/exit.ts'
import { glimpse, instant, table } from '../io/table.ts'
import type { Job } from '../../client/schema.ts'

const command: Command = {
  positionals: aQueue,
  options: {
    state: text('Which', { choices: listedStates, default: 'waiting' }),
    ...filterOptions,
    order: text('From which end', { choices: ['asc', 'desc'], default: 'asc' }),
    limit: text('How many at most, or all', { default: '50' }),
    offset: text('How many to pass over; not with a filter', { default: '0' })
  },
  examples: [
    ['presque jobs mail --state failed', 'what has failed for good, and why'],
    ['presque jobs mail --state retrying', 'what has failed and is tried again'],
    ['presque jobs mail --state failed --text 99812', 'those with that in their payload'],
    ['presque jobs mail --state failed --since 2h --order desc', 'of the last two hours'],
    ['presque jobs mail --state failed --limit 1000 | jq -c .payload', 'their payloads']
  ],
  async run (call) {
    const { state, limit, offset } = call.args
    const most = limit === 'all' ? Infinity : whole(limit, 'limit')
    const first = whole(offset, 'offset')
    if (first > 0 && isFiltered(call.args)) throw new Usage('a filter goes without --offset')
    const jobs = first > 0 ? pages(call, most, first) : slices(call, most)
    let shown = 0
    let rows: string[][] = []
    const flush = async () => {
      if (rows.length > 0) await call.tell({}, table(head, rows))
      rows = []
    }
    for await (const found of jobs) {
      shown += found.length
      if (call.json) for (const job of found) await call.tell(job, '')
      else rows.push(...found.map(row))
      if (rows.length >= 1000) await flush()
    }
    await flush()
    if (shown === 0 && !call.json) {
      call.remark(`no job of ${call.queue} ${isFiltered(call.args) ? 'matches' : `is ${state}`}`)
    }
  }
}

// A page may have fewer jobs than were asked for: it ends at 8 MiB.
async function * pages (call: Call, most: number, offset: number): AsyncGenerator<string[]> {
  const { state, order } = call.args
  for (let left = most; left > 0;) {
    const query = { state, order, limit: Math.min(left, 1000), offset }
    const { text } = await call.presque.request('GET', `/j/${call.queue}`, { query })
    const jobs = elementsOf(text, 'jobs')
    if (jobs.length === 0) return
    yield jobs
    left -= jobs.length
    offset += jobs.length
  }
}

// Jobs that come and go meanwhile make no job appear twice, or not at all.
async function * slices (call: Call, most: number): AsyncGenerator<string[]> {
  const { state, order } = call.args
  const filter = filterQuery(call.args)
  const progress = new Progress(call)
  let after: string | null = ''
  for (let left = most; left > 0 && after !== null;) {
    const query = { state, order, ...filter, limit: Math.min(left, 1000), after }
    const { text } = await call.presque.request('GET', `/j/${call.queue}`, { query })
    const known = members(text)
    const jobs = elementsOf(text, 'jobs')
    yield jobs
    left -= jobs.length
    after = JSON.parse(known.get('next') ?? 'null')
    progress.add(Number(known.get('scanned')), Number(known.get('total')))
  }
}

const remarkEach = 20_000

/** Tells people how many jobs have been searched, of many. */
class Progress {
  readonly #call: Call
  #scanned = 0

  constructor (call: Call) {
    this.#call = call
  }

  add (scanned: number, total: number): void {
    const before = Math.floor(this.#scanned / remarkEach)
    this.#scanned += scanned
    const isTime = Math.floor(this.#scanned / remarkEach) > before
    if (this.#call.io.errors.isTTY === true && isTime) {
      this.#call.remark(`searched ${this.#scanned} of ${total} jobs`)
    }
  }
}

const head = ['id', 'attempt', 'run at', 'error', 'payload']

function row (text: string): string[] {
  const { id, attempt, tries, run_at: at, last_error: error } = JSON.parse(text) as Job
  const message = String(error?.message ?? error?.type ?? '')
  const payload = members(text).get('payload') ?? ''
  return [id, `${attempt}/${tries}`, instant(at), glimpse(message, 40), glimpse(payload)]
}

export default command
