import {
  compareCursors, cursorOf, firstIdAfter, type Cursor
} from './cursor.ts'
import { createEvent, EventPage, eventsOf, isAfter, type Entry } from './event.ts'
import { script } from '../redis/script.ts'
import type { RedisClient } from '../redis/store.ts'

/** Is called when the log of a queue grows. */
export interface LogObserver {
  grown (log: EventLog): void
  /** Whether it can take no more events now. */
  readonly full: boolean
}

type Read = [now: string | number, first: string, last: string, entries: Entry[], exists: number]

const readEvents = script<Read>('read_events')

// Entries a read; and how many events, or bytes, an observer may be behind.
const most = { entries: 250, events: 10_000, bytes: 8 * 2 ** 20 }

// In ms.
// - wait: how long the next read waits for observers that are behind
// - age: how long pages stay that all observers have
// - shared: how long a page that one client fetched is there for others
const times = { wait: 2000, age: 10_000, shared: 250 }

/** The event log of one queue, read once for all clients of a server. */
export class EventLog {
  readonly queue: string
  readonly observers = new Set<LogObserver>()
  /** Resolves once the queue records events, and all from then on are read here. */
  readonly ready: Promise<void>
  /** The time of Redis in ms up to which all has been read. */
  readUpTo = 0
  readonly #redis: RedisClient
  readonly #server: string
  // The last pages, which observers may not have yet; and where they begin and end.
  #pages: EventPage[] = []
  #start = ''
  #end = ''
  #size = { events: 0, bytes: 0 }
  #readAt = 0
  readonly #fetching = new Map<string, Promise<EventPage>>()
  #reading = false
  #again = false
  #pause: NodeJS.Timeout | undefined
  #closed = false

  /** `server`: the name of this server in scripts. */
  constructor (redis: RedisClient, server: string, queue: string, subscribed: Promise<void>) {
    this.#redis = redis
    this.#server = server
    this.queue = queue
    this.ready = this.#open(subscribed)
  }

  /** The cursor after all that has been read. */
  get end (): Cursor { return cursorOf(this.#end) }

  /** The page after a cursor; null when there is none yet, undefined when it was dropped. */
  after (cursor: Cursor): EventPage | null | undefined {
    const isBefore = compareCursors(cursor, cursorOf(this.#start)) < 0
    if (isBefore || compareCursors(cursor, this.end) > 0) return undefined
    // From the end: most observers have all but the last page.
    let i = this.#pages.length
    while (i > 0 && compareCursors(cursor, cursorOf(this.#pages[i - 1]!.last)) < 0) i--
    return this.#pages[i]?.from(cursor) ?? null
  }

  /**
   * The same from Redis, for a client that is far behind. The page begins with an event 'gap' where
   * events may be missing.
   */
  fetch (cursor: Cursor): Promise<EventPage> {
    // When a server ends, all its clients come back with the same id.
    const key = `${cursor.entry} ${cursor.nth} ${cursor.rough}`
    const known = this.#fetching.get(key)
    if (known !== undefined) return known
    const page = this.#fetch(cursor)
    this.#fetching.set(key, page)
    const forget = (): void => {
      this.#fetching.delete(key)
    }
    page.then(() => setTimeout(forget, times.shared).unref(), forget)
    return page
  }

  async #fetch (cursor: Cursor): Promise<EventPage> {
    const { after, last, events } = this.#pageOf(cursor, await this.#read('', cursor))
    return new EventPage(after, last, events.filter(isAfter(cursor)))
  }

  /** Rejects when Redis is away: for a client that joins others. */
  async assertAlive (): Promise<void> {
    await this.ready
    await this.#read('')
  }

  /** Reads without a message. Where no observer is behind, drops pages that all have. */
  async look (): Promise<void> {
    if (this.#closed) return
    if (performance.now() - this.#readAt > times.age && !this.#hasFullObserver) this.#dropPages()
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

  get #hasFullObserver (): boolean { return [...this.observers].some(({ full }) => full) }

  async #open (subscribed: Promise<void>): Promise<void> {
    await subscribed
    const [now, , last] = await this.#read(this.#server)
    this.#start = this.#end = last
    this.readUpTo = Number(now) - 1
  }

  async #read (server: string, cursor?: Cursor): Promise<Read> {
    const after = cursor === undefined || cursor.rough ? '' : cursor.entry
    const from = cursor === undefined ? '' : firstIdAfter(cursor)
    const args = { server, after, from, count: most.entries }
    return await readEvents(this.#redis, this.queue, args)
  }

  async #readAll (): Promise<void> {
    this.#reading = true
    this.#again = false
    // Where Redis is away, operations/event/event-hub.ts asks again in a while.
    const count = await this.#readOnce().catch(() => 0)
    this.#reading = false
    if (count > 0) {
      for (const observer of this.observers) observer.grown(this)
    }
    if (this.#closed) return
    this.#rest(Math.min(20, 2 * count), performance.now() + Math.min(times.wait, count / 20))
  }

  async #readOnce (): Promise<number> {
    const read = await this.#read(this.#server, this.end)
    const [now, , , entries] = read
    const page = this.#pageOf(this.end, read)
    if (page.events.length > 0) this.#add(page)
    if (entries.length < most.entries) this.readUpTo = Number(now) - 1
    else this.#again = true
    return page.events.length
  }

  // The more events there were, the longer the next read may gather. Observers that are behind get
  // a moment to catch up: a burst is faster than a thousand clients.
  #rest (ms: number, until: number): void {
    this.#pause = setTimeout(() => {
      this.#pause = undefined
      if (performance.now() < until && this.#hasFullObserver) this.#rest(10, until)
      else if (this.#again) void this.read()
    }, ms)
  }

  #pageOf (cursor: Cursor, [, first, last, entries, exists]: Read): EventPage {
    const events = entries.flatMap(entry => eventsOf(this.queue, entry))
    const isNew = cursor.rough === true && entries[0]?.[1][0] === 'listening'
    const isLate = compareCursors(cursorOf(first), cursorOf(cursor.entry)) > 0 && !isNew
    // Redis has lost its last writes, and has gone on from there.
    const isCut = exists === 0
    if (isLate || isCut || isReset(cursor, last)) {
      events.unshift(createEvent('gap', { queue: this.queue, at: Date.now() / 1000 }))
    }
    return new EventPage(cursor.entry, entries.at(-1)?.[0] ?? last, events)
  }

  #add (page: EventPage): void {
    const isBack = compareCursors(cursorOf(page.last), this.end) < 0
    this.#end = page.last
    // All observers are beyond the end, and must fetch.
    if (isBack) return this.#dropPages()
    this.#pages.push(page)
    this.#readAt = performance.now()
    this.#size.events += page.events.length
    this.#size.bytes += page.text.length
    while (this.#pages.length > 1 && this.#dropFirst());
  }

  // Drops the first page where the others alone are enough. Returns whether it did.
  #dropFirst (): boolean {
    const { events, text, last } = this.#pages[0]!
    const size = {
      events: this.#size.events - events.length, bytes: this.#size.bytes - text.length
    }
    if (size.events < most.events && size.bytes < most.bytes) return false
    this.#pages.shift()
    this.#start = last
    this.#size = size
    return true
  }

  #dropPages (): void {
    this.#pages = []
    this.#start = this.#end
    this.#size = { events: 0, bytes: 0 }
  }
}

// Redis has lost its data, and the log began anew with smaller ids.
function isReset ({ entry, rough = false }: Cursor, last: string): boolean {
  return !rough && compareCursors(cursorOf(last), cursorOf(entry)) < 0
}
