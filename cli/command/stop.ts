import { aQueue, text, type Command } from '../command.ts'

const command: Command = {
  positionals: aQueue,
  options: { for: text('Seconds after which it opens by itself') },
  examples: [
    ['presque stop mail', 'jobs still come in; none goes out until presque start mail'],
    ['presque stop mail --for 600', 'for ten minutes']
  ],
  async run (call) {
    const seconds = call.args['for']
    await call.presque.request('POST', `/control/${call.queue}`, { body: JSON.stringify({ status: 'stop', ...(seconds !== undefined && { for: Number(seconds) }) }) })
    await call.tell({ queue: call.queue, status: 'stop' }, `${call.queue} is stopped${seconds === undefined ? '' : ` for ${seconds} s`}`)
  }
}

export default command
