import { aQueue, seconds, type Command } from '../command.ts'

const command: Command = {
  positionals: aQueue,
  options: { for: seconds('After which it opens by itself') },
  examples: [
    ['presque stop mail', 'jobs still come in; none goes out until presque start mail'],
    ['presque stop mail --for 600', 'for ten minutes']
  ],
  async run (call) {
    const { queue, args: { for: length } } = call
    await call.presque.stop(queue, length === undefined ? {} : { for: Number(length) })
    const end = length === undefined ? '' : ` for ${length} s`
    await call.tell({ queue, status: 'stop' }, `${queue} is stopped${end}`)
  }
}

export default command
