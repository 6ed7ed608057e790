import { compare, event, eventsOf, exactly, next, Page, type Entry, type Position } from './event.ts'
import { script } from '../redis/script.ts'
import type { RedisClient } from '../redis/store.ts'

/** Somebody who is to be told that there is more of a queue. */
export interface LogObserver {
  news (log: EventLog): void
  /** Whether it cannot take more now. */
  readonly full: boolean
}

type Read = [now: string | number, first: string, last: string, entries: Entry[], isThere: number]

const listening = script<Read>('read_events')

// So many entries a read; a subscription may be so many events, or bytes, behind. In ms: how long the next read waits for those who are behind,
// how long what nobody is behind of is kept, and how long what one who was far behind has read is there for others.
const most = { entries: 250, events: 10_000, bytes: 8 * 2 ** 20, patience: 2000, age: 10_000, shared: 250 }

/** What is recorded of one queue, read once for all clients of a server. */
export class EventLog {
  readonly queue: string
  readonly observers = new Set<LogObserver>()
  /** Resolves once it is being recorded, and all from then on is read here. */
  readonly ready: Promise<void>
  /** The time of Redis in ms up to which all has been read. */
  readUpTo = 0
  readonly #redis: RedisClient
  readonly #server: string
  // Those of the last pages that somebody may not have yet, after which entry they begin, and with which they end.
  #pages: Page[] = []
  #readAt = 0
  readonly #fetching = new Map<string, Promise<Page>>()
  #start = ''
  #end = ''
  #size = { events: 0, bytes: 0 }
  #reading = false
  #again = false
  #pause: NodeJS.Timeout | undefined
  #closed = false

  /** `server` is how scripts know this one. */
  constructor (redis: RedisClient, server: string, queue: string, subscribed: Promise<void>) {
    this.#redis = redis
    this.#server = server
    this.queue = queue
    this.ready = this.#open(subscribed)
  }

  /** Where what has been read ends. */
  get end (): Position { return exactly(this.#end) }

  /** What comes next after a position; null when there is nothing yet, undefined when it is not at hand any more. */
  after (position: Position): Page | null | undefined {
    if (compare(position, exactly(this.#start)) < 0 || compare(position, this.end) > 0) return undefined
    // From the end: most have all but the last.
    let found: Page | null = null
    for (let i = this.#pages.length - 1; i >= 0 && compare(position, exactly(this.#pages[i]!.last)) < 0; i--) found = this.#pages[i]!
    return found?.from(position) ?? null
  }

  /** The same from Redis, for one who is far behind. It begins with an event 'gap' where what comes next may be missing. */
  fetch (position: Position): Promise<Page> {
    // After the end of a server, all its clients come back with the same id.
    const key = `${position.entry} ${position.nth} ${position.rough}`
    const known = this.#fetching.get(key)
    if (known !== undefined) return known
    const page = this.#fetch(position)
    this.#fetching.set(key, page)
    const forget = (): void => { this.#fetching.delete(key) }
    page.then(() => setTimeout(forget, most.shared).unref(), forget)
    return page
  }

  async #fetch (position: Position): Promise<Page> {
    const { after, last, events } = this.#page(position, await this.#listen('', position))
    return new Page(after, last, events.filter(({ id }) => id === '' || compare(exactly(id), position) > 0))
  }

  /** Rejects when Redis is away, for whoever joins those who listen already. */
  async isThere (): Promise<void> {
    await this.ready
    await this.#listen('')
  }

  /** Reads without having been told to; and if nobody is behind, lets go of what all have had for a while. */
  async look (): Promise<void> {
    if (this.#closed) return
    if (performance.now() - this.#readAt > most.age && ![...this.observers].some(({ full }) => full)) this.#keepNothing()
    await this.read()
  }

  /** There may be more. Resolves when it has been read, or will be. Never rejects. */
  async read (): Promise<void> {
    if (this.#reading || this.#pause !== undefined) this.#again = true
    else await this.#readAll()
  }

  close (): void {
    this.#closed = true
    clearTimeout(this.#pause)
  }

  async #open (subscribed: Promise<void>): Promise<void> {
    await subscribed
    const [now, , last] = await this.#listen(this.#server)
    this.#start = this.#end = last
    this.readUpTo = Number(now) - 1
  }

  async #listen (server: string, position?: Position): Promise<Read> {
    const after = position === undefined || position.rough ? '' : position.entry
    const from = position === undefined ? '' : next(position)
    return await listening(this.#redis, this.queue, { server, after, from, count: most.entries })
  }

  async #readAll (): Promise<void> {
    this.#reading = true
    this.#again = false
    let page: Page | undefined
    try {
      const read = await this.#listen(this.#server, this.end)
      const [now, , , entries] = read
      page = this.#page(this.end, read)
      if (page.events.length > 0) this.#add(page)
      if (entries.length < most.entries) this.readUpTo = Number(now) - 1
      else this.#again = true
    } catch {
      // Asked again in a while: see operations/event/event-hub.ts.
    }
    this.#reading = false
    const count = page?.events.length ?? 0
    if (count > 0) for (const observer of this.observers) observer.news(this)
    if (!this.#closed) this.#rest(Math.min(20, 2 * count), performance.now() + Math.min(most.patience, count / 20))
  }

  // The more there was, the longer the next may gather. Who is behind gets a moment to take what there is, by how much that is:
  // a burst comes faster than a thousand clients read.
  #rest (ms: number, until: number): void {
    this.#pause = setTimeout(() => {
      this.#pause = undefined
      if (performance.now() < until && [...this.observers].some(({ full }) => full)) this.#rest(10, until)
      else if (this.#again) void this.read()
    }, ms)
  }

  #page ({ entry, rough = false }: Position, [, first, last, entries, isThere]: Read): Page {
    const [begin, final, place] = [exactly(first), exactly(last), exactly(entry)]
    const events = entries.flatMap(one => eventsOf(this.queue, one))
    // A Redis that has lost what it had may have begun anew with earlier ids.
    const isBack = !rough && compare(final, place) < 0
    // Or has lost what it wrote last, and has gone on from there.
    const isCut = isThere === 0
    const isNew = rough && entries[0]?.[1][0] === 'listening'
    if (isBack || isCut || (compare(begin, place) > 0 && !isNew)) events.unshift(event('gap', { queue: this.queue, at: Date.now() / 1000 }))
    return new Page(entry, entries.at(-1)?.[0] ?? last, events)
  }

  #add (page: Page): void {
    const isBack = compare(exactly(page.last), this.end) < 0
    this.#end = page.last
    // All are beyond that, and must ask for themselves.
    if (isBack) {
      this.#keepNothing()
      return
    }
    this.#pages.push(page)
    this.#readAt = performance.now()
    this.#size.events += page.events.length
    this.#size.bytes += page.text.length
    while (this.#pages.length > 1) {
      const { events, text } = this.#pages[0]!
      if (this.#size.events - events.length < most.events && this.#size.bytes - text.length < most.bytes) break
      this.#start = this.#pages.shift()!.last
      this.#size = { events: this.#size.events - events.length, bytes: this.#size.bytes - text.length }
    }
  }

  #keepNothing (): void {
    this.#pages = []
    this.#start = this.#end
    this.#size = { events: 0, bytes: 0 }
  }
}
