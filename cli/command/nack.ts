import { aJob, flag, seconds, type Arguments, type Command } from '../command.ts'
import { instant } from '../io/table.ts'

const command: Command = {
  positionals: {
    ...aJob,
    receipt: { type: 'string', description: 'What came with it' },
    message: { type: 'string', description: 'Why' }
  },
  options: {
    delay: seconds('Until it runs again'),
    final: flag('It is not to be tried again'),
    release: flag('Give it back instead, as if nothing had been')
  },
  examples: [
    [
      "presque nack mail 42 1-5f2b6c1d0a9e8f77 'no such mailbox' --final",
      'it has failed for good'
    ],
    ['presque nack mail 42 1-5f2b6c1d0a9e8f77 --release', 'another worker is to do it']
  ],
  async run (call) {
    const { queue, id, args: { receipt, delay, release } } = call
    const path = `/j/${queue}/${id}`
    if (release) {
      await call.presque.request('POST', `${path}/release`, { query: { receipt, delay } })
      return await call.tell({ queue, id, state: 'waiting' }, `job ${id} is released`)
    }
    const what = { query: { receipt }, body: JSON.stringify(failureOf(call.args)) }
    const { text } = await call.presque.request('POST', `${path}/nack`, what)
    const { state, run_at: at } = JSON.parse(text) as { state: string, run_at?: number }
    const fate = at === undefined ? 'has failed for good' : `runs again at ${instant(at)}`
    await call.tell({ queue, id, state, run_at: at }, `job ${id} ${fate}`)
  }
}

function failureOf ({ message, delay, final }: Arguments) {
  return {
    ...(message !== undefined && { error: { message } }),
    ...(delay !== undefined && { delay: Number(delay) }),
    ...(final && { retry: false })
  }
}

export default command
