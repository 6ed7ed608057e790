import { randomUUID } from 'node:crypto'
import { errors } from '../errors.ts'
import type { Undo } from '../redis/store.ts'

interface Return { undo: Undo, ticket: string, size: number, until: number, request: string | undefined }

// In ms. A ticket is remembered for longer (see lua/job/restore.lua).
const pause = 500
// In ms without another: then what arrives late has arrived.
const quiet = 20
const patience = 60_000
const most = { count: 10_000, bytes: 16 * 2 ** 20 }

/** Brings back jobs that nobody received; those of a moment in which Redis is away are held, and tried again. */
export class PutBack {
  readonly #lost: (error: Error, request?: string) => void
  // In the order in which they were to go back: the first one may end up behind the others.
  readonly #held: Return[] = []
  #bytes = 0
  #timer: NodeJS.Timeout | undefined
  #closed = false
  readonly #gathered: Undo[] = []
  #quiet: NodeJS.Timeout | undefined
  readonly #trying = new Set<Promise<void>>()

  /** `lost` is told of each return that is given up. */
  constructor (lost: (error: Error, request?: string) => void) {
    this.#lost = lost
  }

  /** How many wait for another try. */
  get held (): number { return this.#held.length }

  /** Puts back, now or as soon as Redis is there. `size`: about how many bytes that keeps in memory; `request`: the id of whose answer it was. */
  add (undo: Undo, size = 0, request?: string): void {
    const one = { undo, ticket: randomUUID(), size, until: performance.now() + patience, request }
    this.#track(undo(one.ticket).then(() => {}, error => this.#hold(one, error)))
  }

  /**
   * The same for takes whose answers arrive one after another, in their order. They go back together, the last one
   * first, so that their jobs stand as they stood.
   */
  gather (undo: Undo): void {
    this.#gathered.push(undo)
    clearTimeout(this.#quiet)
    this.#quiet = setTimeout(() => this.#addGathered(), this.#closed ? 0 : quiet)
  }

  #addGathered (): void {
    clearTimeout(this.#quiet)
    for (const undo of this.#gathered.splice(0).reverse()) this.add(undo)
  }

  /** Waits for what is under way, and tries the rest a last time. */
  async close (): Promise<void> {
    this.#closed = true
    this.#addGathered()
    clearTimeout(this.#timer)
    await Promise.all(this.#trying)
    const last = this.#held.splice(0)
    await Promise.all(last.map(async ({ undo, ticket, request }) => { await undo(ticket).catch(error => this.#lost(error, request)) }))
  }

  #track (trying: Promise<void>): void {
    const tracked = trying.finally(() => this.#trying.delete(tracked))
    this.#trying.add(tracked)
  }

  #hold (one: Return, error: Error): void {
    const room = this.#held.length < most.count && this.#bytes + one.size <= most.bytes
    if (!room || performance.now() > one.until) return this.#lost(error, one.request)
    this.#held.push(one)
    this.#bytes += one.size
    if (!this.#closed) this.#timer ??= setTimeout(() => this.#track(this.#tryAgain()), pause).unref()
  }

  // One after the other: all at once would meet a Redis that has just come back, and lose their order.
  async #tryAgain (): Promise<void> {
    const round = this.#held.splice(0)
    this.#bytes = 0
    this.#timer = undefined
    let away: Error | null = null
    for (const one of round) {
      const failed: Error | null = away ?? await one.undo(one.ticket).then(() => null, error => error)
      if (failed instanceof errors.REDIS_UNAVAILABLE) away = failed
      if (failed !== null) this.#hold(one, failed)
    }
  }
}
