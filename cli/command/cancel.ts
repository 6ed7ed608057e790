import { listedStates } from '../../schemas/state.ts'
import { aJob, text, whole, type Command } from '../command.ts'
import { Usage } from '../io/exit.ts'

const command: Command = {
  positionals: aJob,
  options: {
    state: text('Instead of one job: all of this state', { choices: listedStates }),
    error: text('With --state: only jobs of the error group of this fingerprint'),
    limit: text('With --state: how many at most, the oldest first')
  },
  examples: [
    ['presque cancel mail 42', 'its worker learns it at its next touch'],
    ['presque cancel mail --state failed', 'drops all that have failed']
  ],
  async run (call) {
    const { queue, args: { id, state, limit, error } } = call
    if ((id === undefined) === (state === undefined)) {
      throw new Usage('which one: give the number of a job, or --state')
    }
    if (state === undefined) {
      await call.presque.cancel(queue, call.id)
      return await call.tell({ queue, id, cancelled: true }, `job ${id} is gone`)
    }
    if (limit !== undefined) whole(limit, 'limit')
    const query = { state, limit, error }
    const { text } = await call.presque.request('DELETE', `/j/${queue}`, { query })
    await call.tell(text, () => `${JSON.parse(text).count} jobs are gone`)
  }
}

export default command
