import { randomUUID } from 'node:crypto'
import { errors } from '../errors.ts'
import { script } from '../redis/script.ts'
import type { RedisClient, Undo } from '../redis/store.ts'
import { milliseconds } from '../time.ts'
import type { Delivery } from './delivery.ts'
import { releaseEach } from './release.ts'

const restoring = script<number>('restore')

interface RestoreOptions {
  worker?: string | undefined
  /** Of several calls with one ticket, one puts back. */
  ticket?: string | undefined
  now?: number
}

/**
 * Puts back deliveries whose answer reached no client, to where they came from, uncounted.
 * Returns how many. All of `jobs` were taken from one queue by one call.
 */
export async function restore (
  redis: RedisClient, queue: string, jobs: Delivery[], { worker, ticket, now }: RestoreOptions = {}
): Promise<number> {
  const forGood = jobs.filter(({ lease }) => lease === null)
  const onLease = jobs.flatMap(({ id, lease }) => {
    return lease === null ? [] : [{ id, receipt: lease.receipt }]
  })
  const back = await releaseEach(redis, queue, onLease, { front: true, now })
  const released = back.filter(outcome => outcome === true).length
  if (forGood.length === 0) return released
  const fields = forGood.flatMap(job => job.restorable)
  const seed = jobs[0]!.generation
  const options = { worker, ticket, seed, fields, now: milliseconds(now) }
  return released + await restoring(redis, queue, options)
}

/** `size`: about the bytes that it keeps in memory; `request`: the id of the request it is of. */
interface Pending {
  undo: Undo
  ticket: string
  size: number
  until: number
  request: string | undefined
}

// Redis knows a ticket for longer than `patienceMs` (see lua/job/restore.lua).
const pauseMs = 500
const patienceMs = 60_000
const limits = { count: 10_000, bytes: 16 * 2 ** 20 }

// Once no late answer has arrived for this long, the last of them has.
const quietMs = 20

/** Puts back jobs that reached no client. While Redis is away they are held, and tried again. */
export class PutBack {
  readonly #onLost: (error: Error, request?: string) => void
  // In the order in which they were to go back: the first may end up behind the others.
  readonly #held: Pending[] = []
  #bytes = 0
  #timer: NodeJS.Timeout | undefined
  #closed = false
  readonly #gathered: Undo[] = []
  #quiet: NodeJS.Timeout | undefined
  readonly #running = new Set<Promise<void>>()

  /** `onLost` hears of each call that is given up. */
  constructor (onLost: (error: Error, request?: string) => void) {
    this.#onLost = onLost
  }

  /** How many wait for another attempt. */
  get held (): number { return this.#held.length }

  /**
   * Calls `undo` now, and again while Redis is away.
   * - `size`: about how many bytes it keeps in memory
   * - `request`: the id of the request whose answer was lost
   */
  add (undo: Undo, size = 0, request?: string): void {
    const until = performance.now() + patienceMs
    const one = { undo, ticket: randomUUID(), size, until, request }
    this.#track(undo(one.ticket).then(() => {}, error => this.#hold(one, error)))
  }

  /**
   * The same for takes whose answers arrive late, one after another. They go back together, the
   * last one first, so that their jobs stand in the ready queue as they stood.
   */
  gather (undo: Undo): void {
    this.#gathered.push(undo)
    clearTimeout(this.#quiet)
    this.#quiet = setTimeout(() => this.#addGathered(), this.#closed ? 0 : quietMs)
  }

  #addGathered (): void {
    clearTimeout(this.#quiet)
    for (const undo of this.#gathered.splice(0).reverse()) this.add(undo)
  }

  /** Waits for the calls under way, and tries those that are held a last time. */
  async close (): Promise<void> {
    this.#closed = true
    this.#addGathered()
    clearTimeout(this.#timer)
    await Promise.all(this.#running)
    await Promise.all(this.#held.splice(0).map(async ({ undo, ticket, request }) => {
      await undo(ticket).catch(error => this.#onLost(error, request))
    }))
  }

  #track (running: Promise<void>): void {
    const tracked = running.finally(() => this.#running.delete(tracked))
    this.#running.add(tracked)
  }

  #hold (one: Pending, error: Error): void {
    const hasRoom = this.#held.length < limits.count && this.#bytes + one.size <= limits.bytes
    if (!hasRoom || performance.now() > one.until) return this.#onLost(error, one.request)
    this.#held.push(one)
    this.#bytes += one.size
    if (this.#closed) return
    this.#timer ??= setTimeout(() => this.#track(this.#tryAgain()), pauseMs).unref()
  }

  // One after another: all at once would lose their order, and meet a Redis that has just started.
  async #tryAgain (): Promise<void> {
    const round = this.#held.splice(0)
    this.#bytes = 0
    this.#timer = undefined
    let away: Error | null = null
    for (const one of round) {
      const failed: Error | null = away ??
        await one.undo(one.ticket).then(() => null, error => error)
      if (failed instanceof errors.REDIS_UNAVAILABLE) away = failed
      if (failed !== null) this.#hold(one, failed)
    }
  }
}
