import { setImmediate as turn } from 'node:timers/promises'
import { QueueDiscovery } from './queue-discovery.ts'
import { errors } from '../errors.ts'
import { event, places, type Position } from './event.ts'
import type { SseStream } from './sse-stream.ts'
import { EventLog, type LogObserver } from './event-log.ts'
import { Subscription } from './subscription.ts'
import { Subscriber } from '../redis/pubsub.ts'
import type { RedisClient } from '../redis/store.ts'

// In ms: how often the names of all queues are looked up, and how often each is read without a message, for messages get lost;
// the more there are, the less often; and each within five minutes, for after ten nothing is recorded any more.
const pause = { look: 1000, read: 2000, each: 20, longest: 300_000 }

// How many queues are left, and looked at, before others have their turn with the event loop and
// with Redis.
const piece = { left: 100, looked: 20 }

// How many queues may be known to be before a subscription to all is answered without waiting for each.
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
export class EventHub {
  readonly #redis: RedisClient
  // From the first subscription on, for it has a connection of its own.
  #subscriber: Subscriber | undefined
  readonly #logs = new Map<string, EventLog>()
  readonly #discovery: QueueDiscovery
  #timer: NodeJS.Timeout | undefined
  #next = 0
  #closed = false
  #looking = false
  #floor = { time: 0, until: 0 }

  constructor (redis: RedisClient) {
    this.#redis = redis
    this.#discovery = new QueueDiscovery(redis, this, mostPlaces)
  }

  /** How many clients were too slow and have been dropped. */
  dropped = 0

  /** How many queues are being read. */
  get logs (): number { return this.#logs.size }

  /**
   * Resolves once all is recorded that happens from now on; the stream tells it until it is over. Of
   * very many queues the stream begins earlier, and its first id says that all is recorded. Rejects
   * with LISTENERS_FULL.
   */
  async listen (stream: SseStream, { queues, lastId, ms, allows }: Listening): Promise<void> {
    const subscription = new Subscription(stream, { ms, allows, dropped: () => this.dropped++, ...(queues === null && { floor: () => this.readUpTo }) })
    const known = lastId === undefined ? null : places(lastId, queues?.length ?? Infinity)
    stream.once('close', () => this.leave(subscription))
    try {
      if (queues === null) await this.#listenToAll(subscription, known?.[0])
      else await this.#listenTo(queues, subscription, known)
    } catch (error) {
      this.leave(subscription)
      if (this.#closed) return
      throw error
    }
    if (lastId !== undefined && known === null) stream.write(event('gap', { at: Date.now() / 1000, reason: 'no such id here' }).text)
    if (stream.destroyed) this.leave(subscription)
    else void subscription.run()
  }

  async #listenToAll (subscription: Subscription, from?: Position): Promise<void> {
    const names = await this.#discovery.join(subscription, from)
    if (names.length <= few) return await this.#discovery.open(subscription, names, from)
    subscription.isWhole = false
    void this.#discovery.openPatiently(subscription, names, from).then(() => subscription.becomesWhole())
  }

  async #listenTo (queues: string[], subscription: Subscription, from: Position[] | null): Promise<void> {
    const logs = await Promise.all(queues.map(async queue => await this.follow(queue, subscription)))
    logs.forEach((log, i) => subscription.add(log, from?.[i]))
  }

  /**
   * Tells `observer` of what happens in that queue. Resolves once all is recorded that happens from
   * now on; rejects when Redis is away, or the server closes. `asks`: Redis is asked for a sign of
   * life also where the queue is followed already.
   */
  async follow (queue: string, observer: LogObserver, asks = true): Promise<EventLog> {
    if (this.#closed) throw new errors.REDIS_UNAVAILABLE()
    this.#subscriber ??= new Subscriber(this.#redis, queue => { void this.#logs.get(queue)?.read() })
    this.#timer ??= setInterval(() => this.#lookAfterAll(), pause.look).unref()
    const known = this.#logs.get(queue)
    const log = known ?? new EventLog(this.#redis, this.#subscriber.server, queue, this.#subscriber.add(queue))
    this.#logs.set(queue, log)
    log.observers.add(observer)
    if (known !== undefined) await (asks ? known.isThere() : known.ready)
    else await log.ready.catch(error => { void this.#close(log); throw error })
    return log
  }

  /** Tells it no more; what nobody follows is not read any more. */
  leave (observer: LogObserver): void {
    this.#discovery.leave(observer)
    void this.#partAll([...this.#logs.values()], observer)
  }

  // The first piece at once; of very many, each other one when Redis has heard of the one before.
  async #partAll (logs: EventLog[], observer: LogObserver): Promise<void> {
    for (let i = 0; i < logs.length; i += piece.left) {
      await Promise.all(logs.slice(i, i + piece.left).map(async log => await this.part(log, observer)))
      await turn()
    }
  }

  /** The same for one queue. */
  async part (log: EventLog, observer: LogObserver): Promise<void> {
    log.observers.delete(observer)
    if (log.observers.size === 0) await this.#close(log)
  }

  /** Up to when, in ms, all that is known of has been read. */
  get readUpTo (): number {
    // To look at a hundred thousand takes a millisecond: of very many, what was found is used again for a while.
    if (performance.now() < this.#floor.until) return this.#floor.time
    let least = this.#discovery.takenAt
    for (const { readUpTo } of this.#logs.values()) least = Math.min(least, readUpTo)
    this.#floor = { time: least, until: this.#logs.size < 1000 ? 0 : performance.now() + this.#logs.size / 100 }
    return least
  }

  close (): void {
    this.#closed = true
    clearInterval(this.#timer)
    for (const log of this.#logs.values()) log.close()
    this.#subscriber?.close()
  }

  async #close (log: EventLog): Promise<void> {
    log.close()
    if (this.#logs.get(log.queue) !== log) return
    this.#logs.delete(log.queue)
    await this.#subscriber?.remove(log.queue).catch(() => {})
  }

  #lookAfterAll (): void {
    if (this.#logs.size === 0) return
    this.#subscriber?.refresh().catch(() => {})
    this.#discovery.take().catch(() => {})
    if (!this.#looking) void this.#lookAtSome()
  }

  // Some of the queues each time, so that each has its turn.
  async #lookAtSome (): Promise<void> {
    this.#looking = true
    const logs = [...this.#logs.values()]
    const round = Math.min(Math.max(pause.read, logs.length * pause.each), pause.longest)
    const count = Math.ceil(logs.length * pause.look / round)
    for (let i = 0; i < count; i += piece.looked) {
      const some = Array.from({ length: Math.min(piece.looked, count - i) }, () => logs[this.#next++ % logs.length]!)
      await Promise.all(some.map(async log => await log.look()))
    }
    this.#looking = false
  }
}
