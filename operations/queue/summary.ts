import type { QueueSummary, Summary as SummaryPage } from '../../schemas/summary.ts'
import { filterInPieces, Turns } from '../in-pieces.ts'
import { commonKey } from '../redis/keys.ts'
import type { RedisClient } from '../redis/store.ts'
import { assertAlive, cacheFor, serveStale } from './cached.ts'
import { queues, queueStatus } from './queue.ts'

/** A page of queues, and how many there are. */
export type Page = SummaryPage

/** All queues at one time, in epoch seconds, sorted by name. */
export type Summary = Omit<Page, 'size'>

/** The queues that differ from one summary to the next; `gone`: those that have been deleted. */
export interface Changes { time: number, changed: QueueSummary[], gone: string[] }

/** A page of the queues that the caller sees and whose names contain `search`; or one queue. */
export interface Range {
  queue?: string | undefined
  search: string
  sees: (queue: string) => boolean
  /** The caller: results are shared by callers that are the same. */
  who: string
  offset: number
  limit: number
}

/** Gets the changes, and the page after them; null while Redis is away. */
export type Listener = (changes: Changes | null, page: Page | null) => void

// Other clients of Redis have a turn between two batches of scripts.
const queuesAtOnce = 20

const maxAgeMs = 1000
const tellEveryMs = 2000
// A summary that took longer than `maxAgeMs` may be older; so may the names of many queues.
const slowMaxAgeMs = 60_000
const manyNamesMaxAgeMs = 10_000
const manyNames = 1000

interface Listening { listener: Listener, range: Range, known: Page }

/** Summaries of queues. Equal questions share one pending read; without any, Redis is not asked. */
export class Summaries {
  /** All queues. */
  readonly latest: () => Promise<Summary>
  readonly #redis: RedisClient
  readonly #names: () => Promise<string[]>
  readonly #turns = new Turns()
  readonly #pages = new Map<string, () => Promise<Page>>()
  readonly #listening = new Set<Listening>()
  #timer: NodeJS.Timeout | undefined
  #last: { summary: Summary, at: number, tookMs: number } | undefined

  constructor (redis: RedisClient) {
    this.#redis = redis
    const read = cacheFor(redis, maxAgeMs, async () => await queues(redis))
    this.#names = serveStale(redis, manyNamesMaxAgeMs, read, names => names.length > manyNames)
    this.latest = cacheFor(redis, maxAgeMs, async () => await this.#readAll())
  }

  /** All queues; where reading them takes long, those of the last minute, while it reads anew. */
  async recent (): Promise<Summary> {
    const last = this.#last
    const isSlow = last !== undefined && last.tookMs >= maxAgeMs
    if (!isSlow || performance.now() - last.at > slowMaxAgeMs) return await this.latest()
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
    const names = isAll
      ? all
      : await filterInPieces(all, name => name.toLowerCase().includes(sought) && sees(name))
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
    const page = cacheFor(this.#redis, maxAgeMs, async () => {
      const { names, size } = await this.names(range)
      return { ...await this.#read(names), size }
    })
    this.#pages.set(key, page)
    return await page()
  }

  /** Calls `listener` every two seconds with the changes since `known`. Returns how to end that. */
  listen (listener: Listener, range: Range, known: Page): () => void {
    const listening = { listener, range, known }
    this.#listening.add(listening)
    this.#timer ??= setTimeout(() => this.#tell(), tellEveryMs)
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
    const all = [...this.#listening]
    await Promise.all(all.map(async listening => await this.#tellOne(listening)))
    if (this.#timer !== timer || this.#listening.size === 0) return
    this.#timer = setTimeout(() => this.#tell(), tellEveryMs)
  }

  async #tellOne (listening: Listening): Promise<void> {
    const page = await this.page(listening.range).catch(() => null)
    if (!this.#listening.has(listening)) return
    const changes = page === null ? null : difference(listening.known, page)
    if (page !== null) listening.known = page
    listening.listener(changes, page)
  }

  async #readAll (): Promise<Summary> {
    const start = performance.now()
    const summary = await this.#read(await this.#names())
    this.#last = { summary, at: start, tookMs: performance.now() - start }
    return summary
  }

  async #read (names: string[]): Promise<Summary> {
    const found: QueueSummary[] = []
    for (let i = 0; i < names.length; i += queuesAtOnce) {
      const some = names.slice(i, i + queuesAtOnce)
      found.push(...await this.#turns.take(async () => await this.#readBatch(some)))
    }
    return { time: Date.now() / 1000, queues: found }
  }

  async #readBatch (names: string[]): Promise<QueueSummary[]> {
    return await Promise.all(names.map(async name => await summaryOf(this.#redis, name)))
  }
}

/** A text that is the same for two ranges of the same queues, as the same caller sees them. */
export function keyOf ({ who, queue = '', offset, limit, search }: Range): string {
  return [who, queue, offset, limit, search.toLowerCase()].join(' ')
}

async function summaryOf (redis: RedisClient, queue: string): Promise<QueueSummary> {
  const status = await queueStatus(redis, queue, { listed: true })
  const { policy, oldestAge, counts, ...counters } = status
  const { pushed, processed, failed, lost, expired, discarded, failuresPerMinute } = counters
  return {
    queue,
    stopped: policy.stopped,
    counts,
    oldest_age: oldestAge,
    pushed,
    processed,
    failed,
    lost,
    expired,
    discarded,
    failures_per_minute: failuresPerMinute
  }
}

/** The changes from `before` to `after`. An age that has grown with time alone is no change. */
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
  const isSameAge = before === null || after === null
    ? before === after
    : Math.abs(after - before - passed) < 1
  return isSameAge && isEqual(counts, countsNow) && isEqual(facts, factsNow)
}

function isEqual<Facts extends object> (one: Facts, other: Facts): boolean {
  return (Object.keys(one) as Array<keyof Facts>).every(name => one[name] === other[name])
}
