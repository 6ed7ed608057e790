import { errors } from '../errors.ts'
import { commonKey, queueKey } from '../redis/keys.ts'
import { scriptLimits } from '../redis/script-limits.ts'
import { storeOf, type RedisClient } from '../redis/store.ts'
import { member, registration, workerField, type Registration } from './registration.ts'

// Most requests cost no command: the worker of one is not noted again within this time.
const noteEveryMs = 30_000
// A full roster removes workers that have been silent for this time.
const silentMs = 300_000
const sweepEveryMs = 1000

const membersPerCommand = 1000

/** The fields of a worker in the hash `workers` of a queue; after `about`, of older versions. */
export const fields = ['processed', 'failed', 'about', 'job', 'taken_at'] as const

/** How many registrations there may be, unless the server sets another limit. */
export const defaultLimit = 100_000

interface Pending { pairs: Map<string, Registration>, written: Promise<Set<string>> }

/**
 * The register of workers and their queues, in keys of no queue, and in `registered` of each queue.
 * Every write is a plain command that may be repeated: no script can cross slots of a Cluster.
 */
export class Roster {
  readonly #redis: RedisClient
  // A time in ms, of a test alone: instead of that of Redis, and of performance.now().
  readonly #given: (() => number) | undefined
  // When a registration was last written, by performance.now().
  readonly #noted = new Map<string, number>()
  #pending: Pending | undefined
  readonly #writing = new Set<Promise<unknown>>()
  #sweptAt = -Infinity

  constructor (redis: RedisClient, given?: () => number) {
    this.#redis = redis
    this.#given = given
  }

  /** Notes that a request named this worker. Errors are dropped: the request goes on. */
  markSeen (queue: string, worker: string): void {
    const pair = member({ queue, worker })
    const now = this.#now()
    if (now - (this.#noted.get(pair) ?? -Infinity) < noteEveryMs) return
    if (this.#noted.size >= this.#limit) this.#noted.clear()
    this.#noted.set(pair, now)
    this.#gather(pair, { queue, worker }).catch(() => this.#noted.delete(pair))
  }

  /** Registers a worker on a queue. Rejects with WORKERS_FULL. */
  async register (queue: string, worker: string): Promise<void> {
    const pair = member({ queue, worker })
    const refused = await this.#gather(pair, { queue, worker })
    if (refused.has(pair)) throw new errors.WORKERS_FULL()
    this.#noted.set(pair, this.#now())
  }

  /** Removes a worker from a queue, with its counters there. */
  async unregister (queue: string, worker: string): Promise<void> {
    await Promise.all(this.#writing)
    await this.#forget([{ queue, worker }])
  }

  async #forget (gone: Registration[]): Promise<void> {
    const redis = this.#redis
    const pairs = gone.map(member)
    for (const pair of pairs) this.#noted.delete(pair)
    await Promise.all(gone.flatMap(({ queue, worker }) => [
      redis.hdel(commonKey('workers'), workerField({ queue, worker })),
      redis.hdel(queueKey(queue, 'workers'), ...fields.map(field => `${field}:${worker}`)),
      redis.hdel(queueKey(queue, 'latest'), worker),
      redis.zrem(queueKey(queue, 'registered'), worker),
      redis.zrem(queueKey(queue, 'heard'), worker),
      redis.zrem(queueKey(queue, 'quiet'), worker)
    ]))
    await redis.zrem(commonKey('roster'), ...pairs)
    // Last: a server that dies before this leaves an entry that the next sweep finds.
    await redis.zrem(commonKey('noted'), ...pairs)
  }

  /** Resolves when notes are written and old ones removed: each read of the register calls it. */
  async ready (): Promise<void> {
    await Promise.all(this.#writing)
    await Promise.all([this.#adopt(), this.#sweep()])
  }

  #gather (pair: string, registration: Registration): Promise<Set<string>> {
    const pending = this.#pending ??= this.#open()
    pending.pairs.set(pair, registration)
    return pending.written
  }

  // Registrations of one turn of the event loop are written together.
  #open (): Pending {
    const pairs = new Map<string, Registration>()
    const written = new Promise<void>(resolve => setImmediate(resolve)).then(async () => {
      if (this.#pending?.pairs === pairs) this.#pending = undefined
      return await this.#write(pairs)
    })
    const over = written.catch(() => {}).then(() => {
      this.#writing.delete(over)
    })
    this.#writing.add(over)
    return { pairs, written }
  }

  async #write (all: Map<string, Registration>): Promise<Set<string>> {
    const now = await this.#clock()
    const refused = await this.#refused([...all.keys()], now)
    const pairs = [...all].filter(([pair]) => !refused.has(pair))
    for (let i = 0; i < pairs.length; i += membersPerCommand) {
      await this.#note(pairs.slice(i, i + membersPerCommand), now)
    }
    await this.#sweep(now)
    return refused
  }

  async #note (pairs: Array<[string, Registration]>, now: number): Promise<void> {
    const redis = this.#redis
    const queues = new Map<string, string[]>()
    for (const [, { queue, worker }] of pairs) {
      const ids = queues.get(queue)
      if (ids === undefined) queues.set(queue, [worker])
      else ids.push(worker)
    }
    // First: a sweep finds the later writes by it even if this server dies.
    await redis.zadd(commonKey('noted'), ...pairs.flatMap(([pair]) => [now, pair]))
    await Promise.all([
      redis.zadd(commonKey('roster'), ...pairs.flatMap(([pair]) => [0, pair])),
      ...pairs.map(([, one]) => {
        return redis.hsetnx(commonKey('workers'), workerField(one), Math.floor(now / 1000))
      }),
      ...[...queues].map(([queue, ids]) => {
        return redis.zadd(queueKey(queue, 'registered'), ...ids.flatMap(id => [0, id]))
      })
    ])
  }

  // The new pairs for which there is no room, even after silent workers were removed.
  async #refused (pairs: string[], now: number): Promise<Set<string>> {
    const count = await this.#redis.zcard(commonKey('noted'))
    if (count + pairs.length <= this.#limit) return new Set()
    const scores = await this.#redis.zmscore(commonKey('noted'), ...pairs)
    const added = pairs.filter((_, i) => scores[i] === null)
    const over = count + added.length - this.#limit
    if (over <= 0) return new Set()
    const removed = await this.#forgetBefore(now - silentMs, Math.min(over, membersPerCommand))
    return new Set(added.slice(Math.max(0, added.length - over + removed)))
  }

  // Removes workers that have not been seen for a day.
  async #sweep (now?: number): Promise<void> {
    if (this.#now() - this.#sweptAt < sweepEveryMs) return
    this.#sweptAt = this.#now()
    await this.#forgetBefore((now ?? await this.#clock()) - scriptLimits.worker_ms, 100)
  }

  async #forgetBefore (time: number, limit: number): Promise<number> {
    const range = ['-inf', time, 'LIMIT', 0, limit] as const
    const old = await this.#redis.zrangebyscore(commonKey('noted'), ...range)
    if (old.length > 0) await this.#forget(old.map(registration))
    return old.length
  }

  // Registrations of versions that knew the hash `workers` alone.
  async #adopt (): Promise<void> {
    const [known, noted] = await Promise.all(
      [this.#redis.hlen(commonKey('workers')), this.#redis.zcard(commonKey('noted'))])
    if (known <= noted) return
    const now = await this.#clock()
    let cursor = '0'
    do {
      const count = ['COUNT', membersPerCommand] as const
      const [next, found] = await this.#redis.hscan(commonKey('workers'), cursor, ...count)
      const all = found.filter((_, i) => i % 2 === 0).map(field => {
        const slash = field.indexOf('/')
        return { queue: field.slice(0, slash), worker: field.slice(slash + 1) }
      })
      if (all.length > 0) await this.#note(all.map(one => [member(one), one]), now)
      cursor = next
    } while (cursor !== '0')
  }

  get #limit (): number { return storeOf(this.#redis).caps.workers ?? defaultLimit }

  #now (): number {
    return this.#given?.() ?? performance.now()
  }

  async #clock (): Promise<number> {
    if (this.#given !== undefined) return this.#given()
    const [seconds, micros] = await this.#redis.time()
    return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)
  }
}
