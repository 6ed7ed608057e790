import { afterTime, type Position } from './event.ts'
import type { Feed, Hearer } from './feed.ts'
import type { Listener } from './listener.ts'
import { filtered, setOf } from './pieces.ts'
import { queues } from './queue.ts'
import type { RedisClient } from './redis.ts'

interface Following {
  follow (queue: string, hearer: Hearer): Promise<Feed>
  part (feed: Feed, hearer: Hearer): void
}

/** Which queues there are, for those who listen to all: they come and go. */
export class Census {
  /** In ms: what happens in a queue that is not known yet happens later than this. */
  takenAt = 0
  readonly #redis: RedisClient
  readonly #listeners: Following
  readonly #toAll = new Set<Listener>()
  #known = new Set<string>()
  // Those that were missing the last time. A queue that is purged has no name a moment before it says so.
  #missing = new Set<string>()
  #taking: Promise<void> | undefined
  #restsUntil = 0

  constructor (redis: RedisClient, listeners: Following) {
    this.#redis = redis
    this.#listeners = listeners
  }

  /** It hears of all queues there are and come to be, from that time on if one is given. */
  async join (listener: Listener, from?: Position): Promise<void> {
    await this.take(true)
    listener.told = from === undefined ? this.takenAt : Number(from.entry.split('-')[0])
    this.#toAll.add(listener)
    await inHandfuls(await filtered([...this.#known], listener.allows), async queue => {
      if (listener.over) return
      const feed = await this.#listeners.follow(queue, listener)
      if (!listener.has(feed)) listener.add(feed, from)
      if (from === undefined) listener.told = Math.min(listener.told, feed.readUpTo)
    })
  }

  leave (listener: Hearer): void {
    this.#toAll.delete(listener as Listener)
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
    const names = await setOf(all)
    const added = await filtered(all, name => !this.#known.has(name))
    for (const listener of this.#toAll) {
      await inHandfuls(added.filter(listener.allows), async name => {
        if (listener.over) return
        const feed = await this.#listeners.follow(name, listener)
        if (!listener.has(feed)) listener.add(feed, afterTime(listener.told))
      })
    }
    const gone = await filtered([...this.#known], name => !names.has(name))
    for (const name of gone.filter(name => this.#missing.has(name))) await this.#forget(name)
    this.#missing = new Set(gone.filter(name => this.#known.has(name)))
    for (const name of added) this.#known.add(name)
    this.takenAt = Math.max(this.takenAt, Number(seconds) * 1000 + Math.floor(Number(micros) / 1000) - 1)
    // Of very many queues, looking what there is takes a while: at most a tenth of the time is spent on it.
    this.#restsUntil = start + 10 * (performance.now() - start)
  }

  async #forget (name: string): Promise<void> {
    this.#known.delete(name)
    for (const listener of [...this.#toAll].filter(({ allows }) => allows(name))) {
      const feed = await this.#listeners.follow(name, listener)
      listener.remove(feed)
      this.#listeners.part(feed, listener)
    }
  }
}

// So many at once: others have their turn with Redis in between.
const handful = 20

async function inHandfuls (names: string[], act: (name: string) => Promise<void>): Promise<void> {
  for (let i = 0; i < names.length; i += handful) await Promise.all(names.slice(i, i + handful).map(act))
}
