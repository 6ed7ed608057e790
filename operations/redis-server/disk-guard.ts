import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { access, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'

/**
 * Keeps a private Redis alive while its disk is full. Redis ends when it cannot write what it is to keep (`appendfsync
 * always`), so it is told before: it gets a `maxmemory` that it is above, and from then on takes only what removes. That is
 * a full Redis as every script knows it: pushes are 507, and what takes, finishes, purges or looks works on.
 * Where others fill the disk to the last byte, a file is given up that stands there for that: what removes is written, too.
 */

// In bytes: what is left for taking and finishing; a quarter of a disk that is smaller than four times that.
const reserve = 128 * 2 ** 20

// In bytes a ms: so fast pushes may fill the disk between two looks. In ms: how often it is looked at.
const speed = 200_000
const soonest = 20
const latest = 1000

// In bytes: the file that is given up, room for some thousands of takes. It is when less than `last` is left.
const ballastSize = 2 ** 20
const last = ballastSize / 4

// In ms: so often a file that is mostly of jobs that are gone is written anew, while the disk is full.
const rewriteEvery = 5000

/** What Redis is told while there is room, and while there is not. Without `always`, a write that fails does not end it. */
const settings = {
  room: { maxmemory: '0', appendfsync: 'always', 'auto-aof-rewrite-percentage': '100' },
  full: { maxmemory: '1', appendfsync: 'everysec', 'auto-aof-rewrite-percentage': '0' }
}

export class DiskGuard {
  readonly #path: string
  readonly #birth: string
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
    this.#birth = birth(statSync(path))
    this.#log = log
    this.#redis = new Redis({
      path: socket,
      lazyConnect: true,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: 5000,
      retryStrategy: () => 100
    })
    // What is new has the settings that it was started with.
    this.#redis.on('error', () => {}).on('close', () => { this.#told = undefined })
  }

  /** Looks at the disk for a Redis that is about to start. Returns its settings. */
  async flags (): Promise<string[]> {
    await this.#look()
    const now = settings[this.#isFull ? 'full' : 'room']
    return Object.entries(now).flatMap(([name, value]) => [`--${name}`, value])
  }

  /** Begins to watch; the Redis answers. */
  start (): void {
    this.#redis.connect().catch(() => {})
    this.#timer = setTimeout(() => this.#watch(), soonest)
  }

  close (): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#redis.disconnect()
  }

  async #watch (): Promise<void> {
    const left = await this.#look()
    await this.#tell().catch(() => { this.#told = undefined })
    if (this.#isFull) await this.#rewrite().catch(() => {})
    if (this.#closed) return
    this.#timer = setTimeout(() => this.#watch(), Math.min(latest, Math.max(soonest, left / speed)))
  }

  // How many bytes there are above the reserve. Once it is full, there must be a quarter more of it.
  async #look (): Promise<number> {
    const found = await statfs(this.#path).catch(() => null)
    if (found === null) return Infinity
    const least = Math.min(reserve, found.blocks * found.bsize / 4)
    const free = found.bavail * found.bsize
    const wasFull = this.#isFull
    this.#isFull = free < (wasFull ? least * 1.25 : least)
    if (this.#isFull !== wasFull) this.#log(sentence(this.#path, free, this.#isFull))
    await this.#ballast(free)
    return this.#isFull ? 0 : free - least
  }

  // Of random bytes, for a file system may store no others, or few.
  async #ballast (free: number): Promise<void> {
    const file = join(this.#path, 'ballast')
    if (free < last) await rm(file, { force: true }).catch(() => {})
    // A folder that has been put in its place belongs to another.
    const isOurs = await stat(this.#path).then(found => birth(found) === this.#birth, () => false)
    if (!isOurs || this.#isFull || await access(file).then(() => true, () => false)) return
    await writeFile(file, randomBytes(ballastSize), { mode: 0o600 }).catch(() => rm(file, { force: true }))
  }

  async #tell (): Promise<void> {
    if (this.#told === this.#isFull || this.#redis.status !== 'ready') return
    this.#told = this.#isFull
    for (const [name, value] of Object.entries(settings[this.#isFull ? 'full' : 'room'])) {
      await this.#redis.config('SET', name, value)
    }
  }

  // What was taken out stays in the file until it is written anew, beside the old one: that must fit.
  async #rewrite (): Promise<void> {
    const now = performance.now()
    if (now - this.#rewrittenAt < rewriteEvery || this.#redis.status !== 'ready') return
    this.#rewrittenAt = now
    const info = await this.#redis.info()
    const fact = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0)
    const { bavail, bsize } = await statfs(this.#path)
    const size = fact('used_memory_dataset')
    const isWorth = fact('aof_current_size') > 2 * size && size * 1.5 < bavail * bsize
    if (isWorth && fact('aof_rewrite_in_progress') === 0) await this.#redis.bgrewriteaof()
  }
}

function sentence (path: string, free: number, isFull: boolean): string {
  const left = `${Math.round(free / 2 ** 20)} MiB are left on the disk of ${path}`
  return isFull
    ? `${left}: pushes are refused (507) until there is more; taking, finishing and purging work on`
    : `${left}: pushes are taken again`
}

// A number alone is given again.
function birth ({ ino, birthtimeMs }: { ino: number, birthtimeMs: number }): string {
  return `${ino} ${birthtimeMs}`
}
