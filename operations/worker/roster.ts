import { errors } from '../errors.ts'
import { commonKey, queueKey } from '../redis/keys.ts'
import { member, registration, type Registration } from './registration.ts'
import { storeOf, type RedisClient } from '../redis/store.ts'

// In ms. A request notes its worker again only after `again`, so that most requests cost no command.
const again = 30_000
const silence = 300_000
const day = 86_400_000

// How many members one command reads or writes.
const slice = 1000

/** The fields of a worker in the hash `workers` of a queue. Those after `about` are of older versions. */
export const fields = ['processed', 'failed', 'about', 'job', 'taken_at'] as const

/** How many registrations there may be, unless the server says otherwise. */
export const usual = 100_000

interface Pending { pairs: Map<string, Registration>, written: Promise<Set<string>> }

/**
 * The register of who works where, in keys that belong to no queue, and in `registered` of each queue. Every write is a plain
 * command that may be repeated, so that no script crosses the slots of a Cluster.
 */
export class Roster {
  readonly #redis: RedisClient
  // When a registration was last written, by performance.now().
  readonly #noted = new Map<string, number>()
  #pending: Pending | undefined
  readonly #writing = new Set<Promise<unknown>>()
  #sweptAt = -Infinity

  constructor (redis: RedisClient) {
    this.#redis = redis
  }

  /** Notes that a request named this worker. A failure is silent: the request goes on without it. */
  hear (queue: string, worker: string): void {
    const pair = member({ queue, worker })
    const now = performance.now()
    if (now - (this.#noted.get(pair) ?? -Infinity) < again) return
    if (this.#noted.size >= this.#limit) this.#noted.clear()
    this.#noted.set(pair, now)
    this.#gather(pair, { queue, worker }).catch(() => this.#noted.delete(pair))
  }

  /** Registers a worker on a queue. Rejects with WORKERS_FULL. */
  async register (queue: string, worker: string): Promise<void> {
    const pair = member({ queue, worker })
    const refused = await this.#gather(pair, { queue, worker })
    if (refused.has(pair)) throw new errors.WORKERS_FULL()
    this.#noted.set(pair, performance.now())
  }

  /** Takes a worker off a queue, with what was counted for it there. */
  async unregister (queue: string, worker: string): Promise<void> {
    await Promise.all(this.#writing)
    await this.#forget([{ queue, worker }])
  }

  async #forget (gone: Registration[]): Promise<void> {
    const redis = this.#redis
    const pairs = gone.map(member)
    for (const pair of pairs) this.#noted.delete(pair)
    await Promise.all(gone.flatMap(({ queue, worker }) => [
      redis.hdel(commonKey('workers'), `${queue}/${worker}`),
      redis.hdel(queueKey(queue, 'workers'), ...fields.map(field => `${field}:${worker}`)),
      redis.hdel(queueKey(queue, 'latest'), worker),
      ...(['registered', 'heard', 'quiet'] as const).map(name => redis.zrem(queueKey(queue, name), worker))
    ]))
    await redis.zrem(commonKey('roster'), ...pairs)
    // Last: a server that dies before this leaves an entry that the next sweep finds.
    await redis.zrem(commonKey('noted'), ...pairs)
  }

  /** Resolves when all that was heard is written, and what is out of date has gone: each look at the register begins so. */
  async ready (): Promise<void> {
    await Promise.all(this.#writing)
    await Promise.all([this.#adopt(), this.#sweep()])
  }

  #gather (pair: string, registration: Registration): Promise<Set<string>> {
    const pending = this.#pending ??= this.#open()
    pending.pairs.set(pair, registration)
    return pending.written
  }

  // What comes in one turn of the event loop is written together.
  #open (): Pending {
    const pairs = new Map<string, Registration>()
    const written = new Promise<void>(resolve => setImmediate(resolve)).then(async () => {
      if (this.#pending?.pairs === pairs) this.#pending = undefined
      return await this.#write(pairs)
    })
    const over = written.catch(() => {}).then(() => { this.#writing.delete(over) })
    this.#writing.add(over)
    return { pairs, written }
  }

  async #write (all: Map<string, Registration>): Promise<Set<string>> {
    const now = await this.#clock()
    const refused = await this.#refused([...all.keys()], now)
    const pairs = [...all].filter(([pair]) => !refused.has(pair))
    for (let i = 0; i < pairs.length; i += slice) await this.#note(pairs.slice(i, i + slice), now)
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
    // First: what is written after it is found by a sweep even if this server dies.
    await redis.zadd(commonKey('noted'), ...pairs.flatMap(([pair]) => [now, pair]))
    await Promise.all([
      redis.zadd(commonKey('roster'), ...pairs.flatMap(([pair]) => [0, pair])),
      ...pairs.map(([, { queue, worker }]) =>
        redis.hsetnx(commonKey('workers'), `${queue}/${worker}`, Math.floor(now / 1000))),
      ...[...queues].map(([queue, ids]) => redis.zadd(queueKey(queue, 'registered'), ...ids.flatMap(id => [0, id])))
    ])
  }

  // Those for which there is no room, once the silent ones have made some.
  async #refused (pairs: string[], now: number): Promise<Set<string>> {
    const count = await this.#redis.zcard(commonKey('noted'))
    if (count + pairs.length <= this.#limit) return new Set()
    const scores = await this.#redis.zmscore(commonKey('noted'), ...pairs)
    const added = pairs.filter((_, i) => scores[i] === null)
    const over = count + added.length - this.#limit
    if (over <= 0) return new Set()
    const made = await this.#forgetBefore(now - silence, Math.min(over, slice))
    return new Set(added.slice(Math.max(0, added.length - over + made)))
  }

  // What was not heard of for a day.
  async #sweep (now?: number): Promise<void> {
    if (performance.now() - this.#sweptAt < 1000) return
    this.#sweptAt = performance.now()
    await this.#forgetBefore((now ?? await this.#clock()) - day, 100)
  }

  async #forgetBefore (time: number, limit: number): Promise<number> {
    const old = await this.#redis.zrangebyscore(commonKey('noted'), '-inf', time, 'LIMIT', 0, limit)
    if (old.length > 0) await this.#forget(old.map(registration))
    return old.length
  }

  // Registrations of versions that knew of no more than the hash `workers`.
  async #adopt (): Promise<void> {
    const [known, noted] = await Promise.all(
      [this.#redis.hlen(commonKey('workers')), this.#redis.zcard(commonKey('noted'))])
    if (known <= noted) return
    const now = await this.#clock()
    let cursor = '0'
    do {
      const [next, found] = await this.#redis.hscan(commonKey('workers'), cursor, 'COUNT', slice)
      const names = found.filter((_, i) => i % 2 === 0)
      const all = names.map(name => ({ queue: name.split('/', 1)[0]!, worker: name.slice(name.indexOf('/') + 1) }))
      if (all.length > 0) await this.#note(all.map(one => [member(one), one]), now)
      cursor = next
    } while (cursor !== '0')
  }

  get #limit (): number { return storeOf(this.#redis).limits.workers ?? usual }

  async #clock (): Promise<number> {
    const [seconds, micros] = await this.#redis.time()
    return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)
  }
}
