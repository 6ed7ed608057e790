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

// serves: where, or why it does not; ended: by which signal or exit code.
interface Run { worker: Worker, serves: Promise<string>, ended: Promise<string> }

const STEADY_AFTER = 5000
const LONGEST_PAUSE = 5000
const program = fileURLToPath(new URL(`worker${extname(import.meta.url)}`, import.meta.url))

/**
 * So many processes that share the port and, if REDIS_URL names none, the private Redis, which stays with this process.
 * Whichever dies is replaced, until close().
 */
export async function startProcesses (
  count: number, config: Config, beforeServing: BeforeServing
): Promise<string> {
  const { log } = Fastify({ logger: { level: config.LOG_LEVEL, stream: logStream } })
  const redis = config.REDIS_URL === '' ? await privateRedis(config.PRESQUE_DATA, log) : undefined
  const processes = new Processes(redis === undefined ? {} : { REDIS_URL: `unix://${redis.socket}` }, log)
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
    // Nobody awaits this, and without Redis there is nothing to serve: all processes end, and this one says why.
    lost: error => { setImmediate(() => { throw error }) }
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
    // Each process accepts for itself, whoever is first, so shares are uneven. Handed over in turn by this process they are
    // even, but then a kill -9 leaves a connection on its way open for ever, and half as many new ones come in a second.
    cluster.schedulingPolicy = cluster.SCHED_NONE
    // Among what has been counted are numbers that JSON does not have.
    cluster.setupPrimary({ exec: program, serialization: 'advanced' })
    // Whoever cannot wait for a drain ends this process with exit(): none must be left over.
    process.once('exit', () => this.#signal('SIGKILL'))
  }

  /** Resolves when all serve; rejects with what the first that cannot has to say. */
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
      if (performance.now() - await servedSince > STEADY_AFTER) failures = 0
      const ms = failures === 0 ? 0 : Math.min(50 * 2 ** failures, LONGEST_PAUSE)
      this.#log.warn(`process ${run.worker.process.pid} ended (${how}); starting another${ms === 0 ? '' : ` in ${ms} ms`}`)
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
    worker.on('error', error => { if (worker.process.pid === undefined) resolve(error.message) })
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
