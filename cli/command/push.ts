import { aQueue, flag, name, seconds, text, type Call, type Command } from '../command.ts'
import { exits, Failure, Usage } from '../io/exit.ts'
import { oneLine } from '../io/json-text.ts'
import { payload, sources } from '../io/payload.ts'
import { write } from '../io/surroundings.ts'

// Options of one job and of many.
const shared = {
  delay: seconds('From now'),
  delayed: text('Epoch seconds before which it is not given out'),
  priority: text('0 to 9, lower is sooner'),
  tries: text('Deliveries before it has failed for good'),
  'max-lost': text('Leases in a row that may expire before that, or none'),
  ttl: seconds('After which it is dropped if no worker has taken it'),
  keep: seconds('To keep the finished job and its result'),
  tags: text('Words to find it by: acme,invoice')
}

const single = {
  uniq: text('At most one unfinished job of the queue has this key'),
  'on-duplicate': text('With --uniq', { choices: ['reject', 'ignore', 'replace'] }),
  wait: seconds('To wait for the result, which is then printed'),
  depends: text('Only after these jobs of the queue: 12,13')
}

const command: Command = {
  positionals: { ...aQueue, job: { type: 'string', description: sources } },
  options: {
    ...shared,
    ...single,
    'idempotency-key': text(
      'The same key adds nothing for a day; with --ndjson, each line has its own'
    ),
    ndjson: flag('Every line is a job: from standard input, or @FILE')
  },
  examples: [
    ["presque push mail '{\"to\":\"ann\"}'", 'puts a job in, and prints its id'],
    [
      'presque push mail @job.json --delay 60 --priority 1',
      'out of a file, in a minute, before others'
    ],
    ['presque push mail --ndjson < jobs.ndjson', 'a job for each line'],
    ["presque push sum '{\"add\":[1,2]}' --wait 30", 'waits for a worker, and prints its result']
  ],
  async run (call) {
    const { queue, job, ndjson } = call.args
    // A wrong name must be found before standard input is read, which can be read once only.
    name(queue)
    if (!ndjson) return await push(call, await payload(job, call.io))
    const { pushLines } = await import('../io/ndjson.ts')
    return await pushLines(call, queryOf(call, shared), keyOfLines(call))
  }
}

function queryOf ({ args }: Call, options: object): Record<string, string | undefined> {
  return Object.fromEntries(Object.keys(options).map(option => {
    const given = args[option]
    const value = option === 'max-lost' && given === 'none' ? 'null' : given
    return [option.replaceAll('-', '_'), value]
  }))
}

function keyOfLines ({ args }: Call): string | undefined {
  const given = Object.keys(single).find(option => args[option] !== undefined)
  if (given !== undefined) throw new Usage(`--${given} is for one job, not for --ndjson`)
  return args['idempotency-key']
}

async function push (call: Call, body: string): Promise<number> {
  const { queue, args: { 'idempotency-key': key, wait } } = call
  const query = queryOf(call, { ...shared, ...single })
  const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key }
  const answer = await call.presque.request('POST', `/q/${queue}`, { query, body, headers })
  const id = answer.headers.get('x-presque-job')
  if (wait !== undefined && answer.status !== 201) return await printResult(call, answer, id)
  const duplicate = answer.headers.has('x-presque-duplicate')
  const words = duplicate ? `${queue} has that job already: ${id}` : `job ${id} is in ${queue}`
  await call.tell({ queue, id, ...(duplicate && { duplicate }) }, words)
  return exits.done
}

async function printResult (
  call: Call, { status, text }: { status: number, text: string }, id: string | null
): Promise<number> {
  if (status === 202) {
    const help = `'presque job ${call.queue} ${id} --wait 60' waits on`
    throw new Failure(`job ${id} has not finished yet: ${help}`, exits.nothing)
  }
  await write(call.io.output, `${call.json ? oneLine(text) : text}\n`)
  return exits.done
}

export default command
