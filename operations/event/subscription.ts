import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises'
import { compare, event, exactly, withId, type Page, type Position } from './event.ts'
import type { SseStream } from './sse-stream.ts'
import type { EventLog, LogObserver } from './event-log.ts'

// In ms: how long one that is behind has to take the last event, and when to ask again what Redis did not answer.
const patience = { dropped: 60_000, away: 500 }

// So many queues are gone through in one turn of the event loop.
const piece = 200

/** Where a subscription is in what has been recorded of a queue; `asks`: in what is not at hand, so that it reads for itself. */
interface Place { at: Position, asks: boolean }

interface Listening {
  /** For one that listens to all queues: up to when, in ms, all of them have been read. */
  floor?: (() => number) | undefined
  /** In ms: when it ends, once all has been told. */
  ms?: number | undefined
  /** Which of all queues it may hear of. */
  allows?: ((queue: string) => boolean) | undefined
  /** Called when it was too slow. */
  dropped: () => void
}

/** One client that listens to some queues. What it has not taken yet is read later, from its place on: nothing is kept for it. */
export class Subscription implements LogObserver {
  /** Up to when, in ms, it has been told all; where it listens to all queues. */
  told = 0
  /** Whether all that it listens to is being recorded. Until then it tells no id. */
  isWhole = true
  readonly allows: (queue: string) => boolean
  readonly #stream: SseStream
  readonly #floor: (() => number) | undefined
  readonly #places = new Map<EventLog, Place>()
  // Those of which there is more.
  readonly #fresh = new Set<EventLog>()
  readonly #ms: number
  readonly #dropped: () => void
  #late = false
  #wake = (): void => {}

  constructor (stream: SseStream, { floor, ms = Infinity, allows = () => true, dropped }: Listening) {
    this.#stream = stream
    this.#floor = floor
    this.#ms = ms
    this.allows = allows
    this.#dropped = dropped
    stream.beat = () => {
      const isBehind = this.#floor === undefined || this.#fresh.size > 0 || !this.isWhole
      return isBehind ? ':\n\n' : `:\n${this.#reached()}`
    }
    stream.once('close', () => this.#wake())
  }

  get full (): boolean { return this.#stream.full && !this.#stream.over }

  /** The client has gone, or was told the last. */
  get over (): boolean { return this.#stream.over }

  /** Whether it listens to that queue. */
  has (log: EventLog): boolean { return this.#places.has(log) }

  /** From that position on, or from now on. */
  add (log: EventLog, from?: Position): void {
    this.#places.set(log, { at: from ?? log.end, asks: from !== undefined })
    this.news(log)
  }

  remove (log: EventLog): void {
    this.#places.delete(log)
    this.#fresh.delete(log)
  }

  news (log: EventLog): void {
    const place = this.#places.get(log)
    if (place === undefined) return
    this.#fresh.add(log)
    if (this.full && this.#isLeftBehind(log, place)) this.#drop(log)
    this.#wake()
  }

  /** All that it listens to is being recorded by now. */
  becomesWhole (): void {
    this.isWhole = true
    this.#wake()
  }

  /** Tells all there is, and what comes, until the stream is over. */
  async run (): Promise<void> {
    await this.#stream.room()
    const timer = this.#ms === Infinity ? undefined : setTimeout(() => { this.#late = true; this.#wake() }, this.#ms)
    this.#stream.write(`retry: 1000\n${this.isWhole ? this.#id() : '\n'}`)
    let hasId = this.isWhole
    while (!this.#stream.over) {
      let told = 0
      for (const log of [...this.#fresh]) {
        await this.#tell(log).catch(async () => { await delay(patience.away) })
        // Where there is nothing to tell, nothing else would let others have their turn of the event loop.
        if (++told % piece === 0) await turn()
      }
      if (this.#fresh.size > 0 || this.#stream.over) continue
      const mayTell = this.#floor !== undefined && this.isWhole
      if (mayTell && (!hasId || this.#floor!() > this.told)) {
        this.#stream.write(this.#reached())
        hasId = true
      }
      const isDue = this.#late || this.#ms === 0
      if (isDue && this.isWhole) this.#stream.end('', patience.dropped)
      else await new Promise<void>(resolve => { this.#wake = resolve })
    }
    clearTimeout(timer)
  }

  async #tell (log: EventLog): Promise<void> {
    const place = this.#places.get(log)
    if (place === undefined || this.#stream.over) return
    const page = log.after(place.at)
    if (page === null) {
      place.asks = false
      this.#fresh.delete(log)
      return
    }
    if (this.#isLeftBehind(log, place)) return this.#drop(log)
    const found = page ?? await log.fetch(place.at)
    this.#write(log, found)
    place.at = exactly(found.last)
    await this.#stream.room()
  }

  // What it has to take next was at hand, and is so no more.
  #isLeftBehind (log: EventLog, { at, asks }: Place): boolean {
    return !asks && log.after(at) === undefined && compare(at, log.end) < 0
  }

  #drop ({ queue }: EventLog): void {
    this.#dropped()
    this.#stream.end(event('dropped', { queue, reason: 'too slow: come back with the last id, and go on there' }).text, patience.dropped)
  }

  #write (log: EventLog, page: Page): void {
    if (this.#floor !== undefined) this.#stream.write(page.text)
    else if (this.#places.size === 1) this.#stream.write(page.textWithIds)
    else this.#stream.write(page.events.map(one => withId(one, this.#path(log, one.id))).join(''))
  }

  // Up to when it has been told all, once it has.
  #reached (): string {
    this.told = Math.max(this.told, this.#floor?.() ?? 0)
    return this.#id()
  }

  // Where it is, for when it comes back.
  #id (): string {
    return `id: ${this.#floor === undefined ? this.#path() : this.told}\n\n`
  }

  // The place in each queue, in their order.
  #path (moved?: EventLog, id = ''): string {
    return [...this.#places].map(([log, { at: { entry, nth } }]) => log === moved ? id : nth === Infinity ? entry : `${entry}.${nth}`).join(',')
  }
}
