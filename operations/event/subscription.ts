import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import { compareCursors, cursorOf, type Cursor } from './cursor.ts'
import { withId, type EventPage } from './event.ts'
import type { EventLog, LogObserver } from './event-log.ts'
import { event, type SseStream } from './sse-stream.ts'

// In ms: how long a client has to read the last event, and when to ask again after an error of
// Redis.
const times = { last: 60_000, retry: 500 }

// Logs that are read in one turn of the event loop.
const piece = 200

/**
 * How far a subscription has told a log.
 * - `at`: the cursor after the last event that it told
 * - `fetches`: the next page is not at hand, so the subscription fetches it
 */
interface Progress { at: Cursor, fetches: boolean }

interface SubscriptionOptions {
  /** For a subscription to all queues: the time in ms up to which all of them have been read. */
  floor?: (() => number) | undefined
  /** When it ends, once all has been told, in ms. */
  ms?: number | undefined
  /** Which of all queues the client may see. */
  allows?: ((queue: string) => boolean) | undefined
  /** Is called when the client was too slow. */
  dropped: () => void
}

/**
 * What one client is told of some queues. The server keeps a cursor of each log, and no events: a
 * client that is behind reads later.
 */
export class Subscription implements LogObserver {
  /** The time in ms up to which all has been told; of a subscription to all queues. */
  told = 0
  /** Whether all its queues are being recorded. Until then it tells no id. */
  isWhole = true
  readonly allows: (queue: string) => boolean
  readonly #stream: SseStream
  readonly #floor: (() => number) | undefined
  readonly #logs = new Map<EventLog, Progress>()
  // Logs with events that were not told yet.
  readonly #fresh = new Set<EventLog>()
  readonly #ms: number
  readonly #dropped: () => void
  #isDue = false
  #hasId = false
  #wake = (): void => {}

  constructor (stream: SseStream, options: SubscriptionOptions) {
    const { floor, ms = Infinity, allows = () => true, dropped } = options
    this.#stream = stream
    this.#floor = floor
    this.#ms = ms
    this.allows = allows
    this.#dropped = dropped
    stream.beat = () => this.#isBehind ? ':\n\n' : `:\n${this.#reached()}`
    stream.once('close', () => this.#wake())
  }

  get full (): boolean { return this.#stream.full && !this.#stream.over }

  /** The client has gone, or was told the last event. */
  get over (): boolean { return this.#stream.over }

  has (log: EventLog): boolean { return this.#logs.has(log) }

  /** Tells the events of a log after that cursor, or from now on. */
  add (log: EventLog, from?: Cursor): void {
    this.#logs.set(log, { at: from ?? log.end, fetches: from !== undefined })
    this.grown(log)
  }

  remove (log: EventLog): void {
    this.#logs.delete(log)
    this.#fresh.delete(log)
  }

  grown (log: EventLog): void {
    const progress = this.#logs.get(log)
    if (progress === undefined) return
    this.#fresh.add(log)
    if (this.full && this.#isLeftBehind(log, progress)) this.#drop(log)
    this.#wake()
  }

  /** All its queues are being recorded by now. */
  becomeWhole (): void {
    this.isWhole = true
    this.#wake()
  }

  /** Tells all events, and those that follow, until the stream is over. */
  async run (): Promise<void> {
    await this.#stream.room()
    const timer = this.#ms === Infinity ? undefined : setTimeout(() => this.#end(), this.#ms)
    this.#stream.write(`retry: 1000\n${this.isWhole ? this.#id() : '\n'}`)
    this.#hasId = this.isWhole
    while (!this.#stream.over) {
      await this.#tellAll()
      if (this.#fresh.size > 0 || this.#stream.over) continue
      this.#tellTime()
      const isDue = this.#isDue || this.#ms === 0
      if (isDue && this.isWhole) this.#stream.end('', times.last)
      else {
        await new Promise<void>(resolve => {
          this.#wake = resolve
        })
      }
    }
    clearTimeout(timer)
  }

  get #isBehind (): boolean {
    return this.#floor === undefined || this.#fresh.size > 0 || !this.isWhole
  }

  #end (): void {
    this.#isDue = true
    this.#wake()
  }

  async #tellAll (): Promise<void> {
    let count = 0
    for (const log of [...this.#fresh]) {
      await this.#tell(log).catch(async () => {
        await delay(times.retry)
      })
      // Where there is nothing to tell, nothing else gives others their turn of the event loop.
      if (++count % piece === 0) await nextTurn()
    }
  }

  // Of all queues, the time up to which all has been told.
  #tellTime (): void {
    if (this.#floor === undefined || !this.isWhole) return
    if (this.#hasId && this.#floor() <= this.told) return
    this.#stream.write(this.#reached())
    this.#hasId = true
  }

  async #tell (log: EventLog): Promise<void> {
    const progress = this.#logs.get(log)
    if (progress === undefined || this.#stream.over) return
    const page = log.after(progress.at)
    if (page === null) {
      progress.fetches = false
      this.#fresh.delete(log)
      return
    }
    if (this.#isLeftBehind(log, progress)) return this.#drop(log)
    const found = page ?? await log.fetch(progress.at)
    this.#write(log, found)
    progress.at = cursorOf(found.last)
    await this.#stream.room()
  }

  // Its next page was at hand, and is not any more.
  #isLeftBehind (log: EventLog, { at, fetches }: Progress): boolean {
    return !fetches && log.after(at) === undefined && compareCursors(at, log.end) < 0
  }

  #drop ({ queue }: EventLog): void {
    this.#dropped()
    const reason = 'too slow: come back with the last id, and go on there'
    this.#stream.end(event('dropped', { queue, reason }), times.last)
  }

  #write (log: EventLog, page: EventPage): void {
    if (this.#floor !== undefined) this.#stream.write(page.text)
    else if (this.#logs.size === 1) this.#stream.write(page.textWithIds)
    else {
      const texts = page.events.map(event => withId(event, this.#cursors(log, event.id)))
      this.#stream.write(texts.join(''))
    }
  }

  // The id once all has been told.
  #reached (): string {
    this.told = Math.max(this.told, this.#floor?.() ?? 0)
    return this.#id()
  }

  // The id with which the client may come back.
  #id (): string {
    return `id: ${this.#floor === undefined ? this.#cursors() : this.told}\n\n`
  }

  // The cursor of each log, in their order; that of `moved` is `id`.
  #cursors (moved?: EventLog, id = ''): string {
    const ids = [...this.#logs].map(([log, { at: { entry, nth } }]) => {
      if (log === moved) return id
      return nth === Infinity ? entry : `${entry}.${nth}`
    })
    return ids.join(',')
  }
}
