import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Test } from 'tap'
import { isAlive, place } from '../redis/private-redis.ts'
import { shipped } from './built.ts'
import { until } from '../until.ts'

interface Line {
  pid: number
  msg?: string
  reqId?: string
  req?: { remotePort: number }
}

/**
 * `presque` of the command line in processes of its own, on a private Redis in a folder of this
 * test alone.
 */
export class Presque {
  readonly folder: string
  readonly first: ChildProcess
  /** What it logged, and what it said apart from that. */
  readonly log: Line[] = []
  said = ''
  readonly #happens = new EventEmitter()

  constructor (t: Test, environment: Record<string, string> = {}) {
    this.folder = place(t)
    const env = {
      ...process.env,
      REDIS_URL: '',
      PRESQUE_DATA: this.folder,
      PORT: '0',
      PRESQUE_PROCESSES: '2',
      ...environment
    }
    // Without the options by which tap looks for coverage: who is killed cannot report any.
    this.first = spawn(
      '/usr/bin/env',
      ['-u', 'NODE_OPTIONS', process.execPath, shipped('cli/serve.js')],
      { env, stdio: ['ignore', 'pipe', 'pipe'] }
    )
    for (const input of [this.first.stdout!, this.first.stderr!]) {
      createInterface(input).on('line', line => this.#hear(line))
    }
    t.teardown(async () => await this.end('SIGTERM'))
  }

  get url (): string {
    return /serving +(\S+)/.exec(this.said)![1]!
  }

  /** Resolves when it says where it serves. */
  async serves (): Promise<this> {
    while (!this.said.includes('serving')) {
      if (this.first.exitCode !== null) throw new Error(`it does not serve: ${this.said}`)
      await Promise.race([once(this.#happens, 'line'), once(this.first, 'exit')])
    }
    return this
  }

  /** Resolves when that number of lines of the log match. */
  async logs (what: RegExp, count = 1): Promise<Line[]> {
    for (;;) {
      const found = this.log.filter(({ msg }) => what.test(msg ?? ''))
      if (found.length >= count) return found
      await once(this.#happens, 'line')
    }
  }

  /** Those that serve or will, without the first process and Redis. */
  pids (): number[] {
    return this.#children()
      .filter(({ args }) => args.includes('cluster/worker.js'))
      .map(({ pid }) => pid)
  }

  redis (): number {
    return this.#children().find(({ args }) => args.includes('redis.sock'))!.pid
  }

  /**
   * Its exit code, or the signal that it ended by. Resolves when all it has started is gone as
   * well.
   */
  async end (signal: NodeJS.Signals): Promise<number | string | null> {
    const all = this.#children().map(({ pid }) => pid)
    if (this.first.exitCode === null && this.first.signalCode === null) {
      this.first.kill(signal)
      await once(this.first, 'exit')
    }
    await until('all are gone', () => !all.some(isAlive))
    return this.first.exitCode ?? this.first.signalCode
  }

  get socket (): string {
    return join(this.folder, 'redis.sock')
  }

  #children (): Array<{ pid: number; args: string }> {
    const { stdout } = spawnSync('ps', ['--ppid', String(this.first.pid), '-o', 'pid=,args='], {
      encoding: 'utf8'
    })
    return [...stdout.matchAll(/^ *(\d+) (.*)$/gm)].map(([, pid, args]) => ({
      pid: Number(pid),
      args: args!
    }))
  }

  #hear (line: string): void {
    if (line.startsWith('{')) this.log.push(JSON.parse(line))
    else this.said += `${line}\n`
    this.#happens.emit('line')
  }
}

export interface Answer {
  status: number
  body: string
  port: number
}

export type Ask = (line: string, body?: string) => Promise<Answer>

/** A connection of its own, kept open: how to ask on it. Status 0: it broke. */
function connection (t: Test, url: string): Ask {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => agent.destroy())
  return async (line, body) =>
    await new Promise(resolve => {
      const [method, path] = line.split(' ')
      const asked = request(
        url + path,
        { method: method!, agent, headers: { 'content-type': 'application/json' } },
        answer => {
          let text = ''
          const done = (status: number) =>
            resolve({ status, body: text, port: asked.socket!.localPort! })
          answer
            .on('data', data => {
              text += data
            })
            .on('end', () => done(answer.statusCode!))
            .on('error', () => done(0))
        }
      )
      asked.on('error', () => resolve({ status: 0, body: '', port: 0 })).end(body)
    })
}

/**
 * A connection to each process, by its pid: which one accepts is not for us to say, so as many as
 * it takes.
 */
export async function connections (
  t: Test,
  presque: Presque,
  count: number
): Promise<Map<number, Ask>> {
  const found = new Map<number, Ask>()
  await until(
    `${count} processes have accepted`,
    async () => {
      const ask = connection(t, presque.url)
      const { port } = await ask('GET /status')
      await until('it is in the log', () => presque.log.some(({ req }) => req?.remotePort === port))
      const { pid } = presque.log.find(({ req }) => req?.remotePort === port)!
      if (!found.has(pid)) found.set(pid, ask)
      return found.size === count
    },
    60_000
  )
  return found
}
