import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { shipped } from '../../support/server/built.ts'

/** A `presque` command in a process of its own, to be killed and started again. */
export class Victim {
  readonly #args: string[]
  readonly #env: NodeJS.ProcessEnv
  child: ChildProcess
  /** What it said at last. */
  said = ''

  constructor (args: string[], env: NodeJS.ProcessEnv) {
    this.#args = args
    this.#env = env
    this.child = this.#spawn()
  }

  async kill (): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    this.child.kill('SIGKILL')
    await once(this.child, 'exit')
  }

  start (): void {
    this.child = this.#spawn()
  }

  /** Its exit code. */
  async stop (): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGTERM')
      await once(this.child, 'exit')
    }
    return this.child.exitCode
  }

  /** The process that it runs whose arguments say so. */
  below (what: RegExp): number | undefined {
    const { stdout } = spawnSync('ps', ['--ppid', String(this.child.pid), '-o', 'pid=,args='], {
      encoding: 'utf8'
    })
    const found = stdout.split('\n').find(line => what.test(line))
    return found === undefined ? undefined : Number.parseInt(found)
  }

  #spawn (): ChildProcess {
    // Without the options by which tap looks for coverage: who is killed cannot report any.
    const child = spawn(
      '/usr/bin/env',
      ['-u', 'NODE_OPTIONS', process.execPath, shipped('cli/presque.js'), ...this.#args],
      { env: { ...process.env, ...this.#env }, stdio: ['ignore', 'pipe', 'pipe'] }
    )
    for (const output of [child.stdout!, child.stderr!]) {
      output.on('data', data => {
        this.said = (this.said + String(data)).slice(-4000)
      })
    }
    return child
  }
}
