import { aJob, flag, text, whole, type Command } from '../command.ts'
import { Usage } from '../io/exit.ts'

const command: Command = {
  positionals: aJob,
  options: {
    all: flag('All of one state'),
    state: text('With --all', { choices: ['failed', 'delayed', 'retrying'], default: 'failed' }),
    error: text('With --all: only jobs of the error group of this fingerprint'),
    limit: text('With --all: how many at most, the oldest first')
  },
  examples: [
    ['presque retry mail 42', 'one that has failed, or is not due yet'],
    ['presque retry mail --all', 'all that have failed'],
    ['presque retry mail --all --error 0c342450d324', 'those that failed in one way']
  ],
  async run (call) {
    const { queue, args: { id, all, state, limit, error } } = call
    if ((id === undefined) === !all) {
      throw new Usage('which one: give the number of a job, or --all')
    }
    if (!all) {
      await call.presque.retry(queue, call.id)
      return await call.tell({ queue, id, state: 'waiting' }, `job ${id} waits for a worker`)
    }
    if (limit !== undefined) whole(limit, 'limit')
    const query = { state, limit, error }
    const { text } = await call.presque.request('POST', `/j/${queue}/retry`, { query })
    await call.tell(text, () => worded(JSON.parse(text)))
  }
}

function worded ({ count, duplicates = 0 }: { count: number, duplicates?: number }): string {
  const waiting = `${count} jobs wait for a worker`
  if (duplicates === 0) return waiting
  return `${waiting}; ${duplicates} stay failed, for another job has their unique key`
}

export default command
