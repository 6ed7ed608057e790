import { lately } from './lately.ts'
import { queues, queueStatus } from './queue.ts'
import type { State } from './document.ts'
import type { RedisClient } from './redis.ts'

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
}

/** All queues at one time, in epoch seconds, sorted by name. */
export interface Summary { time: number, queues: QueueSummary[] }

/** What has changed from one summary to the next. */
export interface Changes { time: number, changed: QueueSummary[], gone: string[] }

/** Hears of changes, all there is included; of null when there is no Redis to ask. */
export type Listener = (changes: Changes | null, summary: Summary | null) => void

// So many scripts at once: whoever else asks Redis has a turn between two handfuls.
const handful = 50

// In ms: how old a summary may be, and how often those who listen hear of one.
const shareable = 1000
const beat = 2000

/** How all queues stand. However many ask and listen, Redis is asked once a second at most, and never while nobody does. */
export class Summaries {
  readonly latest: () => Promise<Summary>
  readonly #listeners = new Set<Listener>()
  #timer: NodeJS.Timeout | undefined
  #known: Summary | undefined

  constructor (redis: RedisClient) {
    this.latest = lately(redis, shareable, () => look(redis))
  }

  /** Tells `listener` every two seconds what has changed since `known`, which it has. Returns how to stop that. */
  listen (listener: Listener, known: Summary): () => void {
    this.#known ??= known
    this.#listeners.add(listener)
    this.#timer ??= setTimeout(() => this.#tell(), beat)
    return () => this.#forget(listener)
  }

  #forget (listener: Listener): void {
    this.#listeners.delete(listener)
    if (this.#listeners.size > 0) return
    clearTimeout(this.#timer)
    this.#timer = this.#known = undefined
  }

  async #tell (): Promise<void> {
    const summary = await this.latest().catch(() => null)
    if (this.#listeners.size === 0) return
    const changes = summary === null ? null : difference(this.#known!, summary)
    if (summary !== null) this.#known = summary
    for (const listener of this.#listeners) listener(changes, summary)
    this.#timer = setTimeout(() => this.#tell(), beat)
  }
}

async function look (redis: RedisClient): Promise<Summary> {
  const names = await queues(redis)
  const found: QueueSummary[] = []
  for (let i = 0; i < names.length; i += handful) {
    found.push(...await Promise.all(names.slice(i, i + handful).map(name => summaryOf(redis, name))))
  }
  return { time: Date.now() / 1000, queues: found }
}

async function summaryOf (redis: RedisClient, queue: string): Promise<QueueSummary> {
  const { policy, oldestAge, counts, pushed, processed, failed, lost, expired } = await queueStatus(redis, queue)
  return { queue, stopped: policy.stopped, counts, oldest_age: oldestAge, pushed, processed, failed, lost, expired }
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
