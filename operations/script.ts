import { readdirSync, readFileSync } from 'node:fs'
import { scriptKey, type CommonKey, type QueueKey, type ScheduleKey } from './keys.ts'
import { refusalFromRedis } from './errors.ts'
import type { RedisClient } from './redis.ts'

/** What a script is given, by the names in its header. What is left out arrives as ''. The last one may be a list. */
export type Arguments = Record<string, string | number | undefined | ReadonlyArray<string | number>>

type Key = QueueKey | ScheduleKey | CommonKey

/** Runs a script on a queue, or on the schedules. Rejects with a refusal of operations/errors.ts. */
export type Script<Reply> = (redis: RedisClient, queue: string, args?: Arguments) => Promise<Reply>

type Command = (...values: Array<string | number>) => Promise<unknown>

const room = new URL('../lua/', import.meta.url)

/**
 * Loads `lua/<verb>.lua`. Its header is its signature: `-- keys:` and `-- args:` become locals (an argument written
 * `...rest` takes all that follow), and each part named by `-- use:` a local function.
 */
export function script<Reply> (verb: string): Script<Reply> {
  const { keys, args } = compile(verb)
  const name = commandName(verb)
  return async (redis, queue, given = {}) => {
    if (redis.incompatible !== undefined) throw redis.incompatible
    const client = redis as unknown as Record<string, Command>
    const start = performance.now()
    try {
      return await client[name]!(...keys.map(key => scriptKey(queue, key)!), ...values(verb, args, given)) as Reply
    } catch (error) {
      throw refusalFromRedis(error as Error) ?? error
    } finally {
      redis.meter?.trip(verb, performance.now() - start)
    }
  }
}

let all: Record<string, { lua: string, numberOfKeys: number }> | undefined

/**
 * All scripts, in the form in which a client is made with them. It must know them from the start:
 * a pipeline that is already filling does not learn of a new one.
 */
export function commands (): NonNullable<typeof all> {
  if (all !== undefined) return all
  const verbs = readdirSync(room).filter(file => file.endsWith('.lua')).map(file => file.slice(0, -'.lua'.length))
  all = Object.fromEntries(verbs.map(verb => {
    const { keys, lua } = compile(verb)
    return [commandName(verb), { lua, numberOfKeys: keys.length }]
  }))
  return all
}

/** The name under which the client knows a script. */
export function commandName (verb: string): string {
  return `presque:${verb}`
}

/** The Lua that Redis gets for a verb, and its signature. Throws when the header names a key that is not in keys.ts. */
export function compile (verb: string): { keys: Key[], args: string[], lua: string } {
  const source = readFileSync(new URL(`${verb}.lua`, room), 'utf8')
  const keys = words(source, 'keys') as Key[]
  const args = words(source, 'args')
  for (const key of keys) {
    if (scriptKey('', key) === undefined) throw new Error(`lua/${verb}.lua: no such key in operations/keys.ts: ${key}`)
  }
  const locals = [
    ...keys.map((key, i) => `local ${key} = KEYS[${i + 1}]`),
    ...args.map((arg, i) => arg.startsWith('...') ? rest(arg.slice(3), i) : `local ${arg} = ARGV[${i + 1}]`)
  ]
  const taken = words(source, 'use').find(name => [...keys, ...args].includes(name))
  if (taken !== undefined) throw new Error(`lua/${verb}.lua: ${taken} is a part, and cannot be a key or an argument as well`)
  const included = parts(source)
  const undeclared = included.join('\n').match(/\bkeys\.\w+/g)?.find(use => !keys.includes(use.slice('keys.'.length) as Key))
  if (undeclared !== undefined) throw new Error(`lua/${verb}.lua: its header lacks ${undeclared}, which a part uses`)
  return { keys, args, lua: [...locals, keyTable(keys), ...included, source].join('\n') }
}

// For parts: what they need of the keys, they take by name from one parameter.
function keyTable (keys: string[]): string {
  return `local keys = { ${keys.map(key => `${key} = ${key}`).join(', ')} }`
}

// Each part once, after those it uses itself.
function parts (source: string, included = new Set<string>()): string[] {
  return words(source, 'use').flatMap(name => {
    if (included.has(name)) return []
    included.add(name)
    const text = readFileSync(new URL(`parts/${name}.lua`, room), 'utf8')
    return [...parts(text, included), `local function ${name}(${words(text, 'takes').join(', ')})\n${text}end`]
  })
}

// A loop, for unpack() ends at some 8 000 values.
function rest (name: string, before: number): string {
  return `local ${name} = {} for i = ${before + 1}, #ARGV do ${name}[i - ${before}] = ARGV[i] end`
}

function words (source: string, label: string): string[] {
  const line = new RegExp(`^-- ${label}: (.+)$`, 'm').exec(source)?.[1]
  return line === undefined ? [] : line.trim().split(/\s+/)
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
    throw new Error(`lua/${verb}.lua takes ${args.join(', ')}, but was given ${Object.keys(given).join(', ')}`)
  }
  return sent
}
