import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { closeRedis, createRedis, redisReady } from '../operations/redis/client.ts'
import type { RedisClient } from '../operations/redis/store.ts'

/**
 * A presque in a process of its own. `probe` collects its garbage, then tells its memory (bytes)
 * and CPU time (ms).
 */
export interface Server {
  port: number
  probe (): Promise<{ heap: number, rss: number, cpu: number }>
  stop (): Promise<void>
}

export interface Stage {
  redis: RedisClient
  serve (): Promise<Server>
}

/** A measured value and its target: `most` or `least` is the bound that is good. */
export interface Figure {
  what: string
  value: number
  unit: string
  most?: number
  least?: number
}

const root = fileURLToPath(new URL('..', import.meta.url))

// A busy machine delays commands. The program measures the delay, and must not fail of it.
const timeoutMs = 60_000

/**
 * Measures on a Redis of this program alone, prints the table, and fails when a target is missed by
 * more than twice.
 */
export async function perform (
  title: string, measure: (stage: Stage) => Promise<Figure[]>
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'presque-bench-'))
  const children: ChildProcess[] = []
  const redis = await startRedis(folder, children)
  try {
    print(title, await measure({ redis, serve: () => startServer(address(folder), children) }))
  } finally {
    await closeRedis(redis)
    for (const child of children.reverse()) await stop(child)
    rmSync(folder, { recursive: true, force: true })
  }
}

// REDIS_FLAGS='--appendonly yes --appendfsync always' measures what the private Redis of presque
// does.
async function startRedis (folder: string, children: ChildProcess[]): Promise<RedisClient> {
  const flags = process.env['REDIS_FLAGS']?.split(' ') ?? []
  const socket = join(folder, 'redis.sock')
  const own = ['--port', '0', '--unixsocket', socket, '--dir', folder, '--save', '']
  const child = spawn('redis-server', [...own, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  await said(child, /ready to accept connections/i)
  const redis = createRedis(address(folder), 'presque', timeoutMs)
  await redisReady(redis, 8000)
  return redis
}

function address (folder: string): string {
  return `unix://${join(folder, 'redis.sock')}`
}

/**
 * A presque on the Redis there, with this program's own flags, so that --cpu-prof shows the server
 * as well.
 */
export async function startServer (url: string, children: ChildProcess[]): Promise<Server> {
  const env = { ...process.env, REDIS_URL: url, HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'warn' }
  const flags = [...process.execArgv, '--expose-gc', '--import', './bench/probe.ts', 'cli/serve.ts']
  const child = spawn(process.execPath, flags, {
    cwd: root,
    env,
    stdio: ['ignore', 'inherit', 'pipe', 'ipc']
  })
  children.push(child)
  const [, port] = await said(child, /serving .*:(\d+)$/)
  return {
    port: Number(port),
    stop: () => stop(child),
    async probe () {
      child.send('probe')
      return (await once(child, 'message'))[0]
    }
  }
}

async function said (child: ChildProcess, what: RegExp): Promise<RegExpExecArray> {
  const output = (child.stdout ?? child.stderr)!
  for await (const line of createInterface(output)) {
    const found = what.exec(line)
    if (found === null) continue
    output.resume()
    return found
  }
  throw new Error(`${child.spawnfile} ended before it was ready`)
}

export async function stop (child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

/** The sample below which that share of all lies. */
export function quantile (samples: number[], share: number): number {
  const at = Math.min(samples.length - 1, Math.floor(samples.length * share))
  return samples.toSorted((a, b) => a - b)[at] ?? NaN
}

/**
 * Median, 99th percentile and maximum, each with the most that it should be, where one is given.
 */
export function spread (
  what: string,
  unit: string,
  samples: number[],
  { p50, p99 }: { p50?: number, p99?: number } = {}
): Figure[] {
  return [
    { what: `${what}, p50`, value: quantile(samples, 0.5), unit, ...(p50 && { most: p50 }) },
    { what: `${what}, p99`, value: quantile(samples, 0.99), unit, ...(p99 && { most: p99 }) },
    { what: `${what}, max`, value: quantile(samples, 1), unit }
  ]
}

export function print (title: string, figures: Figure[]): void {
  console.log(`\n${title}\n`)
  const width = Math.max(...figures.map(({ what }) => what.length))
  for (const { what, value, unit, most, least } of figures) {
    const target = most !== undefined ? `<= ${most}` : least !== undefined ? `>= ${least}` : ''
    console.log(`  ${what.padEnd(width)} ${round(value).padStart(10)} ${unit.padEnd(12)} ${target}`)
    // A busy machine may double a time; more than that is the fault of presque.
    if (Number.isNaN(value) || value > 2 * (most ?? Infinity) || value < (least ?? -Infinity) / 2) {
      process.exitCode = 1
    }
  }
}

function round (value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2)
}
