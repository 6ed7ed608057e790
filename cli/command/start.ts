import { aQueue, type Command } from '../command.ts'

const command: Command = {
  positionals: aQueue,
  examples: [['presque start mail', 'its jobs are given out again']],
  async run (call) {
    await call.presque.request('POST', `/control/${call.queue}`, { body: '{"status":"start"}' })
    await call.tell({ queue: call.queue, status: 'start' }, `${call.queue} gives out jobs`)
  }
}

export default command
