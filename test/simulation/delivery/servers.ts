import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { accepting, runRedis, stopRedis } from '../../support/redis/redis.ts'
import '../../support/server/built.ts'

const program = fileURLToPath(new URL('../../support/server/server-process.mjs', import.meta.url))

/** A presque in a process of its own. */
export class Server {
  readonly agent = new Agent({ keepAlive: true, maxSockets: Infinity })
  readonly #env: NodeJS.ProcessEnv
  readonly #spares: ChildProcess[]
  #child: ChildProcess | undefined
  port = 0

  /**
   * `starts`: how often it can be started. Each start waits with its code loaded, which takes
   * longer than the rest of a start.
   */
  constructor (redisUrl: string, starts = 1, env: NodeJS.ProcessEnv = {}) {
    this.#env = { ...process.env, REDIS_URL: redisUrl, LOG_LEVEL: 'error', ...env }
    this.#spares = Array.from({ length: starts }, () => this.#spawn())
  }

  async start (): Promise<void> {
    const child = (this.#child = this.#spares.pop() ?? this.#spawn())
    child.stdin!.write('go\n')
    const said = await Promise.race([once(child.stdout!, 'data'), once(child, 'exit')])
    this.port = Number(/:(\d+)\s*$/.exec(String(said[0]))?.[1])
    if (!(this.port > 0)) throw new Error(`a server did not start: ${said}`)
    child.stdout!.pipe(process.stderr)
  }

  /** SIGKILL: nothing it has in hand is finished. */
  async kill (): Promise<void> {
    await end(this.#child)
  }

  async stop (): Promise<void> {
    this.agent.destroy()
    await Promise.all([this.#child, ...this.#spares].map(end))
  }

  #spawn (): ChildProcess {
    return untilExit(
      spawn(process.execPath, [program], { env: this.#env, stdio: ['pipe', 'pipe', 'inherit'] })
    )
  }
}

async function end (child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

// However this process ends, but for a SIGKILL, the other goes with it.
function untilExit (child: ChildProcess): ChildProcess {
  const kill = () => {
    child.kill('SIGKILL')
  }
  process.once('exit', kill)
  child.once('exit', () => process.off('exit', kill))
  return child
}

interface Place {
  url: string
  stop: () => Promise<void>
}

/**
 * `count` servers, all real processes, on a Redis of their own unless one is given; and what ends
 * them all.
 */
export async function startServers (
  count: number,
  starts = 1,
  replicated?: Place
): Promise<{ servers: Server[]; redisUrl: string; stop: () => Promise<void> }> {
  const redis = replicated ?? (await startAlone())
  const env = replicated && { PRESQUE_MIN_REPLICAS: '1' }
  const servers = Array.from({ length: count }, () => new Server(redis.url, starts, env))
  const stop = async () => {
    await Promise.all(servers.map(server => server.stop()))
    await redis.stop()
  }
  await Promise.all(servers.map(server => server.start())).catch(async error => {
    await stop()
    throw error
  })
  return { servers, redisUrl: redis.url, stop }
}

async function startAlone (): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'presque-delivery-'))
  const socket = join(folder, 'redis.sock')
  const redis = untilExit(
    runRedis(['--port', '0', '--unixsocket', socket, '--dir', folder, '--save', ''])
  )
  await accepting(redis)
  const stop = async () => {
    await stopRedis(redis)
    rmSync(folder, { recursive: true, force: true })
  }
  return { url: `unix://${socket}`, stop }
}
