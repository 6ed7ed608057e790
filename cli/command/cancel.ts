import { listedStates } from '../../schemas/state.ts'
import { aJob, text, whole, type Command } from '../command.ts'
import { assertSingle, dryRun, filterOptions, filterQuery } from '../filter.ts'
import { Usage } from '../io/exit.ts'

const command: Command = {
  positionals: aJob,
  options: {
    state: text('Instead of one job: all of this state', { choices: listedStates }),
    ...filterOptions,
    limit: text('With --state: how many at most, the oldest first'),
    ...dryRun
  },
  examples: [
    ['presque cancel mail 42', 'its worker learns it at its next touch'],
    ['presque cancel mail --state failed', 'drops all that have failed'],
    ['presque cancel mail --state waiting --text 99812', 'drops those with that in their payload']
  ],
  async run (call) {
    const { queue, args: { id, state, limit, 'dry-run': isDry } } = call
    if ((id === undefined) === (state === undefined)) {
      throw new Usage('which one: give the number of a job, or --state')
    }
    if (state === undefined) {
      assertSingle(call.args, '--state')
      await call.presque.cancel(queue, call.id)
      return await call.tell({ queue, id, cancelled: true }, `job ${id} is gone`)
    }
    if (limit !== undefined) whole(limit, 'limit')
    const query = { state, limit, ...filterQuery(call.args), dry: isDry ? 1 : undefined }
    const { text } = await call.presque.request('DELETE', `/j/${queue}`, { query })
    const what = isDry ? 'jobs would be deleted' : 'jobs are gone'
    await call.tell(text, () => `${JSON.parse(text).count} ${what}`)
  }
}

export default command
