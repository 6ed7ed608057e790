import { flag, name, seconds, text, type Call, type Command } from '../command.ts'
import { exits, Failure, Usage } from '../io/exit.ts'
import { follow } from '../io/follow.ts'
import { hold } from '../io/hold.ts'
import { hasStatus } from '../../client/error.ts'
import { delivered, type Delivery } from '../../client/delivery.ts'

const command: Command = {
  positionals: {
    queues: { type: 'string', description: 'Queues, the first that has a job serves' }
  },
  options: {
    lease: seconds('After which it comes back unless presque ack acknowledges it'),
    wait: seconds('To wait for a job'),
    follow: flag('Go on, one job after another'),
    ack: flag('With --lease: acknowledge it once it is printed'),
    worker: text('Who takes it')
  },
  examples: [
    ['presque pop mail', 'prints a job byte for byte, and removes it once it is printed'],
    ['presque pop urgent mail --wait 20', 'waits for one, of the first queue that has one'],
    ['presque pop mail --lease 30 --json', 'with its id and receipt, for presque ack and nack'],
    ['presque pop mail --follow >> jobs.ndjson', 'prints each job that comes; none is lost']
  ],
  async run (call) {
    const { lease, ack, follow: goOn } = call.args
    const queues = call.args['queues'].map(name)
    if (goOn && lease !== undefined && !ack) {
      throw new Usage('--follow with --lease needs --ack: who else would acknowledge the jobs?')
    }
    return goOn ? await follow(call, queues) : await once(call, queues)
  }
}

async function once (call: Call, queues: string[]): Promise<number> {
  const { ack, lease = '', wait, worker, json } = call.args
  const job = await take(call, queues, { lease, wait, worker_id: worker })
  const stays = call.args['lease'] !== undefined && !ack
  await hold(call, [job], stays)
  if (stays && !json) {
    const { queue, id, receipt } = job
    call.remark(`job ${id}, until it is done: presque ack ${queue} ${id} ${receipt}`)
  }
  return exits.done
}

async function take (
  { presque }: Call, queues: string[], query: Record<string, string | undefined>
): Promise<Delivery> {
  try {
    return delivered(await presque.request('POST', `/q/${queues.join(',')}/take`, { query }))
  } catch (error) {
    if (!hasStatus(error, 404) || error.message !== 'queue is closed') throw error
    const which = queues.length === 1 ? `${queues[0]} is` : 'these queues are'
    const help = `'presque start ${queues[0]}' lets it give out jobs again`
    throw new Failure(`${which} stopped: ${help}`, exits.nothing)
  }
}

export default command
