import { createHash } from 'node:crypto'
import {
  accessSync, chmodSync, closeSync, constants, existsSync, lstatSync, mkdirSync, openSync,
  readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { lastLayout } from '../layout/migration.ts'
import { dropLock, holdsLock, takeLock } from './folder-lock.ts'

export interface DataFolder { name: string, path: string, socket: string, lock: number }

// The smallest sun_path of the systems we run on (macOS: 104 bytes with the closing zero).
const SOCKET_PATH_BYTES = 103

/**
 * Opens a folder of the owner alone, which no other presque, and no redis of one, uses until
 * closeDataFolder(). Rejects if its data has a newer layout than `known`.
 */
export async function openDataFolder (name: string, known = lastLayout()): Promise<DataFolder> {
  const path = makeOwnerOnly(name)
  const socket = socketFor(path)
  const lock = await takeLock(name, join(path, 'lock'), socket)
  const folder = { name, path, socket, lock }
  try {
    agreeOnLayout(folder, known)
    if (dirname(socket) !== path) makeSocketFolder(dirname(socket))
  } catch (error) {
    closeDataFolder(folder)
    throw error
  }
  return folder
}

/** Releases the folder; the redis on it must have ended. */
export function closeDataFolder (folder: DataFolder): void {
  // Without the lock, the socket there belongs to another presque.
  if (holdsDataFolder(folder)) removeSocket(folder)
  dropLock(folder.lock)
}

/** False when the folder was removed or replaced, so that our lock guards nothing any more. */
export function holdsDataFolder ({ path, lock }: DataFolder): boolean {
  return holdsLock(join(path, 'lock'), lock)
}

function makeOwnerOnly (name: string): string {
  try {
    make(name)
    if (!statSync(name).isDirectory()) throw new Error('it is not a folder')
    checkOwner(name)
    checkWriters(name)
    if ((statSync(name).mode & 0o777) !== 0o700) chmodSync(name, 0o700)
    accessSync(name, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new Error(unusable(name, error as NodeJS.ErrnoException), { cause: error })
  }
  return realpathSync(name)
}

// Step by step: the recursion of mkdirSync() never ends where the system answers ENOENT to a new
// folder, as /proc does.
function make (path: string): void {
  if (existsSync(path)) return
  make(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if (!existsSync(path)) throw error
  }
}

function checkOwner (name: string): void {
  const { uid, mode } = statSync(name)
  if (uid !== process.getuid?.()) throw new Error(`it belongs to another user (uid ${uid})`)
  // PRESQUE_DATA may be /tmp or a home folder by mistake: to close that to others is a disaster.
  if ((mode & 0o077) !== 0 && !isOurs(name)) {
    throw new Error("it is open to other users and holds files that are not presque's")
  }
}

// Files in there may be of other users: a link in the place of a file, or an append-only file with
// other jobs.
function checkWriters (name: string): void {
  if ((statSync(name).mode & 0o022) === 0) return
  throw new Error(`other users may write to it: look at its files, and chmod 700 ${name}`)
}

function isOurs (name: string): boolean {
  const inside = readdirSync(name)
  if (inside.includes('lock')) return true
  return inside.every(file => file === 'lost+found' || file.startsWith('.'))
}

function unusable (name: string, { code, message }: NodeJS.ErrnoException): string {
  const why = {
    ENOTDIR: 'it would be inside a file',
    ENOENT: 'it cannot be made there',
    EACCES: 'no permission to write there',
    EPERM: 'no permission to write there',
    EROFS: 'its disk is read-only'
  }[code ?? ''] ?? message
  return `the data folder ${name} cannot be used: ${why}; set PRESQUE_DATA to another folder`
}

// Redis has the number, too. Here it is known before a redis has read data of a newer layout.
function agreeOnLayout ({ name, path }: DataFolder, known: number): void {
  const file = join(path, 'layout')
  const found = readLayout(file)
  if (found > known) {
    throw new Error(`the data folder ${name} has layout ${found}, ` +
      `and this presque knows none above ${known}: ` +
      'upgrade it, or set PRESQUE_DATA to another folder')
  }
  // A presque that was killed may have left this file.
  rmSync(`${file}.new`, { force: true })
  if (found !== known) writeLayout(file, known)
}

// Writes the file whole or not at all, and through no link.
function writeLayout (file: string, known: number): void {
  try {
    writeFileSync(`${file}.new`, `${known}\n`, { mode: 0o600, flag: 'wx' })
    renameSync(`${file}.new`, file)
  } catch (error) {
    rmSync(`${file}.new`, { force: true })
    // On a full disk jobs must still be taken; Redis has the number as well.
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  }
}

// 0 for a file without a number, which a crash may leave.
function readLayout (file: string): number {
  if (!existsSync(file)) return 0
  const open = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    return Number.parseInt(readFileSync(open, 'utf8')) || 0
  } finally {
    closeSync(open)
  }
}

// Derived from the folder, so that the next presque finds the redis an earlier one left there.
function socketFor (path: string): string {
  const socket = join(path, 'redis.sock')
  if (Buffer.byteLength(socket) <= SOCKET_PATH_BYTES) return socket
  const name = createHash('sha256').update(path).digest('hex').slice(0, 16)
  return join(tmpdir(), `presque-${name}`, 'redis.sock')
}

// All users may write to the temporary folder: a folder of this name that another user has made is
// not trusted.
function makeSocketFolder (path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    const found = lstatSync(path, { throwIfNoEntry: false })
    if (!found?.isDirectory() || found.uid !== process.getuid?.()) {
      const message = `cannot make a private folder ${path} for the socket of redis`
      throw new Error(message, { cause: error })
    }
    chmodSync(path, 0o700)
  }
}

function removeSocket ({ path, socket }: DataFolder): void {
  rmSync(socket, { force: true })
  if (dirname(socket) !== path) rmSync(dirname(socket), { recursive: true, force: true })
}
