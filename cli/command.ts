import type { Options, PositionalOptions } from 'yargs'
import { Presque } from '../client/presque.ts'
import { Usage } from './failure.ts'
import { oneLine } from './json-text.ts'
import { write, type Surroundings } from './surroundings.ts'

/** Everything is text as it was given, a switch true or false; what may be repeated is a list. */
export type Arguments = Record<string, any>

export interface Command {
  positionals?: Record<string, PositionalOptions>
  options?: Record<string, Options>
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
  if (/^[A-Za-z0-9_.:@-]{1,128}$/.test(text)) return text
  throw new Usage(`a queue name is 1 to 128 characters out of A-Z a-z 0-9 _ . : @ -, not '${text}'`)
}

/** Text as it was given, once. */
export const text = (description: string, more: Options = {}): Options => ({ type: 'string', requiresArg: true, description, ...more })

export const flag = (description: string): Options => ({ type: 'boolean', description })

export const aQueue: Record<string, PositionalOptions> = { queue: { type: 'string', description: 'The name of the queue' } }

export const aJob: Record<string, PositionalOptions> = { ...aQueue, id: { type: 'string', description: 'The number of the job' } }
