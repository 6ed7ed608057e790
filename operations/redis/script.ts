import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { errorFromRedis } from '../redis-error.ts'
import { assemble as assembleWith, type Compiled, type Source } from './assemble.ts'
import { scriptKey } from './keys.ts'
import { storeOf, type RedisClient } from './store.ts'

/**
 * The arguments of a script, by the names in its header. One that is left out arrives as ''. The
 * last one may be a list.
 */
export type Arguments = Record<string, string | number | undefined | ReadonlyArray<string | number>>

/** Runs a script on a queue, or on the schedules. Rejects with an error of operations/errors.ts. */
export type Script<Reply> = (redis: RedisClient, queue: string, args?: Arguments) => Promise<Reply>

type Command = (...values: Array<string | number>) => Promise<unknown>

/** Values of the label `script` in /metrics, where they are older than the name of the script. */
const labels: Record<string, string> = {
  ack_next: 'next',
  advance_schedule: 'advance',
  claim_schedules: 'claim',
  delete_schedule: 'unschedule',
  fire_schedule: 'fire',
  get_job: 'job',
  get_schedules: 'show',
  list_jobs: 'list',
  read_events: 'listen',
  sample_queue: 'sample',
  set_policy: 'control',
  set_schedule: 'schedule',
  stop_waiting: 'pass',
  unwatch_job: 'unwatch',
  watch_job: 'watch'
}

const room = fileURLToPath(new URL('../../lua/', import.meta.url))
const sources = find('')
const parts = new Map([...sources].filter(([, { file }]) => isPart(file)))

/**
 * Loads the script of a verb, `lua/.../<verb>.lua`. Its header is its signature: `-- keys:` and
 * `-- args:` become locals (an argument written `...rest` takes all that follow), and each part
 * named by `-- use:` a local function. A label may have several lines.
 */
export function script<Reply> (verb: string): Script<Reply> {
  const { keys, args, place } = compile(verb)
  const name = commandName(verb)
  return async (redis, queue, given = {}) => {
    const { incompatible, meter } = storeOf(redis)
    if (incompatible !== undefined) throw incompatible
    const client = redis as unknown as Record<string, Command>
    const start = performance.now()
    try {
      const names = keys.map(key => scriptKey(queue, key)!)
      return await client[name]!(...names, ...values(verb, args, given)) as Reply
    } catch (error) {
      throw errorFromRedis(error as Error) ?? withPlaces(error as Error, place)
    } finally {
      meter?.trip(labelOf(verb), performance.now() - start)
    }
  }
}

// Redis names lines of the compiled script, as `user_script:18` or `@user_script: 18`.
function withPlaces (error: Error, place: Compiled['place']): Error {
  const told = (text: string): string => {
    return text.replace(/@?user_script: ?(\d+)/g, (whole, line) => place(Number(line)) ?? whole)
  }
  error.stack = told(error.stack ?? '')
  error.message = told(error.message)
  return error
}

let all: Record<string, { lua: string, numberOfKeys: number }> | undefined

/**
 * All scripts, in the form in which a client is made with them. It must know them from the start:
 * a pipeline that is already filling does not learn of a new one.
 */
export function commands (): NonNullable<typeof all> {
  all ??= Object.fromEntries(verbs().map(verb => {
    const { keys, lua } = compile(verb)
    return [commandName(verb), { lua, numberOfKeys: keys.length }]
  }))
  return all
}

/** What /metrics calls a script. */
export function labelOf (verb: string): string {
  return labels[verb] ?? verb
}

/** The name under which the client knows a script. */
export function commandName (verb: string): string {
  return `presque:${verb}`
}

/** The verbs: each has a script. */
export function verbs (): string[] {
  return [...sources].filter(([, { file }]) => !isPart(file)).map(([name]) => name)
}

function isPart (file: string): boolean {
  return file.startsWith('lua/parts/')
}

// Every file by its name: no two have the same, in whatever folders they are.
function find (folder: string, found = new Map<string, Source>()): typeof found {
  for (const entry of readdirSync(join(room, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) find(path, found)
    else if (path.endsWith('.lua')) add(path, found)
  }
  return found
}

function add (path: string, found: Map<string, Source>): void {
  const name = basename(path, '.lua')
  const file = `lua/${path}`
  const other = found.get(name)
  if (other !== undefined) throw new Error(`${file}: its name is that of ${other.file}`)
  found.set(name, { file, text: readFileSync(join(room, path), 'utf8') })
}

/** The script of a verb. Throws when there is none, or a header is wrong: see assemble.ts. */
export function compile (verb: string): Compiled {
  const source = sources.get(verb)
  if (source === undefined || isPart(source.file)) throw new Error(`no script is named ${verb}`)
  return assemble(source)
}

/** The same of a text that is in no file of lua/: a test calls parts so, one by one. */
export function assemble (verb: Source): Compiled {
  return assembleWith(verb, parts)
}

function values (verb: string, args: string[], given: Arguments): Array<string | number> {
  const sent: Array<string | number> = []
  let known = 0
  for (const arg of args) {
    const name = arg.startsWith('...') ? arg.slice(3) : arg
    const value = given[name]
    if (name in given) known++
    if (typeof value === 'object') sent.push(...value)
    else sent.push(value ?? '')
  }
  if (known !== Object.keys(given).length) {
    const names = Object.keys(given).join(', ')
    throw new Error(`the script ${verb} takes ${args.join(', ')}, but was given ${names}`)
  }
  return sent
}
