import { aQueue, flag, name, seconds, text, type Call, type Command } from '../command.ts'
import { exits, Failure, Usage } from '../io/exit.ts'
import { oneLine } from '../io/json-text.ts'
import { payload, sources } from '../io/payload.ts'
import { write } from '../io/surroundings.ts'

const together = { delay: seconds('From now'), delayed: text('Epoch seconds before which it is not given out'), priority: text('0 to 9, lower is sooner'), tries: text('Deliveries before it has failed for good'), 'max-lost': text('Leases in a row that may run out before that, or none'), ttl: seconds('After which it is dropped if no worker has taken it'), keep: seconds('To keep the finished job and its result') }
const single = { uniq: text('At most one unfinished job of the queue has this key'), 'on-duplicate': text('With --uniq', { choices: ['reject', 'ignore', 'replace'] }), wait: seconds('To wait for the result, which is then printed'), depends: text('Only after these jobs of the queue: 12,13') }

const command: Command = {
  positionals: { ...aQueue, job: { type: 'string', description: sources } },
  options: { ...together, ...single, 'idempotency-key': text('The same key adds nothing for a day; with --ndjson, each line has its own'), ndjson: flag('Every line is a job: from standard input, or @FILE') },
  examples: [
    ["presque push mail '{\"to\":\"ann\"}'", 'puts a job in, and prints its id'],
    ['presque push mail @job.json --delay 60 --priority 1', 'out of a file, in a minute, before others'],
    ['presque push mail --ndjson < jobs.ndjson', 'a job for each line'],
    ["presque push sum '{\"add\":[1,2]}' --wait 30", 'waits for a worker, and prints its result']
  ],
  async run (call) {
    // Before anything is read: standard input may be gone then.
    name(call.args['queue'])
    if (call.args['ndjson']) return await (await import('../io/ndjson.ts')).pushLines(call, query(call, together), refuseSingle(call))
    return await push(call, await payload(call.args['job'], call.io))
  }
}

function query ({ args }: Call, options: object): Record<string, string | undefined> {
  return Object.fromEntries(Object.keys(options).map(name => [name.replaceAll('-', '_'), name === 'max-lost' && args[name] === 'none' ? 'null' : args[name]]))
}

function refuseSingle ({ args }: Call): string | undefined {
  const given = Object.keys(single).find(name => args[name] !== undefined)
  if (given !== undefined) throw new Usage(`--${given} is for one job, not for --ndjson`)
  return args['idempotency-key']
}

async function push (call: Call, body: string): Promise<number> {
  const key = call.args['idempotency-key']
  const answer = await call.presque.request('POST', `/q/${call.queue}`, { query: query(call, { ...together, ...single }), body, headers: key === undefined ? {} : { 'idempotency-key': key } })
  const id = answer.headers.get('x-presque-job')
  if (call.args['wait'] !== undefined && answer.status !== 201) return await result(call, answer, id)
  const duplicate = answer.headers.has('x-presque-duplicate')
  await call.tell({ queue: call.queue, id, ...(duplicate && { duplicate }) }, duplicate ? `${call.queue} has that job already: ${id}` : `job ${id} is in ${call.queue}`)
  return exits.done
}

async function result (call: Call, { status, text }: { status: number, text: string }, id: string | null): Promise<number> {
  if (status === 202) throw new Failure(`job ${id} has not finished yet: 'presque job ${call.queue} ${id} --wait 60' waits on`, exits.nothing)
  await write(call.io.output, `${call.json ? oneLine(text) : text}\n`)
  return exits.done
}

export default command
