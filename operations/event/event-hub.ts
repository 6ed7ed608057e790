import { setImmediate as nextTurn } from 'node:timers/promises'
import { QueueDiscovery } from './queue-discovery.ts'
import { errors } from '../errors.ts'
import { parseCursors, type Cursor } from './cursor.ts'
import { EventLog, type LogObserver } from './event-log.ts'
import { event, type SseStream } from './sse-stream.ts'
import { Subscription } from './subscription.ts'
import { Subscriber } from '../redis/pubsub.ts'
import type { RedisClient } from '../redis/store.ts'

// In ms.
// - look: how often the hub looks for queues, and reads some logs without a message
// - read, each: how often each log is read, the less often the more logs there are
// - longest: at the latest, for after ten minutes Redis records no more
const times = { look: 1000, read: 2000, each: 20, longest: 300_000 }

// Logs that are left, or read, before others have their turn with the event loop and with Redis.
const piece = { left: 100, read: 20 }

// Up to this many queues a client of all queues is answered once each is open.
const few = 1000

// Cursors of all clients of all queues together: each takes about 100 bytes.
const mostCursors = 2_000_000

interface ListenOptions {
  /** Up to 32 names; null for all queues, those of later included. */
  queues: string[] | null
  /** The id after which the stream begins; without one it begins now. */
  lastId?: string | undefined
  /** After this time the stream ends, once all has been told, in ms. */
  ms?: number | undefined
  /** Which of all queues the client may see. */
  allows?: ((queue: string) => boolean) | undefined
}

/**
 * Tells clients what happens in queues. The log of each queue is read once for all of them, over
 * the one connection of this server.
 */
export class EventHub {
  readonly #redis: RedisClient
  // From the first log on, for it has a connection of its own.
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
    this.#discovery = new QueueDiscovery(redis, this, mostCursors)
  }

  /** How many clients were too slow and have been dropped. */
  dropped = 0

  /** How many logs are being read. */
  get logs (): number { return this.#logs.size }

  /**
   * Resolves once all is recorded that happens from now on; the stream tells it until it is over.
   * Of very many queues the stream begins earlier, and its first id says that all is recorded.
   * Rejects with LISTENERS_FULL.
   */
  async listen (stream: SseStream, options: ListenOptions): Promise<void> {
    const { queues, lastId } = options
    const subscription = this.#subscribe(stream, options)
    const known = lastId === undefined ? null : parseCursors(lastId, queues?.length ?? Infinity)
    stream.once('close', () => this.leave(subscription))
    try {
      if (queues === null) await this.#listenToAll(subscription, known?.[0])
      else await this.#listenTo(queues, subscription, known)
    } catch (error) {
      this.leave(subscription)
      if (this.#closed) return
      throw error
    }
    if (lastId !== undefined && known === null) {
      stream.write(event('gap', { at: Date.now() / 1000, reason: 'no such id here' }))
    }
    if (stream.destroyed) this.leave(subscription)
    else void subscription.run()
  }

  #subscribe (stream: SseStream, { queues, ms, allows }: ListenOptions): Subscription {
    const dropped = (): void => {
      this.dropped++
    }
    const floor = queues === null ? () => this.readUpTo : undefined
    return new Subscription(stream, { ms, allows, dropped, floor })
  }

  async #listenToAll (subscription: Subscription, from?: Cursor): Promise<void> {
    const names = await this.#discovery.join(subscription, from)
    if (names.length <= few) return await this.#discovery.open(subscription, names, from)
    subscription.isWhole = false
    void this.#discovery.openPatiently(subscription, names, from)
      .then(() => subscription.becomeWhole())
  }

  async #listenTo (
    queues: string[], subscription: Subscription, from: Cursor[] | null
  ): Promise<void> {
    const follow = async (queue: string) => await this.follow(queue, subscription)
    const logs = await Promise.all(queues.map(follow))
    logs.forEach((log, i) => subscription.add(log, from?.[i]))
  }

  /**
   * Tells `observer` when the log of that queue grows. Resolves once all is recorded that happens
   * from now on; rejects when Redis is away, or the server closes. `asks`: asks Redis for a sign of
   * life also where the log is read already.
   */
  async follow (queue: string, observer: LogObserver, asks = true): Promise<EventLog> {
    if (this.#closed) throw new errors.REDIS_UNAVAILABLE()
    const known = this.#logs.get(queue)
    const log = known ?? this.#open(queue)
    log.observers.add(observer)
    if (known !== undefined) {
      await (asks ? known.assertAlive() : known.ready)
      return known
    }
    try {
      await log.ready
    } catch (error) {
      void this.#close(log)
      throw error
    }
    return log
  }

  #open (queue: string): EventLog {
    this.#subscriber ??= new Subscriber(this.#redis, queue => {
      void this.#logs.get(queue)?.read()
    })
    this.#timer ??= setInterval(() => this.#lookAfterAll(), times.look).unref()
    const { server } = this.#subscriber
    const log = new EventLog(this.#redis, server, queue, this.#subscriber.add(queue))
    this.#logs.set(queue, log)
    return log
  }

  /** Tells it no more. A log without observers is not read any more. */
  leave (observer: LogObserver): void {
    this.#discovery.leave(observer)
    void this.#partAll([...this.#logs.values()], observer)
  }

  // The first piece at once; each other one when Redis has answered the one before.
  async #partAll (logs: EventLog[], observer: LogObserver): Promise<void> {
    for (let i = 0; i < logs.length; i += piece.left) {
      const some = logs.slice(i, i + piece.left)
      await Promise.all(some.map(async log => await this.part(log, observer)))
      await nextTurn()
    }
  }

  /** The same for one log. */
  async part (log: EventLog, observer: LogObserver): Promise<void> {
    log.observers.delete(observer)
    if (log.observers.size === 0) await this.#close(log)
  }

  /** The time in ms up to which all known logs have been read. */
  get readUpTo (): number {
    // A hundred thousand logs take a millisecond: of very many, the result is used for a while.
    if (performance.now() < this.#floor.until) return this.#floor.time
    let time = this.#discovery.takenAt
    for (const { readUpTo } of this.#logs.values()) time = Math.min(time, readUpTo)
    const { size } = this.#logs
    this.#floor = { time, until: size < 1000 ? 0 : performance.now() + size / 100 }
    return time
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

  // Some of the logs each time, so that each has its turn.
  async #lookAtSome (): Promise<void> {
    this.#looking = true
    const logs = [...this.#logs.values()]
    const round = Math.min(Math.max(times.read, logs.length * times.each), times.longest)
    const count = Math.ceil(logs.length * times.look / round)
    for (let i = 0; i < count; i += piece.read) {
      const length = Math.min(piece.read, count - i)
      const some = Array.from({ length }, () => logs[this.#next++ % logs.length]!)
      await Promise.all(some.map(async log => await log.look()))
    }
    this.#looking = false
  }
}
