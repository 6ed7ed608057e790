import { aJob, flag, text, whole, type Command } from '../command.ts'
import { assertSingle, dryRun, filterOptions, filterQuery } from '../filter.ts'
import { Usage } from '../io/exit.ts'

const command: Command = {
  positionals: aJob,
  options: {
    all: flag('All of one state'),
    state: text('With --all', { choices: ['failed', 'delayed', 'retrying'], default: 'failed' }),
    ...filterOptions,
    limit: text('With --all: how many at most, the oldest first'),
    ...dryRun
  },
  examples: [
    ['presque retry mail 42', 'one that has failed, or is not due yet'],
    ['presque retry mail --all', 'all that have failed'],
    ['presque retry mail --all --error 0c342450d324', 'those that failed in one way'],
    ['presque retry mail --all --since 2h --dry-run', 'how many failed in the last two hours']
  ],
  async run (call) {
    const { queue, args: { id, all, state, limit, 'dry-run': isDry } } = call
    if ((id === undefined) === !all) {
      throw new Usage('which one: give the number of a job, or --all')
    }
    if (!all) {
      assertSingle(call.args, '--all')
      await call.presque.retry(queue, call.id)
      return await call.tell({ queue, id, state: 'waiting' }, `job ${id} waits for a worker`)
    }
    if (limit !== undefined) whole(limit, 'limit')
    const query = { state, limit, ...filterQuery(call.args), dry: isDry ? 1 : undefined }
    const { text } = await call.presque.request('POST', `/j/${queue}/retry`, { query })
    await call.tell(text, () => worded(JSON.parse(text), isDry))
  }
}

function worded (
  { count, duplicates = 0 }: { count: number, duplicates?: number }, isDry = false
): string {
  if (isDry) return `${count} jobs would be retried`
  const waiting = `${count} jobs wait for a worker`
  if (duplicates === 0) return waiting
  return `${waiting}; ${duplicates} stay failed, for another job has their unique key`
}

export default command
