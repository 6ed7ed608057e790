import { flag, name, text, type Call, type Command } from '../command.ts'
import { exits, Failure, Usage } from '../failure.ts'
import { write } from '../surroundings.ts'
import type { Delivery, Taken } from '../../client/delivery.ts'

const command: Command = {
  positionals: { queues: { type: 'string', description: 'Queues, the first that has a job serves' } },
  options: {
    lease: text('Seconds after which it comes back unless it is acknowledged'),
    wait: text('Seconds to wait for a job'),
    follow: flag('Go on, one job after another'),
    ack: flag('Take it on lease, and acknowledge it once it is printed'),
    worker: text('Who takes it')
  },
  examples: [
    ['presque pop mail', 'takes a job for good, and prints it byte for byte'],
    ['presque pop urgent mail --wait 20', 'waits for one, of the first queue that has one'],
    ['presque pop mail --lease 30 --json', 'with its id and receipt, for presque ack and nack'],
    ['presque pop mail --follow --ack >> jobs.ndjson', 'prints whatever comes; none is lost']
  ],
  async run (call) {
    const { lease, follow, ack } = call.args
    if (follow && lease !== undefined && !ack) throw new Usage('--follow with --lease needs --ack: who else would acknowledge the jobs?')
    if (!follow) return await once(call)
    for (;;) await once(call)
  }
}

async function once (call: Call): Promise<number> {
  const { follow, ack, lease = ack ? '' : undefined, wait = follow ? '20' : undefined, worker } = call.args
  const { presque } = call
  const job = await presque.take(call.args['queues'].map(name), { lease, wait, worker })
  if (job === null) {
    if (!follow) throw new Failure('no job', exits.nothing)
    return exits.nothing
  }
  await print(call, job)
  if (ack) await presque.ack(job as Delivery)
  return exits.done
}

async function print (call: Call, job: Taken | Delivery): Promise<void> {
  if (!('receipt' in job)) return await (call.args['json'] ? call.tell(job.text, '') : write(call.io.output, `${job.text}\n`))
  const { queue, id, receipt, attempt, expires, text } = job
  if (call.args['json']) return await call.tell(`${JSON.stringify({ queue, id, receipt, attempt, expires }).slice(0, -1)},"payload":${text}}`, '')
  await write(call.io.output, `${text}\n`)
  if (!call.args['ack']) call.remark(`job ${id}, until it is done: presque ack ${queue} ${id} ${receipt}`)
}

export default command
