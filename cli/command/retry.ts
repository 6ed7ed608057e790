import { aJob, flag, text, whole, type Command } from '../command.ts'
import { Usage } from '../io/exit.ts'

const command: Command = {
  positionals: aJob,
  options: { all: flag('All of one state'), state: text('With --all', { choices: ['failed', 'delayed'], default: 'failed' }), limit: text('With --all: how many at most, the oldest first') },
  examples: [
    ['presque retry mail 42', 'one that has failed, or is not due yet'],
    ['presque retry mail --all', 'all that have failed']
  ],
  async run (call) {
    const { id, all, state, limit } = call.args
    if ((id === undefined) === !all) throw new Usage('which one: give the number of a job, or --all')
    if (!all) {
      await call.presque.request('POST', `/j/${call.queue}/${call.id}/retry`)
      return await call.tell({ queue: call.queue, id, state: 'waiting' }, `job ${id} waits for a worker`)
    }
    if (limit !== undefined) whole(limit, 'limit')
    const { text } = await call.presque.request('POST', `/j/${call.queue}/retry`, { query: { state, limit } })
    await call.tell(text, () => told(JSON.parse(text)))
  }
}

function told ({ count, duplicates = 0 }: { count: number, duplicates?: number }): string {
  const others = duplicates > 0 ? `; ${duplicates} stay failed, for another job has their unique key` : ''
  return `${count} jobs wait for a worker${others}`
}

export default command
