import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { ask, place } from '../redis/private-redis.ts'
import './built.ts'
import { until } from '../until.ts'

const server = fileURLToPath(new URL('server-process.mjs', import.meta.url))

export type Victim = 'presque' | 'redis' | 'both'

/** A presque process on its private Redis, to be killed and started again on the same data. */
export class Crashing {
  url = ''
  /** Resolves when it serves; made anew before each kill. */
  serving: Promise<void>
  readonly #folder: string
  #child!: ChildProcess
  // The next presque has loaded its code already: that takes longer than all else of a start.
  #spare: ChildProcess

  constructor (t: Test) {
    this.#folder = place(t)
    this.#spare = this.#spawn()
    this.serving = this.#start()
    t.teardown(async () => {
      this.#spare.kill('SIGKILL')
      this.#child.kill('SIGTERM')
      await Promise.all([once(this.#child, 'exit'), once(this.#spare, 'exit')])
    })
  }

  /** kill -9. Resolves once it serves again. */
  async crash (victim: Victim): Promise<void> {
    const pid = await this.#redisPid()
    this.serving = this.#revive(victim, pid)
    await this.serving
  }

  async #revive (victim: Victim, pid: number): Promise<void> {
    if (victim !== 'presque') process.kill(pid, 'SIGKILL')
    if (victim !== 'redis') {
      this.#child.kill('SIGKILL')
      await once(this.#child, 'exit')
      await this.#start()
    }
    await until('presque serves', async () => (await fetch(`${this.url}/status`)).ok)
  }

  async #start (): Promise<void> {
    this.#child = this.#spare
    this.#child.stdin!.write('go\n')
    const [line] = await once(this.#child.stdout!, 'data')
    this.url = line.toString().trim()
    this.#spare = this.#spawn()
  }

  #spawn (): ChildProcess {
    const env = { ...process.env, REDIS_URL: '', PRESQUE_DATA: this.#folder }
    // Without the options by which tap looks for coverage: who is killed cannot report any.
    return spawn('env', ['-u', 'NODE_OPTIONS', process.execPath, server], {
      env,
      stdio: ['pipe', 'pipe', 'inherit']
    })
  }

  async #redisPid (): Promise<number> {
    const info = (await ask(join(this.#folder, 'redis.sock'), 'INFO', 'server')) as string
    return Number(/process_id:(\d+)/.exec(info)![1])
  }
}
