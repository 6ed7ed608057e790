import type { Options, PositionalOptions } from 'yargs'
import { Presque } from '../client/client.ts'
import { Usage } from './io/exit.ts'
import { oneLine } from './io/json-text.ts'
import { write, type Surroundings } from './io/surroundings.ts'

/** Text as it was given, a switch true or false; an option with `isList` is a list. */
export type Arguments = Record<string, any>

/** An option of yargs; with `isSpan` a length of time, with `isList` one that may be repeated. */
export type Option = Options & { isSpan?: true, isList?: true }

export interface Command {
  positionals?: Record<string, PositionalOptions>
  options?: Record<string, Option>
  /** Command lines, each with what it does. */
  examples: Array<[string, string]>
  /** Resolves with an exit code if that is not 0. */
  run: (call: Call) => Promise<number | void>
}

/** One run of a command. */
export class Call {
  readonly args: Arguments
  /** What stood after `--`. */
  readonly rest: string[]
  readonly io: Surroundings
  /** Whether the output is lines of JSON, not words. */
  readonly json: boolean

  constructor (args: Arguments, rest: string[], io: Surroundings) {
    this.args = args
    this.rest = rest
    this.io = io
    this.json = args['json'] === true || io.output.isTTY !== true
  }

  get url (): string {
    return (this.io.env['PRESQUE_URL'] || 'http://127.0.0.1:5000').replace(/\/+$/, '')
  }

  get token (): string | undefined {
    return this.io.env['PRESQUE_TOKEN'] || undefined
  }

  /** The server. Requests are repeated for less than a second: a restart does not matter. */
  get presque (): Presque {
    return new Presque({ url: this.url, token: this.token, retries: 3 })
  }

  /** The name of one queue, as the server allows it. */
  get queue (): string {
    return name(this.args['queue'])
  }

  get id (): string {
    const { id } = this.args
    if (/^[0-9]{1,16}$/.test(id)) return id
    throw new Usage(`a job id is a number such as 42, not '${id}'`)
  }

  /**
   * Writes a line of JSON, or words. JSON text is written as it stands, but for line breaks between
   * its tokens.
   */
  async tell (value: object | string, words: string | (() => string)): Promise<void> {
    const json = () => typeof value === 'string' ? oneLine(value) : JSON.stringify(value)
    const said = () => typeof words === 'string' ? words : words()
    await write(this.io.output, `${this.json ? json() : said()}\n`)
  }

  /** Writes a remark for people to standard error, beside the output. */
  remark (sentence: string): void {
    this.io.errors.write(`presque: ${sentence}\n`)
  }
}

export function name (text: string): string {
  // A path with . or .. as a part of it is another path.
  if (text === '.' || text === '..') throw new Usage(`a queue cannot be called '${text}'`)
  // A slash in a name would ask for another route.
  if (/^[A-Za-z0-9_.:@-]{1,128}$/.test(text)) return text
  const allowed = '1 to 128 characters out of A-Z a-z 0-9 _ . : @ -'
  throw new Usage(`a queue name is ${allowed}, not '${text}'`)
}

/** An option that takes text. */
export const text = (description: string, more: Option = {}): Option => {
  return { type: 'string', requiresArg: true, description, ...more }
}

/** An option that takes a length of time; `inSeconds` converts it. */
export const seconds = (description: string, more: Option = {}): Option => {
  return { ...text(`${description}: seconds, or 90s, 5m, 1h, 2d`, more), isSpan: true }
}

const units: Record<string, number> = { '': 1, ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 }

/** A length of time in seconds, as text: presque takes it so. */
export function inSeconds (given: string, option: string): string {
  const [, number, unit] = /^(\d+(?:\.\d+)?|\.\d+)(ms|s|m|h|d|)$/.exec(given) ?? []
  if (unit === undefined) {
    const forms = 'a number of seconds, or a time such as 90s, 5m, 1h or 2d'
    throw new Usage(`--${option} is ${forms}, not '${given}'`)
  }
  return unit === '' ? given : String(Math.round(Number(number) * units[unit]! * 1000) / 1000)
}

/** A whole number, such as a limit. */
export function whole (given: string, option: string, least = 0): number {
  if (/^\d{1,15}$/.test(given) && Number(given) >= least) return Number(given)
  const from = least === 0 ? '' : ` from ${least} on`
  throw new Usage(`--${option} is a whole number${from}, not '${given}'`)
}

export const flag = (description: string): Option => ({ type: 'boolean', description })

export const aQueue: Record<string, PositionalOptions> = {
  queue: { type: 'string', description: 'The name of the queue' }
}

export const aJob: Record<string, PositionalOptions> = {
  ...aQueue,
  id: { type: 'string', description: 'The number of the job' }
}
