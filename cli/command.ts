import type { Options, PositionalOptions } from 'yargs'
import { Presque } from '../client/client.ts'
import { Usage } from './io/exit.ts'
import { oneLine } from './io/json-text.ts'
import { write, type Surroundings } from './io/surroundings.ts'

/** Everything is text as it was given, a switch true or false; what may be repeated is a list. */
export type Arguments = Record<string, any>

/** An option of yargs, which a length of time is not. */
export type Option = Options & { isSpan?: true }

export interface Command {
  positionals?: Record<string, PositionalOptions>
  options?: Record<string, Option>
  /** Commands as one would type them, each with what it does. */
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
  /** Lines of JSON are wanted, not words. */
  readonly json: boolean

  constructor (args: Arguments, rest: string[], io: Surroundings) {
    this.args = args
    this.rest = rest
    this.io = io
    this.json = args['json'] === true || io.output.isTTY !== true
  }

  get url (): string { return (this.io.env['PRESQUE_URL'] || 'http://127.0.0.1:5000').replace(/\/+$/, '') }

  get token (): string | undefined { return this.io.env['PRESQUE_TOKEN'] || undefined }

  /** The server; it is asked again for less than a second when it is away, so that a restart does not matter. */
  get presque (): Presque { return new Presque({ url: this.url, token: this.token, retries: 3 }) }

  /** One queue, as the server allows them: a slash in a name would ask for something else. */
  get queue (): string { return name(this.args['queue']) }

  get id (): string {
    if (/^[0-9]{1,16}$/.test(this.args['id'])) return this.args['id']
    throw new Usage(`a job id is a number such as 42, not '${this.args['id']}'`)
  }

  /** Says it as a line of JSON, or in words. JSON text stays as it is, but for line breaks between its tokens. */
  async tell (value: object | string, words: string | (() => string)): Promise<void> {
    const line = typeof value === 'string' ? oneLine(value) : JSON.stringify(value)
    await write(this.io.output, `${this.json ? line : typeof words === 'string' ? words : words()}\n`)
  }

  /** A remark to people, who may be elsewhere: beside the output. */
  remark (sentence: string): void {
    this.io.errors.write(`presque: ${sentence}\n`)
  }
}

export function name (text: string): string {
  // A path with . or .. as a part of it is another path.
  if (text === '.' || text === '..') throw new Usage(`a queue cannot be called '${text}'`)
  if (/^[A-Za-z0-9_.:@-]{1,128}$/.test(text)) return text
  throw new Usage(`a queue name is 1 to 128 characters out of A-Z a-z 0-9 _ . : @ -, not '${text}'`)
}

/** Text as it was given, once. */
export const text = (description: string, more: Options = {}): Options => ({ type: 'string', requiresArg: true, description, ...more })

/** A length of time: `inSeconds` makes the seconds of it that presque wants. */
export const seconds = (description: string, more: Options = {}): Option => ({ ...text(`${description}: seconds, or 90s, 5m, 1h, 2d`, more), isSpan: true })

const units: Record<string, number> = { '': 1, ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 }

/** So many seconds, as presque takes them. */
export function inSeconds (given: string, option: string): string {
  const [, number, unit] = /^(\d+(?:\.\d+)?|\.\d+)(ms|s|m|h|d|)$/.exec(given) ?? []
  if (unit === undefined) throw new Usage(`--${option} is a number of seconds, or a time such as 90s, 5m, 1h or 2d, not '${given}'`)
  return unit === '' ? given : String(Math.round(Number(number) * units[unit]! * 1000) / 1000)
}

/** A whole number, such as a limit. */
export function whole (given: string, option: string, least = 0): number {
  if (/^\d{1,15}$/.test(given) && Number(given) >= least) return Number(given)
  throw new Usage(`--${option} is a whole number${least === 0 ? '' : ` from ${least} on`}, not '${given}'`)
}

/** Every state that a job can be in. */
export const states = ['waiting', 'delayed', 'blocked', 'active', 'failed', 'completed'] as const

export const flag = (description: string): Options => ({ type: 'boolean', description })

export const aQueue: Record<string, PositionalOptions> = { queue: { type: 'string', description: 'The name of the queue' } }

export const aJob: Record<string, PositionalOptions> = { ...aQueue, id: { type: 'string', description: 'The number of the job' } }
