import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Redis } from 'ioredis'
import { parseRedisUrl } from '../operations/redis/client.ts'
import { bullmq } from './import/bullmq.ts'
import { move, type Move } from './import/move.ts'
import { presque2010 } from './import/presque-2010.ts'
import { resque } from './import/resque.ts'
import { sidekiq } from './import/sidekiq.ts'
import type { Reader } from './import/source.ts'
import { Failure, reasons } from './io/exit.ts'
import { write } from './io/surroundings.ts'

const readers: Record<string, Reader> = { resque, sidekiq, bullmq, 'presque-2010': presque2010 }

const usage = `presque import --from resque|sidekiq|bullmq|presque-2010 [options] redis://host:port/db

Reads the jobs of another queue out of its Redis, and puts them into presque. Without --apply it only tells what it would do.

  --apply           do it: push the jobs to PRESQUE_URL (http://127.0.0.1:5000), with PRESQUE_TOKEN if it is set
  --remove          with --apply: remove each job from the source once presque has it
  --queue NAME      only this queue of the source; may be given several times
  --rename OLD=NEW  put the jobs of OLD into NEW; may be given several times
  --failed          those that failed as well: resque:failed, Sidekiq's retry set, BullMQ's failed set
  --prefix TEXT     what the keys of the source begin with: resque, bull, or a namespace of Sidekiq
  --payload WHAT    BullMQ: job for {"name":..,"data":..} (the default), data for the data alone

Repeat it as often as you like within a day: what has arrived is not put in again. Exit codes: 0 done, 1 broken off, 2 wrong arguments,
3 done, but for jobs that cannot be moved, each of which was named.

  presque import --from sidekiq redis://localhost:6379/0
  presque import --from sidekiq --queue mailers --rename mailers=mail --apply --remove redis://localhost:6379/0
`

interface Surroundings { env: NodeJS.ProcessEnv, out: (text: string) => Promise<void> | void, err: (text: string) => void }

const here: Surroundings = { env: process.env, out: async text => await write(process.stdout, text), err: text => process.stderr.write(text) }

/** `presque import` with these arguments: its exit code. */
export async function importJobs (args: string[], { env, out, err }: Surroundings = here): Promise<number> {
  const plan = planned(args, env, line => err(`presque import: ${line}\n`))
  if (plan === null) {
    await out(usage)
    return 0
  }
  if (plan instanceof Error) {
    err(`presque import: ${plan.message}\n\n${usage}`)
    return 2
  }
  const { redis, unreached } = connect(plan.url)
  try {
    const tally = await move(redis, plan)
    await out(tally.table())
    await out(plan.target ? `${tally.moved} of ${tally.found} jobs are in presque\n` : 'Nothing was changed: with --apply it is.\n')
    return tally.left > 0 ? 3 : 0
  } catch (error) {
    if (error instanceof Failure) throw error
    const why = unreached() ?? (error as Error).message
    err(`presque import: broken off: ${why}. Repeat it: what has arrived is not put in again.\n`)
    return 1
  } finally {
    redis.disconnect()
  }
}

const options = {
  from: { type: 'string' },
  apply: { type: 'boolean', default: false },
  remove: { type: 'boolean', default: false },
  queue: { type: 'string', multiple: true },
  rename: { type: 'string', multiple: true },
  failed: { type: 'boolean', default: false },
  prefix: { type: 'string' },
  payload: { type: 'string', default: 'job' },
  help: { type: 'boolean', short: 'h', default: false }
} as const

// null: help is asked for. An error: what is wrong with the arguments.
function planned (args: string[], env: NodeJS.ProcessEnv, say: (line: string) => void): Move & { url: string } | Error | null {
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
    if (values.help) return null
    const read = readers[values.from ?? '']
    if (read === undefined) throw new Error(`--from must be one of ${Object.keys(readers).join(', ')}`)
    if (positionals.length !== 1) throw new Error('give the URL of one Redis to read from')
    if (values.payload !== 'job' && values.payload !== 'data') throw new Error('--payload must be job or data')
    if (values.remove && !values.apply) throw new Error('--remove goes with --apply')
    const url = positionals[0]!
    return {
      url,
      origin: `${values.from} ${place(url)}`,
      read,
      wish: { prefix: values.prefix, queues: values.queue, failed: values.failed, payload: values.payload },
      renames: new Map((values.rename ?? []).map(pair)),
      target: values.apply ? { url: (env['PRESQUE_URL'] ?? 'http://127.0.0.1:5000').replace(/\/+$/, ''), token: env['PRESQUE_TOKEN'], patience: 30_000 } : undefined,
      remove: values.remove,
      say
    }
  } catch (error) {
    return error as Error
  }
}

function pair (text: string): [string, string] {
  const [, old, name] = /^([^=]+)=(.+)$/.exec(text) ?? []
  if (old === undefined || name === undefined) throw new Error(`--rename takes OLD=NEW, not '${text}'`)
  return [old, name]
}

// Without the account: with another password it is the same Redis.
function place (url: string): string {
  const { scheme, nodes, path } = parseRedisUrl(url)
  if (!['redis', 'rediss', 'unix'].includes(scheme)) throw new Error('it reads from redis://, rediss:// or unix://')
  return scheme === 'unix' ? path : `${nodes[0]!.host}:${nodes[0]!.port}/${path || '0'}`
}

interface Source {
  redis: Redis
  /** Why the Redis is not reached now; undefined if it is. */
  unreached: () => string | undefined
}

function connect (url: string): Source {
  const { scheme, user, password, nodes, path } = parseRedisUrl(url)
  const patience = { connectTimeout: 5000, maxRetriesPerRequest: 3, ...(user && { username: user }), ...(password && { password }) }
  const redis = scheme === 'unix'
    ? new Redis({ ...patience, path })
    : new Redis({ ...patience, ...nodes[0]!, db: Number(path || 0), ...(scheme === 'rediss' && { tls: {} }) })
  // A command that fails says only how often it was tried. What this event says, which would end
  // the process if it were not heard, is the cause.
  let last: NodeJS.ErrnoException | undefined
  redis.on('error', error => { last = error }).on('ready', () => { last = undefined })
  const where = url.replace(/\/\/[^/]*@/, '//***@')
  const unreached = () => last && `no Redis answers at ${where} (${reason(last)})`
  return { redis, unreached }
}

function reason ({ code = '', message }: NodeJS.ErrnoException): string {
  return code === 'ENOENT' ? 'there is no such socket' : reasons[code] ?? message
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = await importJobs(process.argv.slice(2)).catch((error: Failure) => {
    if (error.message !== '') process.stderr.write(`presque import: ${error.message}\n`)
    return error.exit
  })
}
