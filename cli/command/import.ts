import { flag, text, type Call, type Command } from '../command.ts'
import { Failure, Usage } from '../io/exit.ts'
import { write } from '../io/surroundings.ts'
import { bullmq } from '../import/bullmq.ts'
import { connect, originOf } from '../import/connect.ts'
import { move, type Move } from '../import/move.ts'
import { presque2010 } from '../import/presque-2010.ts'
import { resque } from '../import/resque.ts'
import { sidekiq } from '../import/sidekiq.ts'
import type { Reader } from '../import/source.ts'

const readers: Record<string, Reader> = {
  resque, sidekiq, bullmq, 'presque-2010': presque2010
}

const exits = { done: 0, brokenOff: 1, someLeft: 3 }

const command: Command = {
  positionals: {
    url: { type: 'string', description: 'The Redis to read from: redis://host:port/db' }
  },
  options: {
    from: text('What wrote the jobs there', { choices: Object.keys(readers) }),
    apply: flag('Push the jobs; without it, it only tells what it would do'),
    remove: flag('With --apply: remove each job from the source once presque has it'),
    queue: text('Only this queue of the source; may be given several times', { isList: true }),
    rename: text(
      'OLD=NEW: put the jobs of OLD into NEW; may be given several times', { isList: true }
    ),
    failed: flag("Those that failed, too: resque:failed, Sidekiq's retry set, BullMQ's failed set"),
    prefix: text('What the keys of the source begin with: resque, bull, or a namespace of Sidekiq'),
    payload: text('BullMQ: job for {"name":..,"data":..}, data for the data alone', {
      choices: ['job', 'data'], default: 'job'
    })
  },
  examples: [
    ['presque import --from sidekiq redis://localhost:6379/0', 'only tells what it would do'],
    [
      'presque import --from sidekiq --rename mailers=mail --apply --remove redis://localhost:6379',
      'moves the jobs; repeat it as often as you like within a day'
    ]
  ],
  async run (call) {
    const plan = planOf(call)
    const { redis, whyAway } = connect(call.args['url'])
    try {
      const tally = await move(redis, plan)
      const moved = `${tally.moved} of ${tally.found} jobs are in presque`
      const told = plan.target ? moved : 'Nothing was changed: with --apply it is.'
      await write(call.io.output, `${tally.table()}${told}\n`)
      return tally.left > 0 ? exits.someLeft : exits.done
    } catch (error) {
      if (error instanceof Failure) throw error
      const why = whyAway() ?? (error as Error).message
      say(call, `broken off: ${why}. Repeat it: what has arrived is not put in again.`)
      return exits.brokenOff
    } finally {
      redis.disconnect()
    }
  }
}

function planOf (call: Call): Move {
  const { from, apply, remove, queue, rename, failed, prefix, payload, url } = call.args
  if (from === undefined) {
    throw new Usage(`--from is missing: which of ${Object.keys(readers).join(', ')}?`)
  }
  if (remove && !apply) throw new Usage('--remove goes with --apply')
  return {
    origin: `${from} ${originOf(url)}`,
    read: readers[from]!,
    selection: { prefix, queues: queue, failed: failed === true, payload },
    renames: new Map((rename ?? []).map(pair)),
    target: apply ? { url: call.url, token: call.token, waitMs: 30_000 } : undefined,
    remove: remove === true,
    say: line => say(call, line)
  }
}

function say ({ io }: Call, line: string): void {
  io.errors.write(`presque import: ${line}\n`)
}

function pair (text: string): [string, string] {
  const [, old, name] = /^([^=]+)=(.+)$/.exec(text) ?? []
  if (old !== undefined && name !== undefined) return [old, name]
  throw new Usage(`--rename takes OLD=NEW, not '${text}'`)
}

export default command
