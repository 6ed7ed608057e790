import { setTimeout as delay } from 'node:timers/promises'
import { closeDataFolder, type DataFolder, holdsDataFolder, openDataFolder } from './data-folder.ts'
import { DiskGuard } from './disk-guard.ts'
import { becomesReady, findServer, runServer, type ServerRun } from './process.ts'

export interface PrivateRedis {
  socket: string
  folder: string
  pid (): number | undefined
  stop (): Promise<void>
}

/** `lost`: redis has ended and cannot be started again. */
export interface PrivateRedisEvents { log (sentence: string): void, lost (error: Error): void }

const killAfterMs = 8000
const steadyAfterMs = 5000
const maxPauseMs = 5000

/** Starts a redis on a unix socket, with its data in `folder`, and again when it dies. */
export async function startPrivateRedis (
  folder: string, events: PrivateRedisEvents
): Promise<PrivateRedis> {
  findServer()
  const data = await openDataFolder(folder)
  const supervisor = new Supervisor(data, events)
  try {
    await supervisor.start()
  } catch (error) {
    closeDataFolder(data)
    throw error
  }
  return {
    socket: data.socket,
    folder: data.path,
    pid: () => supervisor.pid,
    stop: () => supervisor.stop()
  }
}

class Supervisor {
  readonly #data: DataFolder
  readonly #events: PrivateRedisEvents
  readonly #guard: DiskGuard
  readonly #stopping = new AbortController()
  #run!: ServerRun
  #readySince: number | undefined
  #supervising: Promise<void> | undefined
  #stopped: Promise<void> | undefined

  constructor (data: DataFolder, events: PrivateRedisEvents) {
    this.#data = data
    this.#events = events
    this.#guard = new DiskGuard(data.path, data.socket, sentence => this.#log(sentence))
  }

  get pid (): number | undefined {
    const { pid, exitCode, signalCode } = this.#run.child
    return exitCode === null && signalCode === null ? pid : undefined
  }

  async start (): Promise<void> {
    await this.#launch()
    this.#guard.start()
    this.#supervising = this.#supervise()
  }

  stop (): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop (): Promise<void> {
    this.#stopping.abort()
    this.#guard.close()
    const { child, ended } = this.#run
    child.kill('SIGTERM')
    const kill = setTimeout(() => child.kill('SIGKILL'), killAfterMs)
    await Promise.all([ended, this.#supervising])
    clearTimeout(kill)
    closeDataFolder(this.#data)
  }

  async #supervise (): Promise<void> {
    for (let failures = 0; ; failures++) {
      const how = await this.#run.ended
      const wasReady = this.#readySince !== undefined
      const ended = `the private redis in ${this.#data.name} ended (${how})`
      if (wasReady) this.#log(`${ended}; starting it again`)
      if (performance.now() - (this.#readySince ?? Infinity) > steadyAfterMs) failures = 0
      await this.#pause(failures)
      if (this.#stopping.signal.aborted || this.#isLost()) return
      await this.#relaunch()
    }
  }

  #pause (failures: number): Promise<void> {
    const ms = failures === 0 ? 0 : Math.min(50 * 2 ** failures, maxPauseMs)
    return delay(ms, undefined, { signal: this.#stopping.signal }).catch(() => {})
  }

  #isLost (): boolean {
    try {
      findServer()
      if (holdsDataFolder(this.#data)) return false
      const { name } = this.#data
      throw new Error(`the data folder ${name} was removed or replaced while presque was using it`)
    } catch (error) {
      this.#events.lost(error as Error)
      return true
    }
  }

  async #relaunch (): Promise<void> {
    try {
      await this.#launch()
      this.#log(`the private redis in ${this.#data.name} is back (pid ${this.pid})`)
    } catch (error) {
      this.#log((error as Error).message)
    }
  }

  async #launch (): Promise<void> {
    this.#readySince = undefined
    const flags = await this.#guard.flags()
    if (this.#stopping.signal.aborted) return
    this.#run = runServer(this.#data, flags, warning => {
      this.#log(`the private redis says: ${warning}`)
    })
    await becomesReady(this.#run, this.#data, sentence => this.#log(sentence))
    this.#readySince = performance.now()
  }

  // While redis is being stopped, all its words are expected.
  #log (sentence: string): void {
    if (!this.#stopping.signal.aborted) this.#events.log(sentence)
  }
}
