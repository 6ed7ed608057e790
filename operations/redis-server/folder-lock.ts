import { spawnSync } from 'node:child_process'
import {
  closeSync, constants, fstatSync, ftruncateSync, openSync, readFileSync, statSync, writeSync
} from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { killFrozen, shutDown } from './orphan.ts'

const tryEveryMs = 50
// The pid is written right after the lock is taken: until then it may be of a dead process.
const orphanAfterMs = 500
// A redis that does not answer by then is frozen (SIGSTOP, a debugger, a cgroup), and would stop
// only when it goes on.
const frozenAfterMs = 2500
const giveUpAfterMs = 10_000
// Opens and locks in one call, on macOS and the BSDs; Node does not name it.
const O_EXLOCK = 0x20

/**
 * The open, locked file, signed with our pid. Rejects while the presque that holds it lives; stops
 * a redis that has outlived its presque.
 */
export async function takeLock (name: string, file: string, socket: string): Promise<number> {
  for (const since = performance.now(); ;) {
    const lock = tryLock(name, file)
    if (lock !== undefined) return sign(lock)
    refuseIfAlive(name, file)
    const waited = performance.now() - since
    if (waited > giveUpAfterMs) {
      throw new Error(`a redis of an earlier presque still uses ${name} and does not stop; ` +
        'stop it, or set PRESQUE_DATA to another folder')
    }
    if (waited > orphanAfterMs) await shutDown(socket)
    if (waited > frozenAfterMs) {
      // Another presque may have taken the folder while the socket was asked.
      refuseIfAlive(name, file)
      killFrozen(socket)
    }
    await delay(tryEveryMs)
  }
}

/** Releases the lock, unless a redis that shares it still lives. */
export function dropLock (lock: number): void {
  ftruncateSync(lock)
  closeSync(lock)
}

/** False when the file was removed or replaced, so that the lock guards nothing any more. */
export function holdsLock (file: string, lock: number): boolean {
  return statSync(file, { throwIfNoEntry: false })?.ino === fstatSync(lock).ino
}

function sign (lock: number): number {
  ftruncateSync(lock)
  writeSync(lock, `${process.pid} ${hostname()}\n`, 0)
  return lock
}

// In both ways the lock belongs to the open file, which redis inherits: it is free when presque and
// its redis have ended.
function tryLock (name: string, file: string): number | undefined {
  const { O_CREAT, O_RDWR, O_NONBLOCK, O_NOFOLLOW } = constants
  if (process.platform === 'linux') {
    return flock(name, openSync(file, O_CREAT | O_RDWR | O_NOFOLLOW, 0o600))
  }
  try {
    return openSync(file, O_CREAT | O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_EXLOCK, 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined
    throw error
  }
}

function flock (name: string, lock: number): number | undefined {
  const { status, error, stderr } = spawnSync('flock', ['-n', '3'], {
    stdio: ['ignore', 'ignore', 'pipe', lock],
    encoding: 'utf8'
  })
  if (status === 0) return lock
  closeSync(lock)
  if (status === 1) return undefined
  const why = error?.message ?? stderr.trim()
  throw new Error(`the data folder ${name} cannot be locked with flock (of util-linux): ${why}`)
}

function refuseIfAlive (name: string, file: string): void {
  const [pid = '', host] = readFileSync(file, 'utf8').trim().split(' ')
  const elsewhere = pid !== '' && host !== hostname()
  if (!elsewhere && !isAlive(Number(pid))) return
  const place = elsewhere ? ` on ${host}` : ''
  throw new Error(`another presque (pid ${pid}${place}) is using ${name}; ` +
    'stop it, or set PRESQUE_DATA to another folder')
}

function isAlive (pid: number): boolean {
  if (!(pid > 0)) return false
  try {
    return process.kill(pid, 0) && !isZombie(pid)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

// In a container whose first process reaps no children, a dead process keeps its pid.
function isZombie (pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return false
  }
}
