import { setTimeout as delay } from 'node:timers/promises'
import { errors } from '../errors.ts'
import { afterTime, type Position } from './event.ts'
import type { EventLog, LogObserver } from './event-log.ts'
import type { Subscription } from './subscription.ts'
import { filterInPieces, setInPieces, Turns } from '../in-pieces.ts'
import { queues } from '../queue/queue.ts'
import type { RedisClient } from '../redis/store.ts'

interface Following {
  follow (queue: string, observer: LogObserver, asks: boolean): Promise<EventLog>
  part (log: EventLog, observer: LogObserver): Promise<void>
}

// How many queues are opened at once, whoever listens: others have their turn with Redis in between.
const handful = 20

// In ms: after how long a queue is opened again that Redis did not answer for.
const pause = 500

/** Which queues there are, for those who listen to all: they come and go. */
export class QueueDiscovery {
  /** In ms: what happens in a queue that is not known yet happens later than this. */
  takenAt = 0
  readonly #redis: RedisClient
  readonly #hub: Following
  readonly #mostPlaces: number
  readonly #turns = new Turns()
  readonly #toAll = new Set<Subscription>()
  #known = new Set<string>()
  // Those that were missing the last time. A queue that is purged has no name a moment before it says so.
  #missing = new Set<string>()
  #taking: Promise<void> | undefined
  #restsUntil = 0

  /** `mostPlaces`: those who listen to all queues, times the queues that there are. */
  constructor (redis: RedisClient, hub: Following, mostPlaces: number) {
    this.#redis = redis
    this.#hub = hub
    this.#mostPlaces = mostPlaces
  }

  /**
   * From now on it hears of all queues that come to be. Returns the names of those that there are,
   * which are to be opened for it. Rejects with LISTENERS_FULL.
   */
  async join (subscription: Subscription, from?: Position): Promise<string[]> {
    await this.take(true)
    const places = (this.#toAll.size + 1) * this.#known.size
    if (this.#toAll.size > 0 && places > this.#mostPlaces) throw new errors.LISTENERS_FULL()
    subscription.told = from === undefined ? this.takenAt : Number(from.entry.split('-')[0])
    this.#toAll.add(subscription)
    return await filterInPieces([...this.#known], subscription.allows)
  }

  /** Opens those queues for it, from that time on if one is given. */
  async open (subscription: Subscription, names: string[], from?: Position): Promise<void> {
    await this.#inHandfuls(names, async queue => { await this.#openOne(subscription, queue, from) })
  }

  /** The same, for as long as it takes, also where Redis is away meanwhile. Never rejects. */
  async openPatiently (subscription: Subscription, names: string[], from?: Position): Promise<void> {
    await this.#inHandfuls(names, async queue => {
      const open = async () => { await this.#openOne(subscription, queue, from); return true }
      while (!subscription.over && !await open().catch(() => false)) await delay(pause, undefined, { ref: false })
    })
  }

  async #openOne (subscription: Subscription, queue: string, from?: Position): Promise<void> {
    if (subscription.over) return
    const log = await this.#hub.follow(queue, subscription, false)
    if (!subscription.has(log)) subscription.add(log, from)
    if (from === undefined) subscription.told = Math.min(subscription.told, log.readUpTo)
  }

  leave (subscription: LogObserver): void {
    this.#toAll.delete(subscription as Subscription)
  }

  /** Looks what there is by now; \`first\`: also if nobody listens to all yet. */
  async take (first = false): Promise<void> {
    if (!first && (this.#toAll.size === 0 || performance.now() < this.#restsUntil)) return
    this.#taking ??= this.#take().finally(() => { this.#taking = undefined })
    await this.#taking
  }

  async #take (): Promise<void> {
    const start = performance.now()
    const [seconds, micros] = await this.#redis.time()
    const all = await queues(this.#redis)
    const names = await setInPieces(all)
    const added = await filterInPieces(all, name => !this.#known.has(name))
    for (const subscription of this.#toAll) {
      await this.#inHandfuls(await filterInPieces(added, subscription.allows), async name => {
        if (subscription.over) return
        const log = await this.#hub.follow(name, subscription, false)
        if (!subscription.has(log)) subscription.add(log, afterTime(subscription.told))
      })
    }
    const gone = await filterInPieces([...this.#known], name => !names.has(name))
    for (const name of gone.filter(name => this.#missing.has(name))) await this.#forget(name)
    this.#missing = new Set(gone.filter(name => this.#known.has(name)))
    await filterInPieces(added, name => this.#known.add(name) === undefined)
    this.takenAt = Math.max(this.takenAt, Number(seconds) * 1000 + Math.floor(Number(micros) / 1000) - 1)
    // Of very many queues, looking what there is takes a while: at most a tenth of the time is spent on it.
    this.#restsUntil = start + 10 * (performance.now() - start)
  }

  async #forget (name: string): Promise<void> {
    this.#known.delete(name)
    for (const subscription of [...this.#toAll].filter(({ allows }) => allows(name))) {
      const log = await this.#hub.follow(name, subscription, false)
      subscription.remove(log)
      await this.#hub.part(log, subscription)
    }
  }

  // One handful at a time, for all who listen together.
  async #inHandfuls (names: string[], act: (name: string) => Promise<void>): Promise<void> {
    for (let i = 0; i < names.length; i += handful) {
      await this.#turns.take(async () => await Promise.all(names.slice(i, i + handful).map(act)))
    }
  }
}
