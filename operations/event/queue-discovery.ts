import { setTimeout as delay } from 'node:timers/promises'
import { errors } from '../errors.ts'
import { cursorAfterTime, type Cursor } from './cursor.ts'
import type { EventLog, LogObserver } from './event-log.ts'
import type { Subscription } from './subscription.ts'
import { filterInPieces, setInPieces, Turns } from '../in-pieces.ts'
import { queues } from '../queue/queue.ts'
import type { RedisClient } from '../redis/store.ts'

interface Hub {
  follow (queue: string, observer: LogObserver, asks: boolean): Promise<EventLog>
  part (log: EventLog, observer: LogObserver): Promise<void>
}

// Logs that are opened at once, for all clients together: other calls have their turn with Redis in
// between.
const batchSize = 20

// A log for which Redis did not answer is opened again after this time.
const retryMs = 500

/** Which queues there are, for clients of all queues: queues come and go. */
export class QueueDiscovery {
  /** In ms: events of a queue that is not known yet are later than this. */
  takenAt = 0
  readonly #redis: RedisClient
  readonly #hub: Hub
  readonly #mostCursors: number
  readonly #turns = new Turns()
  readonly #subscriptions = new Set<Subscription>()
  #known = new Set<string>()
  // Missing the last time. A queue that is purged loses its name a moment before its last event.
  #missing = new Set<string>()
  #taking: Promise<void> | undefined
  #restsUntil = 0

  /** `mostCursors`: subscriptions to all queues, times queues. */
  constructor (redis: RedisClient, hub: Hub, mostCursors: number) {
    this.#redis = redis
    this.#hub = hub
    this.#mostCursors = mostCursors
  }

  /**
   * Adds new queues to the subscription from now on. Returns the names of the queues that exist,
   * for which `open` is to be called. Rejects with LISTENERS_FULL.
   */
  async join (subscription: Subscription, from?: Cursor): Promise<string[]> {
    await this.take(true)
    const cursors = (this.#subscriptions.size + 1) * this.#known.size
    const isFull = this.#subscriptions.size > 0 && cursors > this.#mostCursors
    if (isFull) throw new errors.LISTENERS_FULL()
    subscription.told = from === undefined ? this.takenAt : Number(from.entry.split('-')[0])
    this.#subscriptions.add(subscription)
    return await filterInPieces([...this.#known], subscription.allows)
  }

  /** Opens those queues for the subscription, from that cursor on if there is one. */
  async open (subscription: Subscription, names: string[], from?: Cursor): Promise<void> {
    await this.#inBatches(names, async queue => await this.#openOne(subscription, queue, from))
  }

  /** The same, for as long as it takes, also where Redis is away meanwhile. Never rejects. */
  async openPatiently (subscription: Subscription, names: string[], from?: Cursor): Promise<void> {
    await this.#inBatches(names, async queue => {
      const open = async (): Promise<boolean> => {
        await this.#openOne(subscription, queue, from)
        return true
      }
      while (!subscription.over && !await open().catch(() => false)) {
        await delay(retryMs, undefined, { ref: false })
      }
    })
  }

  async #openOne (subscription: Subscription, queue: string, from?: Cursor): Promise<void> {
    if (subscription.over) return
    const log = await this.#hub.follow(queue, subscription, false)
    if (!subscription.has(log)) subscription.add(log, from)
    if (from === undefined) subscription.told = Math.min(subscription.told, log.readUpTo)
  }

  leave (observer: LogObserver): void {
    this.#subscriptions.delete(observer as Subscription)
  }

  /** Looks which queues there are; `first`: also if there is no subscription to all queues yet. */
  async take (first = false): Promise<void> {
    const isIdle = this.#subscriptions.size === 0 || performance.now() < this.#restsUntil
    if (!first && isIdle) return
    this.#taking ??= this.#take().finally(() => {
      this.#taking = undefined
    })
    await this.#taking
  }

  async #take (): Promise<void> {
    const start = performance.now()
    const [seconds, micros] = await this.#redis.time()
    const all = await queues(this.#redis)
    const names = await setInPieces(all)
    const added = await filterInPieces(all, name => !this.#known.has(name))
    await this.#addToAll(added)
    await this.#removeMissing(names)
    await filterInPieces(added, name => this.#known.add(name) === undefined)
    const time = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)
    this.takenAt = Math.max(this.takenAt, time - 1)
    // Of very many queues the look takes a while: it may use a tenth of the time.
    this.#restsUntil = start + 10 * (performance.now() - start)
  }

  async #addToAll (names: string[]): Promise<void> {
    for (const subscription of this.#subscriptions) {
      const seen = await filterInPieces(names, subscription.allows)
      await this.#inBatches(seen, async name => {
        if (subscription.over) return
        const log = await this.#hub.follow(name, subscription, false)
        if (!subscription.has(log)) subscription.add(log, cursorAfterTime(subscription.told))
      })
    }
  }

  async #removeMissing (names: Set<string>): Promise<void> {
    const missing = await filterInPieces([...this.#known], name => !names.has(name))
    for (const name of missing) {
      if (this.#missing.has(name)) await this.#forget(name)
    }
    this.#missing = new Set(missing.filter(name => this.#known.has(name)))
  }

  async #forget (name: string): Promise<void> {
    this.#known.delete(name)
    for (const subscription of [...this.#subscriptions]) {
      if (!subscription.allows(name)) continue
      const log = await this.#hub.follow(name, subscription, false)
      subscription.remove(log)
      await this.#hub.part(log, subscription)
    }
  }

  // One batch at a time, for all subscriptions together.
  async #inBatches (names: string[], act: (name: string) => Promise<void>): Promise<void> {
    for (let i = 0; i < names.length; i += batchSize) {
      const some = names.slice(i, i + batchSize)
      await this.#turns.take(async () => await Promise.all(some.map(act)))
    }
  }
}
