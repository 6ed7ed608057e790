import type { Writable } from 'node:stream'

type Facts = Record<string, unknown> & { queue?: string, job?: string }

/** The log of `presque run`, on stderr: lines for people, or lines of JSON. */
export class Log {
  readonly #to: Writable
  readonly #json: boolean
  readonly #quiet: boolean

  constructor (to: Writable, json: boolean, quiet: boolean) {
    this.#to = to
    this.#json = json
    this.#quiet = quiet
    // The programs go on when the reader of the log has gone.
    to.on('error', () => {})
  }

  info (message: string, facts: Facts = {}): void {
    if (!this.#quiet) this.#line('info', message, facts)
  }

  warn (message: string, facts: Facts = {}): void {
    this.#line('warn', message, facts)
  }

  /** Logs a line that a program wrote on its stderr. */
  said (line: string, facts: Facts): void {
    this.#line('said', line, facts)
  }

  #line (level: string, message: string, facts: Facts): void {
    const time = new Date().toISOString()
    const { queue, job } = facts
    const about = job === undefined ? '' : `${queue}/${job}${level === 'said' ? ' |' : ''} `
    const line = this.#json
      ? JSON.stringify({ time, level, msg: message, ...facts })
      : `${time.slice(11, 19)} ${about}${message}`
    this.#to.write(`${line}\n`)
  }
}
