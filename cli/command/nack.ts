import { aJob, flag, seconds, type Command } from '../command.ts'
import { instant } from '../io/table.ts'

const command: Command = {
  positionals: { ...aJob, receipt: { type: 'string', description: 'What came with it' }, message: { type: 'string', description: 'Why' } },
  options: { delay: seconds('Until it runs again'), final: flag('It is not to be tried again'), release: flag('Give it back instead, as if nothing had been') },
  examples: [
    ["presque nack mail 42 1-5f2b6c1d0a9e8f77 'no such mailbox' --final", 'it has failed for good'],
    ['presque nack mail 42 1-5f2b6c1d0a9e8f77 --release', 'somebody else is to do it']
  ],
  async run (call) {
    const { receipt, message, delay, final, release } = call.args
    const path = `/j/${call.queue}/${call.id}`
    if (release) {
      await call.presque.request('POST', `${path}/release`, { query: { receipt, delay } })
      return await call.tell({ queue: call.queue, id: call.id, state: 'waiting' }, `job ${call.id} is given back`)
    }
    const failure = { ...(message !== undefined && { error: { message } }), ...(delay !== undefined && { delay: Number(delay) }), ...(final && { retry: false }) }
    const { text: verdict } = await call.presque.request('POST', `${path}/nack`, { query: { receipt }, body: JSON.stringify(failure) })
    const { state, run_at: at } = JSON.parse(verdict) as { state: string, run_at?: number }
    await call.tell({ queue: call.queue, id: call.id, state, run_at: at }, at === undefined ? `job ${call.id} has failed for good` : `job ${call.id} runs again at ${instant(at)}`)
  }
}

export default command
