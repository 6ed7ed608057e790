import { aQueue, seconds, type Command } from '../command.ts'

const command: Command = {
  positionals: aQueue,
  options: { for: seconds('After which it opens by itself') },
  examples: [
    ['presque stop mail', 'jobs still come in; none goes out until presque start mail'],
    ['presque stop mail --for 600', 'for ten minutes']
  ],
  async run (call) {
    const length = call.args['for']
    await call.presque.request('POST', `/control/${call.queue}`, { body: JSON.stringify({ status: 'stop', ...(length !== undefined && { for: Number(length) }) }) })
    await call.tell({ queue: call.queue, status: 'stop' }, `${call.queue} is stopped${length === undefined ? '' : ` for ${length} s`}`)
  }
}

export default command
