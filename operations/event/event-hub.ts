import { setImmediate as turn } from 'node:timers/promises'
import { Census } from './queue-discovery.ts'
import { errors } from '../errors.ts'
import { event, places, type Position } from './event.ts'
import type { EventStream } from './sse-stream.ts'
import { Feed, type Hearer } from './event-log.ts'
import { Listener } from './subscription.ts'
import { Subscriber } from '../redis/pubsub.ts'
import type { RedisClient } from '../redis/client.ts'

// In ms: how often the names of all queues are looked up, and how often each is read without a message, for messages get lost;
// the more there are, the less often; and each within five minutes, for after ten nothing is recorded any more.
const pause = { look: 1000, read: 2000, each: 20, longest: 300_000 }

// How many queues are left, and looked at, before others have their turn with the event loop and
// with Redis.
const piece = { left: 100, looked: 20 }

// How many queues may be known to be before a listener to all is answered without waiting for each.
const few = 1000

// How many places in queues those who listen to all may have together: each is some 100 bytes.
const mostPlaces = 2_000_000

interface Listening {
  /** Up to 32 names; null for all there are and come to be. */
  queues: string[] | null
  /** From where on; from now on if none is given. */
  lastId?: string | undefined
  /** In ms: when it ends, once all has been told. */
  ms?: number | undefined
  /** Which of all queues it may hear of. */
  allows?: ((queue: string) => boolean) | undefined
}

/** Lets clients listen to what happens in queues: each queue is read once, over the one connection of this server, for all of them. */
export class Listeners {
  readonly #redis: RedisClient
  // From the first listener on, for it has a connection of its own.
  #subscriber: Subscriber | undefined
  readonly #feeds = new Map<string, Feed>()
  readonly #census: Census
  #timer: NodeJS.Timeout | undefined
  #next = 0
  #closed = false
  #looking = false
  #floor = { time: 0, until: 0 }

  constructor (redis: RedisClient) {
    this.#redis = redis
    this.#census = new Census(redis, this, mostPlaces)
  }

  /** How many clients were too slow and have been dropped. */
  dropped = 0

  /** How many queues are being read. */
  get feeds (): number { return this.#feeds.size }

  /**
   * Resolves once all is recorded that happens from now on; the stream tells it until it is over. Of
   * very many queues the stream begins earlier, and its first id says that all is recorded. Rejects
   * with LISTENERS_FULL.
   */
  async listen (stream: EventStream, { queues, lastId, ms, allows }: Listening): Promise<void> {
    const listener = new Listener(stream, { ms, allows, dropped: () => this.dropped++, ...(queues === null && { floor: () => this.readUpTo }) })
    const known = lastId === undefined ? null : places(lastId, queues?.length ?? Infinity)
    stream.once('close', () => this.leave(listener))
    try {
      if (queues === null) await this.#listenToAll(listener, known?.[0])
      else await this.#listenTo(queues, listener, known)
    } catch (error) {
      this.leave(listener)
      if (this.#closed) return
      throw error
    }
    if (lastId !== undefined && known === null) stream.write(event('gap', { at: Date.now() / 1000, reason: 'no such id here' }).text)
    if (stream.destroyed) this.leave(listener)
    else void listener.run()
  }

  async #listenToAll (listener: Listener, from?: Position): Promise<void> {
    const names = await this.#census.join(listener, from)
    if (names.length <= few) return await this.#census.open(listener, names, from)
    listener.isWhole = false
    void this.#census.openPatiently(listener, names, from).then(() => listener.becomesWhole())
  }

  async #listenTo (queues: string[], listener: Listener, from: Position[] | null): Promise<void> {
    const feeds = await Promise.all(queues.map(async queue => await this.follow(queue, listener)))
    feeds.forEach((feed, i) => listener.add(feed, from?.[i]))
  }

  /**
   * Tells `hearer` of what happens in that queue. Resolves once all is recorded that happens from
   * now on; rejects when Redis is away, or the server closes. `asks`: Redis is asked for a sign of
   * life also where the queue is followed already.
   */
  async follow (queue: string, hearer: Hearer, asks = true): Promise<Feed> {
    if (this.#closed) throw new errors.REDIS_UNAVAILABLE()
    this.#subscriber ??= new Subscriber(this.#redis, queue => { void this.#feeds.get(queue)?.read() })
    this.#timer ??= setInterval(() => this.#lookAfterAll(), pause.look).unref()
    const known = this.#feeds.get(queue)
    const feed = known ?? new Feed(this.#redis, this.#subscriber.server, queue, this.#subscriber.add(queue))
    this.#feeds.set(queue, feed)
    feed.hearers.add(hearer)
    if (known !== undefined) await (asks ? known.isThere() : known.ready)
    else await feed.ready.catch(error => { void this.#close(feed); throw error })
    return feed
  }

  /** Tells it no more; what nobody follows is not read any more. */
  leave (hearer: Hearer): void {
    this.#census.leave(hearer)
    void this.#partAll([...this.#feeds.values()], hearer)
  }

  // The first piece at once; of very many, each other one when Redis has heard of the one before.
  async #partAll (feeds: Feed[], hearer: Hearer): Promise<void> {
    for (let i = 0; i < feeds.length; i += piece.left) {
      await Promise.all(feeds.slice(i, i + piece.left).map(async feed => await this.part(feed, hearer)))
      await turn()
    }
  }

  /** The same for one queue. */
  async part (feed: Feed, hearer: Hearer): Promise<void> {
    feed.hearers.delete(hearer)
    if (feed.hearers.size === 0) await this.#close(feed)
  }

  /** Up to when, in ms, all that is known of has been read. */
  get readUpTo (): number {
    // To look at a hundred thousand takes a millisecond: of very many, what was found is used again for a while.
    if (performance.now() < this.#floor.until) return this.#floor.time
    let least = this.#census.takenAt
    for (const { readUpTo } of this.#feeds.values()) least = Math.min(least, readUpTo)
    this.#floor = { time: least, until: this.#feeds.size < 1000 ? 0 : performance.now() + this.#feeds.size / 100 }
    return least
  }

  close (): void {
    this.#closed = true
    clearInterval(this.#timer)
    for (const feed of this.#feeds.values()) feed.close()
    this.#subscriber?.close()
  }

  async #close (feed: Feed): Promise<void> {
    feed.close()
    if (this.#feeds.get(feed.queue) !== feed) return
    this.#feeds.delete(feed.queue)
    await this.#subscriber?.remove(feed.queue).catch(() => {})
  }

  #lookAfterAll (): void {
    if (this.#feeds.size === 0) return
    this.#subscriber?.refresh().catch(() => {})
    this.#census.take().catch(() => {})
    if (!this.#looking) void this.#lookAtSome()
  }

  // Some of the queues each time, so that each has its turn.
  async #lookAtSome (): Promise<void> {
    this.#looking = true
    const feeds = [...this.#feeds.values()]
    const round = Math.min(Math.max(pause.read, feeds.length * pause.each), pause.longest)
    const count = Math.ceil(feeds.length * pause.look / round)
    for (let i = 0; i < count; i += piece.looked) {
      const some = Array.from({ length: Math.min(piece.looked, count - i) }, () => feeds[this.#next++ % feeds.length]!)
      await Promise.all(some.map(async feed => await feed.look()))
    }
    this.#looking = false
  }
}
