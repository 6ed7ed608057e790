import { errors } from '../errors.ts'
import { commonKey } from '../redis/keys.ts'
import { script } from '../redis/script.ts'
import { storeOf, type RedisClient } from '../redis/store.ts'
import { lastLayout, type Migration } from './migration.ts'
import { Migrator } from './migrator.ts'

/** Callbacks about the layout while the server runs. */
export interface LayoutEvents {
  log (sentence: string): void
  /** A step failed, and is tried again. */
  failed (error: unknown): void
  /** With an error, the server must not serve; without one it may again. */
  changed (error: Error | undefined): void
}

const raising = script<number>('raise_layout')

/**
 * The layout of the data in Redis: a number that grows where an older presque would misread what a
 * newer one writes. A server raises it to its own before it serves, checks it again now and then,
 * and does nothing in a Redis with a higher one.
 */
export class Layout {
  /** The newest that this server knows. */
  readonly known: number
  /** By the last check: the layout that servers write, and the one that all queues have. */
  version = 1
  migrated = 1
  readonly #redis: RedisClient
  readonly #events: LayoutEvents
  readonly #migrator: Migrator
  readonly #everyMs: number
  #migrating: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #checks = 0
  #closed = false

  constructor (
    redis: RedisClient, migrations: Migration[], everyMs: number, events: LayoutEvents
  ) {
    this.known = lastLayout(migrations)
    this.#redis = redis
    this.#events = events
    this.#everyMs = everyMs
    this.#migrator = new Migrator(redis, migrations, sentence => events.log(sentence))
  }

  /**
   * Checks which layout there is, and raises it to the one known here. The store of the client then
   * has the error of a layout that is newer.
   */
  async look (): Promise<void> {
    const [version, migrated] = await this.#redis.hmget(commonKey('layout'), 'version', 'migrated')
    this.version = Number(version ?? 1)
    this.migrated = Number(migrated ?? 1)
    this.#judge()
    if (this.version >= this.known) return
    this.version = await raising(this.#redis, '', { version: this.known })
    this.#judge()
  }

  /** Checks now and then, and migrates queues of an older layout. */
  start (): void {
    if (this.#closed) return
    this.#timer = setTimeout(async () => await this.#turn(), this.#everyMs).unref()
  }

  /** Resolves once the migration has ended. */
  async close (): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#migrator.close()
    await this.#migrating
  }

  #judge (): void {
    const store = storeOf(this.#redis)
    const before = store.incompatible
    const { version, known } = this
    const error = version > known ? new errors.LAYOUT_NEWER(version, known) : undefined
    store.incompatible = error
    if (before?.message !== error?.message) this.#events.changed(error)
  }

  async #turn (): Promise<void> {
    await this.look().catch(error => this.#events.failed(error))
    this.#checks++
    this.#migrate()
    this.start()
  }

  // Not after the first check: servers that do not know the new layout write until theirs.
  #migrate (): void {
    if (this.#closed || this.#checks < 2 || this.version !== this.known) return
    if (this.migrated >= this.known) return
    this.#migrating ??= this.#migrator.run()
      .catch(error => this.#events.failed(error))
      .finally(() => {
        this.#migrating = undefined
      })
  }
}
