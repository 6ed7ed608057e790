import { execFileSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify from 'fastify'
import fp from 'fastify-plugin'
import presque, { options } from '../app.ts'
import { push, type NewJob } from '../operations/job/push.ts'
import { createRedis, redisReady } from '../operations/redis/client.ts'
import type { RedisClient } from '../operations/redis/store.ts'
import { accepting, runRedis, stopRedis } from '../test/support/redis/redis.ts'

export interface Place {
  url: string
  pid: number
  redis: RedisClient
  stop (): Promise<void>
  abandon (): void
}

// To empty a Redis of millions of jobs takes longer than a request would wait.
const timeoutMs = 60_000

/**
 * A redis-server of this program alone, empty and without a disk, and a client to it. On a unix
 * socket unless a port is given.
 */
export async function place (port = 0): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'presque-bench-'))
  const socket = join(folder, 'redis.sock')
  const flags = ['--port', String(port), '--unixsocket', socket, '--dir', folder, '--save', '']
  const child: ChildProcess = runRedis(flags)
  await accepting(child)
  const url = port === 0 ? `unix://${socket}` : `redis://127.0.0.1:${port}`
  const redis = createRedis(url, 'presque', timeoutMs)
  await redisReady(redis, 5000)
  const stop = async () => {
    redis.disconnect()
    await stopRedis(child)
    rmSync(folder, { recursive: true })
  }
  // At once, for a program that is ending.
  const abandon = () => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  return { url, pid: child.pid!, redis, stop, abandon }
}

/** A presque that listens: its URL, and how to close it. */
export async function serve (REDIS_URL: string): Promise<{ url: string, close (): Promise<void> }> {
  const app = Fastify(options)
  await app.register(fp(presque), { config: { LOG_LEVEL: 'silent', REDIS_URL } })
  return {
    url: await app.listen({ host: '127.0.0.1', port: 0 }),
    close: async () => await app.close()
  }
}

/** Puts `count` jobs in, in batches. */
export async function fill (
  redis: RedisClient, queue: string, count: number, job: (n: number) => NewJob
): Promise<void> {
  for (let n = 0; n < count; n += 1000) {
    const length = Math.min(1000, count - n)
    await push(redis, queue, Array.from({ length }, (_, i) => job(n + i)))
  }
}

export function median (numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!
}

/** Where the figures come from. */
export function machine (): string {
  const [, version] =
    /v=(\S+)/.exec(execFileSync('redis-server', ['--version'], { encoding: 'utf8' })) ?? []
  return `Node ${process.versions.node}, Redis ${version}`
}
