import cluster, { type Worker } from 'node:cluster'
import { extname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import Fastify, { type FastifyBaseLogger } from 'fastify'
import { startPrivateRedis } from '../../operations/redis-server/supervisor.ts'
import type { Config } from '../../schemas/config.ts'
import { Collector } from './collector.ts'
import { logStream } from '../io/log.ts'
import type { BeforeServing } from '../server.ts'

interface Run {
  worker: Worker
  /** Resolves with the URL, rejects with the reason why the process does not serve. */
  serves: Promise<string>
  /** Resolves with the signal or the exit code. */
  ended: Promise<string>
}

// A process that served for so long starts again without a pause.
const steadyMs = 5000
const longestPauseMs = 5000
const program = fileURLToPath(new URL(`worker${extname(import.meta.url)}`, import.meta.url))

/**
 * Starts `count` processes that share the port. If REDIS_URL is not set, they share a private
 * Redis, which stays with this process. A process that ends is replaced, until close().
 */
export async function startProcesses (
  count: number, config: Config, beforeServing: BeforeServing
): Promise<string> {
  const { log } = Fastify({ logger: { level: config.LOG_LEVEL, stream: logStream } })
  const redis = config.REDIS_URL === '' ? await privateRedis(config.PRESQUE_DATA, log) : undefined
  const environment = redis === undefined ? {} : { REDIS_URL: `unix://${redis.socket}` }
  const processes = new Processes(environment, log)
  const close = async () => {
    await processes.stop()
    await redis?.stop()
  }
  try {
    beforeServing({ log, close })
    return await processes.start(count)
  } catch (error) {
    await close()
    throw error
  }
}

async function privateRedis (folder: string, log: FastifyBaseLogger) {
  return await startPrivateRedis(folder, {
    log: sentence => log.info(sentence),
    // Without Redis there is nothing to serve: the process ends with this error, and all others
    // with it. No caller could catch it.
    lost: error => setImmediate(() => { throw error })
  })
}

class Processes {
  readonly #environment: Record<string, string>
  readonly #log: FastifyBaseLogger
  readonly #stopping = new AbortController()
  readonly #runs = new Set<Run>()
  readonly #collector = new Collector()

  constructor (environment: Record<string, string>, log: FastifyBaseLogger) {
    this.#environment = environment
    this.#log = log
    // Each process accepts connections by itself, so that their shares are uneven. With SCHED_RR
    // the shares are even, but a kill -9 leaves a connection on its way open for ever, and half as
    // many new connections come in a second.
    cluster.schedulingPolicy = cluster.SCHED_NONE
    // The figures hold numbers that JSON does not have.
    cluster.setupPrimary({ exec: program, serialization: 'advanced' })
    // A drain that takes too long is cut short with exit(): no process must be left over.
    process.once('exit', () => this.#signal('SIGKILL'))
  }

  /** Resolves when all serve; rejects with the reason of the first that does not. */
  async start (count: number): Promise<string> {
    const runs = Array.from({ length: count }, () => this.#run())
    const [url] = await Promise.all(runs.map(({ serves }) => serves))
    for (const run of runs) void this.#keep(run)
    return url!
  }

  async stop (): Promise<void> {
    this.#stopping.abort()
    this.#signal('SIGTERM')
    await Promise.all([...this.#runs].map(({ ended }) => ended))
  }

  #signal (signal: NodeJS.Signals): void {
    for (const { worker } of this.#runs) worker.process.kill(signal)
  }

  #run (): Run {
    const worker = cluster.fork(this.#environment)
    const ended = ends(worker)
    const run = { worker, ended, serves: serves(worker, ended) }
    this.#runs.add(run)
    this.#collector.add(worker)
    void ended.then(() => this.#runs.delete(run))
    return run
  }

  async #keep (run: Run): Promise<void> {
    for (let failures = 0; ; failures++) {
      const servedSince = run.serves.then(() => performance.now(), () => Infinity)
      const how = await run.ended
      if (this.#stopping.signal.aborted) return
      if (performance.now() - await servedSince > steadyMs) failures = 0
      const ms = failures === 0 ? 0 : Math.min(50 * 2 ** failures, longestPauseMs)
      const when = ms === 0 ? '' : ` in ${ms} ms`
      const { pid } = run.worker.process
      this.#log.warn(`process ${pid} ended (${how}); starting another${when}`)
      await delay(ms, undefined, { signal: this.#stopping.signal }).catch(() => {})
      if (this.#stopping.signal.aborted) return
      run = this.#run()
      run.serves.catch(error => this.#log.error(error.message))
    }
  }
}

async function ends (worker: Worker): Promise<string> {
  return await new Promise(resolve => {
    worker.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
    worker.on('error', error => {
      if (worker.process.pid === undefined) resolve(error.message)
    })
  })
}

async function serves (worker: Worker, ended: Promise<string>): Promise<string> {
  return await new Promise((resolve, reject) => {
    worker.once('message', ({ url, code, message }) => {
      if (url !== undefined) return resolve(url)
      reject(Object.assign(new Error(message), { code }))
      worker.process.kill('SIGKILL')
    })
    void ended.then(how => reject(new Error(`a process ended before it served (${how})`)))
  })
}
