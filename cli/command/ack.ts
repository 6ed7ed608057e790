import { aJob, type Command } from '../command.ts'
import { payloadError } from '../io/json-text.ts'
import { Usage } from '../io/exit.ts'

const command: Command = {
  positionals: {
    ...aJob,
    receipt: { type: 'string', description: 'What came with it' },
    result: { type: 'string', description: 'JSON' }
  },
  examples: [
    ['presque ack mail 42 1-5f2b6c1d0a9e8f77', 'it is done'],
    ["presque ack mail 42 1-5f2b6c1d0a9e8f77 '{\"sent\":true}'", 'with its result']
  ],
  async run (call) {
    const { queue, id, args: { receipt, result } } = call
    if (result !== undefined && payloadError(result)?.startsWith('this is not')) {
      throw new Usage('the result must be JSON')
    }
    const what = { query: { receipt }, body: result }
    await call.presque.request('POST', `/j/${queue}/${id}/ack`, what)
    await call.tell({ queue, id, acked: true }, `job ${id} is done`)
  }
}

export default command
