import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { access, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'

/**
 * Keeps a private Redis alive while its disk is full. With `appendfsync always`, Redis ends when it
 * cannot write. So it gets a `maxmemory` below its size in time, and from then on takes only
 * commands that remove: every script knows a full Redis. Pushes are 507; takes, acks, purges and
 * reads work on. Where other programs fill the disk to the last byte, a file that stands there for
 * that is deleted, so that removals can be written as well.
 */

// For takes and acks; on a small disk, a quarter of it.
const reserveBytes = 128 * 2 ** 20

// How fast pushes may fill the disk between two checks, and how often it is checked.
const bytesPerMs = 200_000
const minPauseMs = 20
const maxPauseMs = 1000

// The file that is deleted, and at how many free bytes; room for some thousands of takes.
const ballastBytes = 2 ** 20
const ballastNeededBytes = ballastBytes / 4

// How often, on a full disk, an append-only file is rewritten of which most is of deleted jobs.
const rewriteEveryMs = 5000

/** The settings of Redis. Without `appendfsync always`, a write that fails does not end it. */
const settings = {
  room: { maxmemory: '0', appendfsync: 'always', 'auto-aof-rewrite-percentage': '100' },
  full: { maxmemory: '1', appendfsync: 'everysec', 'auto-aof-rewrite-percentage': '0' }
}

export class DiskGuard {
  readonly #path: string
  readonly #identity: string
  readonly #log: (sentence: string) => void
  readonly #redis: Redis
  #isFull = false
  #told: boolean | undefined
  #rewrittenAt = -Infinity
  #timer: NodeJS.Timeout | undefined
  #closed = false

  /** For the Redis at that socket, whose files are in the folder. */
  constructor (path: string, socket: string, log: (sentence: string) => void) {
    this.#path = path
    this.#identity = identity(statSync(path))
    this.#log = log
    this.#redis = new Redis({
      path: socket,
      lazyConnect: true,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: 5000,
      retryStrategy: () => 100
    })
    // A new Redis has the settings of its start.
    this.#redis.on('error', () => {}).on('close', () => {
      this.#told = undefined
    })
  }

  /** Checks the disk for a Redis that is about to start. Returns its command-line settings. */
  async flags (): Promise<string[]> {
    await this.#check()
    const now = settings[this.#isFull ? 'full' : 'room']
    return Object.entries(now).flatMap(([name, value]) => [`--${name}`, value])
  }

  /** Begins to watch, once Redis answers. */
  start (): void {
    this.#redis.connect().catch(() => {})
    this.#timer = setTimeout(() => this.#watch(), minPauseMs)
  }

  close (): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#redis.disconnect()
  }

  async #watch (): Promise<void> {
    const left = await this.#check()
    await this.#configure().catch(() => {
      this.#told = undefined
    })
    if (this.#isFull) await this.#rewrite().catch(() => {})
    if (this.#closed) return
    const pauseMs = Math.min(maxPauseMs, Math.max(minPauseMs, left / bytesPerMs))
    this.#timer = setTimeout(() => this.#watch(), pauseMs)
  }

  // Returns the free bytes above the reserve. A full disk needs a quarter more to have room again.
  async #check (): Promise<number> {
    const found = await statfs(this.#path).catch(() => null)
    if (found === null) return Infinity
    const least = Math.min(reserveBytes, found.blocks * found.bsize / 4)
    const free = found.bavail * found.bsize
    const wasFull = this.#isFull
    this.#isFull = free < (wasFull ? least * 1.25 : least)
    if (this.#isFull !== wasFull) this.#log(sentence(this.#path, free, this.#isFull))
    await this.#ballast(free)
    return this.#isFull ? 0 : free - least
  }

  // Random bytes, since a file system may compress others.
  async #ballast (free: number): Promise<void> {
    const file = join(this.#path, 'ballast')
    if (free < ballastNeededBytes) await rm(file, { force: true }).catch(() => {})
    // A folder that was put in its place belongs to another presque.
    const isOurs = await stat(this.#path).then(found => {
      return identity(found) === this.#identity
    }, () => false)
    const isThere = () => access(file).then(() => true, () => false)
    if (!isOurs || this.#isFull || await isThere()) return
    const written = writeFile(file, randomBytes(ballastBytes), { mode: 0o600 })
    await written.catch(() => rm(file, { force: true }))
  }

  async #configure (): Promise<void> {
    if (this.#told === this.#isFull || this.#redis.status !== 'ready') return
    this.#told = this.#isFull
    for (const [name, value] of Object.entries(settings[this.#isFull ? 'full' : 'room'])) {
      await this.#redis.config('SET', name, value)
    }
  }

  // Jobs that were removed stay in the file until a new one is written beside it, which must fit.
  async #rewrite (): Promise<void> {
    const now = performance.now()
    if (now - this.#rewrittenAt < rewriteEveryMs || this.#redis.status !== 'ready') return
    this.#rewrittenAt = now
    const info = await this.#redis.info()
    const fact = (name: string) => {
      return Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0)
    }
    const { bavail, bsize } = await statfs(this.#path)
    const size = fact('used_memory_dataset')
    const isWorth = fact('aof_current_size') > 2 * size && size * 1.5 < bavail * bsize
    if (isWorth && fact('aof_rewrite_in_progress') === 0) await this.#redis.bgrewriteaof()
  }
}

function sentence (path: string, free: number, isFull: boolean): string {
  const left = `${Math.round(free / 2 ** 20)} MiB are left on the disk of ${path}`
  return isFull
    ? `${left}: pushes are refused (507) until there is more; ` +
      'taking, finishing and purging work on'
    : `${left}: pushes are taken again`
}

// The inode alone may be used again.
function identity ({ ino, birthtimeMs }: { ino: number, birthtimeMs: number }): string {
  return `${ino} ${birthtimeMs}`
}
