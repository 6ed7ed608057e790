import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import type { Test } from 'tap'
import {
  type PrivateRedis,
  startPrivateRedis
} from '../../../operations/redis-server/supervisor.ts'
import '../server/built.ts'

const fixture = fileURLToPath(new URL('private-redis-process.mjs', import.meta.url))

export function place (t: Test): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'presque-test-')))
  t.teardown(() => rmSync(path, { recursive: true, force: true }))
  return path
}

// Says what happens as events: 'said' with each sentence, 'lost' with the error.
export async function start (
  t: Test,
  folder: string
): Promise<{ redis: PrivateRedis; happens: EventEmitter; said: string[] }> {
  const happens = new EventEmitter()
  const said: string[] = []
  const log = (sentence: string) => {
    said.push(sentence)
    happens.emit('said')
  }
  const redis = await startPrivateRedis(folder, { log, lost: error => happens.emit('lost', error) })
  t.teardown(() => redis.stop())
  return { redis, happens, said }
}

export async function hears (
  { happens, said }: { happens: EventEmitter; said: string[] },
  what: RegExp
): Promise<void> {
  while (!said.some(sentence => what.test(sentence))) await once(happens, 'said')
  said.length = 0
}

export async function ask (socket: string, ...command: [string, ...string[]]): Promise<unknown> {
  const client = new Redis({ path: socket, retryStrategy: () => null })
  try {
    return await client.call(...command)
  } finally {
    client.disconnect()
  }
}

export async function startElsewhere (t: Test, folder: string, path = process.env.PATH) {
  const env = { ...process.env, PATH: path }
  const child = spawn(process.execPath, [fixture, folder], {
    env,
    stdio: ['ignore', 'pipe', 'inherit']
  })
  t.teardown(() => child.kill('SIGKILL'))
  const [started] = await once(child.stdout, 'data')
  return { child, ...(JSON.parse(started.toString()) as { socket: string; pid: number }) }
}

// A process that is dead but not buried yet is not alive, though it can be signalled.
export function isAlive (pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const state = `/proc/${pid}/stat`
  return !existsSync(state) || !readFileSync(state, 'utf8').includes(') Z ')
}

// A PATH with nothing but these commands.
export function only (t: Test, ...commands: string[]): string {
  const bin = place(t)
  for (const command of commands) {
    const found = process.env
      .PATH!.split(delimiter)
      .map(folder => join(folder, command))
      .find(existsSync)
    if (found) symlinkSync(found, join(bin, command))
  }
  return bin
}

export function withPath (t: Test, path: string): void {
  const before = process.env.PATH
  t.teardown(() => {
    process.env.PATH = before
  })
  process.env.PATH = path
}
