import { aQueue, type Command } from '../command.ts'

const command: Command = {
  positionals: aQueue,
  examples: [['presque start mail', 'its jobs are given out again']],
  async run (call) {
    const { queue } = call
    await call.presque.start(queue)
    await call.tell({ queue, status: 'start' }, `${queue} gives out jobs`)
  }
}

export default command
