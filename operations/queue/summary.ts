import { cacheFor, serveStale, assertAlive } from './cached.ts'
import { filterInPieces, Turns } from '../in-pieces.ts'
import { commonKey } from '../redis/keys.ts'
import { queues, queueStatus } from './queue.ts'
import type { State } from '../job/job.ts'
import type { RedisClient } from '../redis/store.ts'

/** A queue in a line. */
export interface QueueSummary {
  queue: string
  stopped: boolean
  counts: Record<State, number>
  /** Seconds; null when none waits. */
  oldest_age: number | null
  pushed: number
  processed: number
  failed: number
  lost: number
  expired: number
  discarded: number
}

/** All queues at one time, in epoch seconds, sorted by name. */
export interface Summary { time: number, queues: QueueSummary[] }

/** What has changed from one summary to the next. */
export interface Changes { time: number, changed: QueueSummary[], gone: string[] }

/**
 * Which queues somebody wants to know of: a page of those that are seen and have `search` in their
 * name, whatever the case; or one alone.
 */
export interface Range {
  queue?: string | undefined
  search: string
  sees: (queue: string) => boolean
  /** Whose eyes those are: what is found is shared by all who have the same. */
  who: string
  offset: number
  limit: number
}

/** A page of queues, and how many there are. */
export interface Page extends Summary { size: number }

/** Hears of changes, and the page as it is now; of null when there is no Redis to ask. */
export type Listener = (changes: Changes | null, page: Page | null) => void

// So many scripts at once: whoever else asks Redis has a turn between two handfuls.
const handful = 20

// In ms: how old a summary may be; how often those who listen hear of one; how old one of very many
// queues may be, and how old the names of more than `few` queues.
const shareable = 1000
const beat = 2000
const stale = 60_000
const staleNames = 10_000
const few = 1000

interface Listening { listener: Listener, range: Range, known: Page }

/** How queues stand. Those who ask for the same share a look while it is under way, and Redis is never asked while nobody asks here. */
export class Summaries {
  /** All queues. */
  readonly latest: () => Promise<Summary>
  readonly #redis: RedisClient
  readonly #names: () => Promise<string[]>
  readonly #turns = new Turns()
  readonly #pages = new Map<string, () => Promise<Page>>()
  readonly #listening = new Set<Listening>()
  #timer: NodeJS.Timeout | undefined
  #last: { summary: Summary, at: number, took: number } | undefined

  constructor (redis: RedisClient) {
    this.#redis = redis
    const read = cacheFor(redis, shareable, async () => await queues(redis))
    this.#names = serveStale(redis, staleNames, read, names => names.length > few)
    this.latest = cacheFor(redis, shareable, async () => await this.#lookAtAll())
  }

  /** All queues; where looking at them takes long, as they stood within the last minute, while another look is under way. */
  async recent (): Promise<Summary> {
    const last = this.#last
    if (last === undefined || last.took < shareable || performance.now() - last.at > stale) return await this.latest()
    this.latest().catch(() => {})
    await assertAlive(this.#redis)
    return last.summary
  }

  /** The names of those queues of a range that are on its page, and how many there are. */
  async names (range: Range): Promise<{ names: string[], size: number }> {
    const { search, sees, offset, limit } = range
    const sought = search.toLowerCase()
    const all = range.queue === undefined ? await this.#names() : await this.#named(range.queue)
    const isAll = sought === '' && range.who === ''
    const names = isAll ? all : await filterInPieces(all, name => name.toLowerCase().includes(sought) && sees(name))
    return { names: names.slice(offset, offset + limit), size: names.length }
  }

  async #named (queue: string): Promise<string[]> {
    return await this.#redis.sismember(commonKey('queues'), queue) === 1 ? [queue] : []
  }

  /** A page of queues. */
  async page (range: Range): Promise<Page> {
    const key = keyOf(range)
    const known = this.#pages.get(key)
    if (known !== undefined) return await known()
    if (this.#pages.size >= 100) this.#pages.clear()
    const page = cacheFor(this.#redis, shareable, async () => {
      const { names, size } = await this.names(range)
      return { ...await this.#look(names), size }
    })
    this.#pages.set(key, page)
    return await page()
  }

  /** Tells `listener` every two seconds what has changed since `known`, which it has. Returns how to stop that. */
  listen (listener: Listener, range: Range, known: Page): () => void {
    const listening = { listener, range, known }
    this.#listening.add(listening)
    this.#timer ??= setTimeout(() => this.#tell(), beat)
    return () => this.#forget(listening)
  }

  #forget (listening: Listening): void {
    this.#listening.delete(listening)
    if (this.#listening.size > 0) return
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  async #tell (): Promise<void> {
    const timer = this.#timer
    await Promise.all([...this.#listening].map(async listening => { await this.#tellOne(listening) }))
    if (this.#timer === timer && this.#listening.size > 0) this.#timer = setTimeout(() => this.#tell(), beat)
  }

  async #tellOne (listening: Listening): Promise<void> {
    const page = await this.page(listening.range).catch(() => null)
    if (!this.#listening.has(listening)) return
    const changes = page === null ? null : difference(listening.known, page)
    if (page !== null) listening.known = page
    listening.listener(changes, page)
  }

  async #lookAtAll (): Promise<Summary> {
    const start = performance.now()
    const summary = await this.#look(await this.#names())
    this.#last = { summary, at: start, took: performance.now() - start }
    return summary
  }

  async #look (names: string[]): Promise<Summary> {
    const found: QueueSummary[] = []
    for (let i = 0; i < names.length; i += handful) {
      const some = names.slice(i, i + handful)
      found.push(...await this.#turns.take(async () => await Promise.all(some.map(async name => await summaryOf(this.#redis, name)))))
    }
    return { time: Date.now() / 1000, queues: found }
  }
}

/** The same for two ranges of the same queues, as the same eyes see them. */
export function keyOf ({ who, queue = '', offset, limit, search }: Range): string {
  return [who, queue, offset, limit, search.toLowerCase()].join(' ')
}

async function summaryOf (redis: RedisClient, queue: string): Promise<QueueSummary> {
  const { policy, oldestAge, counts, pushed, processed, failed, lost, expired, discarded } = await queueStatus(redis, queue, { listed: true })
  return { queue, stopped: policy.stopped, counts, oldest_age: oldestAge, pushed, processed, failed, lost, expired, discarded }
}

/** What a caller who knows `before` must hear to know `after`. An age that has grown with time alone is no change. */
export function difference (before: Summary, after: Summary): Changes {
  const known = new Map(before.queues.map(one => [one.queue, one]))
  const passed = after.time - before.time
  const changed = after.queues.filter(one => {
    const old = known.get(one.queue)
    known.delete(one.queue)
    return old === undefined || !isSame(old, one, passed)
  })
  return { time: after.time, changed, gone: [...known.keys()] }
}

function isSame (old: QueueSummary, one: QueueSummary, passed: number): boolean {
  const { oldest_age: before, counts, ...facts } = old
  const { oldest_age: after, counts: countsNow, ...factsNow } = one
  const aged = before === null || after === null ? before === after : Math.abs(after - before - passed) < 1
  return aged && isEqual(counts, countsNow) && isEqual(facts, factsNow)
}

function isEqual<Facts extends object> (one: Facts, other: Facts): boolean {
  return (Object.keys(one) as Array<keyof Facts>).every(name => one[name] === other[name])
}
