import { errors } from '../errors.ts'
import { commonKey } from '../redis/keys.ts'
import { lastLayout, type Migration } from './migration.ts'
import { Migrator } from './migrator.ts'
import { script } from '../redis/script.ts'
import { storeOf, type RedisClient } from '../redis/store.ts'

/** What a server says of the layout as it serves. */
export interface LayoutEvents {
  log (sentence: string): void
  /** What it could not do, and tries again. */
  failed (error: unknown): void
  /** It must not serve from now on; or may again, without an error. */
  changed (error: Error | undefined): void
}

const raising = script<number>('raise_layout')

/**
 * The layout of the data in Redis: a number that grows where an older presque would misread what a
 * newer one writes. A server raises it to its own before it serves, looks again now and then, and
 * does nothing in a Redis with a higher one.
 */
export class Layout {
  /** The newest that this server knows. */
  readonly known: number
  /** What stood in Redis at the last look: what servers write, and what all queues have. */
  version = 1
  migrated = 1
  readonly #redis: RedisClient
  readonly #events: LayoutEvents
  readonly #migrator: Migrator
  readonly #every: number
  #migrating: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #looks = 0
  #closed = false

  /** `every`: how often it looks, in ms. */
  constructor (redis: RedisClient, migrations: Migration[], every: number, events: LayoutEvents) {
    this.known = lastLayout(migrations)
    this.#redis = redis
    this.#events = events
    this.#every = every
    this.#migrator = new Migrator(redis, migrations, sentence => events.log(sentence))
  }

  /**
   * Looks which layout there is, and raises it to the one known here. The client then knows whether
   * this server may serve.
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

  /** Looks now and then, and migrates what is to be migrated. */
  start (): void {
    if (!this.#closed) this.#timer = setTimeout(() => { void this.#turn() }, this.#every).unref()
  }

  /** Resolves once it does nothing more. */
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
    this.#looks++
    this.#migrate()
    this.start()
  }

  // Not after the first look: servers that do not know the new layout write until they look, too.
  #migrate (): void {
    if (this.#closed || this.#looks < 2 || this.version !== this.known) return
    if (this.migrated >= this.known) return
    this.#migrating ??= this.#migrator.run()
      .catch(error => this.#events.failed(error))
      .finally(() => { this.#migrating = undefined })
  }
}
