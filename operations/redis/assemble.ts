import { basename } from 'node:path'
import { scriptKey, type CommonKey, type QueueKey, type ScheduleKey } from './keys.ts'
import { scriptLimits } from './script-limits.ts'

export type Key = QueueKey | ScheduleKey | CommonKey

/** What Redis gets of a verb, and its signature. */
export interface Compiled {
  keys: Key[]
  args: string[]
  lua: string
  /** The source and the line in it, `lua/job/push.lua:18`, of a line of `lua`. */
  place: (line: number) => string | undefined
}

/** One file of lua/, by its path in the repository. */
export interface Source { file: string, text: string }

/** The parts, by name. */
export type Parts = ReadonlyMap<string, Source>

/**
 * Puts a script together from the text of a verb, whose header is executed, and from the parts that
 * it needs. Throws when a header names a key, a part or a limit that does not exist, or lacks a key
 * that its lines use.
 */
export function assemble (verb: Source, parts: Parts): Compiled {
  const used = [...reachable(verb, parts).values(), verb]
  used.forEach(check)
  const keys = [...new Set(used.flatMap(({ text }) => words(text, 'keys')))] as Key[]
  const chunks = [made(prologue(verb, keys)), ...scope(verb, parts, new Set()), verb]
  const lua = chunks.map(({ file, text }) => withLimits(file, text.trimEnd())).join('\n')
  return { keys, args: words(verb.text, 'args'), lua, place: line => placeOf(chunks, line) }
}

// Lines that are in no file.
function made (text: string): Source {
  return { file: '', text }
}

// In place, so that a limit costs no time in Redis.
function withLimits (file: string, text: string): string {
  return text.replace(/\blimits\.(\w+)/g, (_, name: string) => {
    if (!Object.hasOwn(scriptLimits, name)) {
      throw new Error(`${file}: no such limit in operations/redis/script-limits.ts: ${name}`)
    }
    const limit = scriptLimits[name as keyof typeof scriptLimits]
    return typeof limit === 'number' ? String(limit) : `'${limit}'`
  })
}

// All that a call knows is in the table `queue`: parts set `now`, `policy` and what they keep in
// `memo`. A verb has the keys of its own header, and its arguments, as locals besides.
function prologue ({ file, text }: Source, keys: Key[]): string {
  const own = words(text, 'keys')
  const args = words(text, 'args')
  const taken = partsNamed(text).find(name => [...own, ...args].includes(name))
  if (taken !== undefined) {
    throw new Error(`${file}: ${taken} is a part, and cannot be a key or an argument as well`)
  }
  const table = keys.map((key, i) => `${key} = KEYS[${i + 1}]`).join(', ')
  return [
    `local queue = { keys = { ${table} }, memo = {} }`,
    ...own.map(key => `local ${key} = queue.keys.${key}`),
    ...args.map(argument)
  ].join('\n')
}

function argument (arg: string, i: number): string {
  return arg.startsWith('...') ? rest(arg.slice(3), i) : `local ${arg} = ARGV[${i + 1}]`
}

// A loop, for unpack() ends at some 8 000 values.
function rest (name: string, before: number): string {
  return `local ${name} = {} for i = ${before + 1}, #ARGV do ${name}[i - ${before}] = ARGV[i] end`
}

/**
 * The parts that a source uses, each after those that it uses itself. A part that is used rarely is
 * made when it is called, and with it those that only it uses: to make a function takes Redis
 * 0.07 us in each call of the script. `outer` has the names of the parts that are made already.
 */
function scope (root: Source, parts: Parts, outer: ReadonlySet<string>): Source[] {
  const often = new Set([...outer, ...reachable(root, parts, ['use']).keys()])
  const done = new Set(outer)
  const chunks: Source[] = []
  const visit = (name: string): void => {
    if (done.has(name)) return
    done.add(name)
    const part = parts.get(name)!
    if (often.has(name)) {
      partsNamed(part.text).forEach(visit)
      chunks.push(part)
    } else {
      const within = reachable(part, parts)
      for (const other of within.keys()) if (often.has(other)) visit(other)
      const inner = scope(part, parts, new Set([...done].filter(other => other !== name)))
      chunks.push(made(opening(name)), ...inner, part, made(closing(name)))
    }
  }
  partsNamed(root.text).forEach(visit)
  return chunks
}

function opening (name: string): string {
  return `local made_${name}\nlocal function ${name} (...)\nif not made_${name} then`
}

function closing (name: string): string {
  return `made_${name} = ${name}\nend\nreturn made_${name}(...)\nend`
}

function partsNamed (text: string): string[] {
  return [...words(text, 'use'), ...words(text, 'rarely')]
}

function reachable (
  { file, text }: Source,
  parts: Parts,
  labels = ['use', 'rarely'],
  found = new Map<string, Source>()
): Map<string, Source> {
  for (const name of labels.flatMap(label => words(text, label))) {
    const part = parts.get(name)
    if (part === undefined) throw new Error(`${file}: no such part in lua/parts: ${name}`)
    if (found.has(name)) continue
    found.set(name, part)
    reachable(part, parts, labels, found)
  }
  return found
}

function check ({ file, text }: Source): void {
  const keys = words(text, 'keys')
  const unknown = keys.find(key => scriptKey('', key) === undefined)
  if (unknown !== undefined) {
    throw new Error(`${file}: no such key in operations/redis/keys.ts: ${unknown}`)
  }
  const uses = text.match(/\bkeys\.\w+/g)
  const undeclared = uses?.find(use => !keys.includes(use.slice('keys.'.length)))
  if (undeclared !== undefined) {
    throw new Error(`${file}: its header lacks ${undeclared}, which its lines use`)
  }
  if (file.startsWith('lua/parts/')) checkFunction(file, text)
}

function checkFunction (file: string, text: string): void {
  const name = basename(file, '.lua')
  if (new RegExp(`^local function ${name} \\(.*\\)$`, 'm').test(text)) return
  throw new Error(`${file}: it has no line such as local function ${name} (...)`)
}

function placeOf (chunks: Source[], line: number): string | undefined {
  let first = 1
  for (const { file, text } of chunks) {
    const next = first + text.trimEnd().split('\n').length
    if (line < next) return file === '' ? undefined : `${file}:${line - first + 1}`
    first = next
  }
}

/** The words behind a label in the header of a source. */
export function words (source: string, label: string): string[] {
  const lines = [...source.matchAll(new RegExp(`^-- ${label}: (.+)$`, 'gm'))]
  return lines.flatMap(([, names]) => names!.trim().split(/\s+/))
}
