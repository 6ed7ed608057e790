import { type ChildProcess, spawn, spawnSync, type StdioOptions } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { connect } from 'node:net'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import type { DataFolder } from './data-folder.ts'

/** `how`: the signal, exit code or error with which it has ended. */
export interface ServerRun {
  child: ChildProcess
  lines: string[]
  how?: string
  ended: Promise<string>
  closed: Promise<void>
}

const maxLines = 20
const loadingEveryMs = 3000
const logged = /^\d+:\w \d+ \w+ \d+ [\d:.]+ (?<level>[#*.-]) (?<text>.*)$/
// Redis logs these as warnings, though an operator of presque need do nothing about them.
const noise = new RegExp([
  'oO0Oo',
  'new maxmemory value',
  'version=',
  'configuration loaded',
  'server initialized',
  'no config file',
  'overcommit',
  'transparent huge',
  'TCP backlog',
  'SIGTERM',
  'user requested shutdown',
  'ready to exit'
].join('|'), 'i')

/** The path of redis-server, or else of valkey-server. */
export function findServer (): string {
  const folders = (process.env.PATH ?? '').split(delimiter)
  for (const name of ['redis-server', 'valkey-server']) {
    const found = folders.map(folder => join(folder, name)).find(isExecutable)
    if (found) return found
  }
  throw new Error('there is no redis-server and no valkey-server here: ' +
    '`npm start` installs one or says how, or set REDIS_URL to a Redis that already runs')
}

function isExecutable (file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

// disk-guard.ts adds `appendfsync always`: an answered push is on disk. With everysec, redis may
// put off even the write while the disk is busy.
function settings ({ path, socket }: DataFolder): string[] {
  return [
    '--port', '0', '--unixsocket', socket, '--unixsocketperm', '700',
    '--dir', path, '--databases', '1',
    '--appendonly', 'yes', '--save', '', '--maxmemory-policy', 'noeviction',
    '--daemonize', 'no', '--logfile', ''
  ]
}

/**
 * Starts redis on a folder, with further settings; it becomes ready, or it ends.
 * - `warn` gets the warnings of redis that concern an operator
 */
export function runServer (
  data: DataFolder, more: string[], warn: (warning: string) => void
): ServerRun {
  const command = [...dyingWithUs(), findServer(), ...settings(data), ...more]
  // detached: a Ctrl-C in the terminal is for presque, which stops its redis last. The fourth
  // descriptor shares the lock.
  const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', data.lock]
  const child = ownerOnly(() => spawn(command[0]!, command.slice(1), { detached: true, stdio }))
  const ended = whenEnded(child).then(how => {
    run.how = how
    return how
  })
  const closed = new Promise<void>(resolve => child.once('close', () => resolve()))
  const run: ServerRun = { child, lines: [], ended, closed }
  for (const input of [child.stdout, child.stderr]) {
    if (input) createInterface({ input }).on('line', line => addLine(line, run, warn))
  }
  return run
}

// Redis makes its files by its umask.
function ownerOnly<Made> (make: () => Made): Made {
  const before = process.umask(0o077)
  try {
    return make()
  } finally {
    process.umask(before)
  }
}

function addLine (
  line: string, { lines }: ServerRun, warn: (warning: string) => void
): void {
  lines.splice(0, lines.push(line) - maxLines)
  const warning = warningIn(line)
  if (warning) warn(warning)
}

function warningIn (line: string): string | undefined {
  const { level, text } = logged.exec(line)?.groups ?? {}
  return level === '#' && text && !noise.test(text) ? text : undefined
}

// util-linux knows --pdeathsig, busybox and macOS do not: there the next presque stops an orphan.
function dyingWithUs (): string[] {
  const prefix = ['setpriv', '--pdeathsig', 'TERM']
  return spawnSync(prefix[0]!, [...prefix.slice(1), 'true']).status === 0 ? prefix : []
}

function whenEnded (child: ChildProcess): Promise<string> {
  return new Promise(resolve => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
    child.on('error', error => {
      if (child.pid === undefined) resolve(error.message)
    })
  })
}

/** Resolves when redis answers; rejects with its last words when it ends before. */
export async function becomesReady (
  run: ServerRun, { name, socket }: DataFolder, log: (sentence: string) => void
): Promise<void> {
  const since = performance.now()
  const loading = setInterval(() => {
    const seconds = Math.round((performance.now() - since) / 1000)
    log(`loading the jobs from disk... (${seconds} s)`)
  }, loadingEveryMs)
  // Without a limit: redis answers -LOADING for as long as that takes, and to give up would lose
  // the work done.
  while (run.how === undefined && !await answers(socket)) await delay(10)
  clearInterval(loading)
  if (run.how === undefined) return
  if (run.child.pid !== undefined) await run.closed
  const why = tellingLine(run.lines) ?? run.how
  throw new Error(`the private redis could not start in ${name}: ${why}`)
}

function answers (socket: string): Promise<boolean> {
  return new Promise(resolve => {
    const redis = connect(socket, () => redis.write('PING\r\n'))
    redis.once('data', answer => {
      resolve(answer.toString().startsWith('+PONG'))
      redis.destroy()
    })
    redis.on('error', () => {}).on('close', () => resolve(false))
  })
}

// Redis reports a setting that it refuses outside its log format, on several lines.
function tellingLine (lines: string[]): string | undefined {
  const plain = lines.filter(line => !logged.test(line)).join(' ').trim()
  return lines.map(warningIn).findLast(warning => warning !== undefined) ?? (plain || lines.at(-1))
}
