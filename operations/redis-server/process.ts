import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { connect } from 'node:net'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import type { DataFolder } from './data-folder.ts'

// how: by which signal or exit code it ended.
export interface ServerRun { child: ChildProcess, lines: string[], how?: string, ended: Promise<string>, closed: Promise<void> }

const LINES_KEPT = 20
const LOADING_EVERY = 3000
const LOGGED = /^\d+:\w \d+ \w+ \d+ [\d:.]+ (?<level>[#*.-]) (?<text>.*)$/
// Called warnings by redis, though there is nothing to do about them here.
const NOISE = /oO0Oo|new maxmemory value|version=|configuration loaded|server initialized|no config file|overcommit|transparent huge|TCP backlog|SIGTERM|user requested shutdown|ready to exit/i

/** The path of redis-server, or else of valkey-server. */
export function findServer (): string {
  for (const name of ['redis-server', 'valkey-server']) {
    const found = (process.env.PATH ?? '').split(delimiter).map(folder => join(folder, name)).find(isExecutable)
    if (found) return found
  }
  throw new Error('there is no redis-server and no valkey-server here: `npm start` installs one or says how, or set REDIS_URL to a Redis that already runs')
}

function isExecutable (file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

// What operations/redis-server/disk-guard.ts adds has appendfsync, always: an answered push is on disk. With everysec redis may put off
// even the write while the disk is busy.
function settings ({ path, socket }: DataFolder): string[] {
  return [
    '--port', '0', '--unixsocket', socket, '--unixsocketperm', '700', '--dir', path, '--databases', '1',
    '--appendonly', 'yes', '--save', '', '--maxmemory-policy', 'noeviction',
    '--daemonize', 'no', '--logfile', ''
  ]
}

/** Starts the server on that folder, with further settings; it becomes ready, or it ends. `warn` hears what an operator should know. */
export function runServer (data: DataFolder, more: string[], warn: (warning: string) => void): ServerRun {
  const command = [...dyingWithUs(), findServer(), ...settings(data), ...more]
  // detached: a Ctrl-C in the terminal is for presque, which stops its redis last. The fourth descriptor shares the lock.
  const child = ownerOnly(() => spawn(command[0]!, command.slice(1), { detached: true, stdio: ['ignore', 'pipe', 'pipe', data.lock] }))
  const ended = ends(child).then(how => { run.how = how; return how })
  const run: ServerRun = { child, lines: [], ended, closed: new Promise(resolve => child.once('close', resolve)) }
  for (const input of [child.stdout, child.stderr]) {
    if (input) createInterface({ input }).on('line', line => hear(line, run, warn))
  }
  return run
}

// Redis makes its files as its umask says.
function ownerOnly<Made> (make: () => Made): Made {
  const before = process.umask(0o077)
  try {
    return make()
  } finally {
    process.umask(before)
  }
}

function hear (line: string, { lines }: ServerRun, warn: (warning: string) => void): void {
  lines.splice(0, lines.push(line) - LINES_KEPT)
  const warning = warningIn(line)
  if (warning) warn(warning)
}

function warningIn (line: string): string | undefined {
  const { level, text } = LOGGED.exec(line)?.groups ?? {}
  return level === '#' && text && !NOISE.test(text) ? text : undefined
}

// Not everywhere: util-linux knows --pdeathsig, busybox and macOS do not. An orphan is then stopped by the next presque.
function dyingWithUs (): string[] {
  const prefix = ['setpriv', '--pdeathsig', 'TERM']
  return spawnSync(prefix[0]!, [...prefix.slice(1), 'true']).status === 0 ? prefix : []
}

function ends (child: ChildProcess): Promise<string> {
  return new Promise(resolve => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
    child.on('error', error => { if (child.pid === undefined) resolve(error.message) })
  })
}

/** Resolves when it answers; rejects, with what redis said last, when it ends before. */
export async function becomesReady (run: ServerRun, { name, socket }: DataFolder, log: (sentence: string) => void): Promise<void> {
  const since = performance.now()
  const loading = setInterval(() => log(`loading the jobs from disk... (${Math.round((performance.now() - since) / 1000)} s)`), LOADING_EVERY)
  // Without a limit: redis answers -LOADING for as long as that takes, and giving up would lose the work done.
  while (run.how === undefined && !await answers(socket)) await delay(10)
  clearInterval(loading)
  if (run.how === undefined) return
  if (run.child.pid !== undefined) await run.closed
  throw new Error(`the private redis could not start in ${name}: ${tellingLine(run.lines) ?? run.how}`)
}

function answers (socket: string): Promise<boolean> {
  return new Promise(resolve => {
    const redis = connect(socket, () => redis.write('PING\r\n'))
    redis.once('data', answer => { resolve(answer.toString().startsWith('+PONG')); redis.destroy() })
    redis.on('error', () => {}).on('close', () => resolve(false))
  })
}

// A setting that redis refuses is told outside its log format, on several lines.
function tellingLine (lines: string[]): string | undefined {
  const plain = lines.filter(line => !LOGGED.test(line)).join(' ').trim()
  return lines.map(warningIn).findLast(warning => warning !== undefined) ?? (plain || lines.at(-1))
}
