import type { Writable } from 'node:stream'

type Facts = Record<string, unknown> & { queue?: string, job?: string }

/** What `presque run` says on stderr: lines for people, or lines of JSON. */
export class Log {
  readonly #to: Writable
  readonly #json: boolean
  readonly #quiet: boolean

  constructor (to: Writable, json: boolean, quiet: boolean) {
    this.#to = to
    this.#json = json
    this.#quiet = quiet
    // A reader that has gone is no reason to drop a job.
    to.on('error', () => {})
  }

  info (message: string, facts: Facts = {}): void {
    if (!this.#quiet) this.#line('info', message, facts)
  }

  warn (message: string, facts: Facts = {}): void {
    this.#line('warn', message, facts)
  }

  /** A line that a program wrote on its stderr. */
  said (line: string, facts: Facts): void {
    this.#line('said', line, facts)
  }

  #line (level: string, message: string, facts: Facts): void {
    const time = new Date().toISOString()
    const place = facts.job === undefined ? '' : `${facts.queue}/${facts.job}${level === 'said' ? ' |' : ''} `
    this.#to.write(this.#json ? `${JSON.stringify({ time, level, msg: message, ...facts })}\n` : `${time.slice(11, 19)} ${place}${message}\n`)
  }
}
