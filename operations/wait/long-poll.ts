import { unwatch, type KeptDocument } from '../job/job.ts'
import { script } from '../redis/script.ts'
import { Subscriber } from '../redis/pubsub.ts'
import { Endings } from './completion.ts'
import type { Patience } from './deadline.ts'
import { Readers } from '../event/readers.ts'
import { WaitingRoom } from './waiting-list.ts'
import type { RedisClient } from '../redis/client.ts'

/** What a look came to: what was found (null: nothing yet), in how many ms to look again (-1: unknown), how much is left. */
export interface Glance<Found> { found: Found | null, again: number, left: number }

// In ms. A message can get lost with a connection or a server: so often somebody looks without one. Under a second, the
// shortest lease: so each server knows when a lease ends before it does, whoever took it and whatever died meanwhile.
const safety = 900

const passing = script<null>('stop_waiting')

/**
 * Lets requests wait for a job, or for the end of one, without a connection of Redis for each. Correct without
 * messages and timers, which only make it prompt: whoever is woken looks, and what the look finds is what counts.
 */
export class Waiters {
  /** Those who wait for the end of a job, or read what it has left. */
  readonly readers: Readers
  readonly #redis: RedisClient
  readonly #subscriber: Subscriber
  readonly #rooms = new Map<string, WaitingRoom>()
  readonly #endings: Endings
  readonly #safety: NodeJS.Timeout
  #closed = false

  constructor (redis: RedisClient) {
    this.#redis = redis
    this.#subscriber = new Subscriber(redis, (queue, message) => this.#hear(queue, message))
    this.readers = new Readers(async (queue, id, era, heard) => await unwatch(redis, queue, { id, era }, this.server, heard))
    this.#endings = new Endings(redis, this.server, safety)
    this.#safety = setInterval(() => this.#lookAfterAll(), safety).unref()
  }

  /** How scripts know this server. */
  get server (): string { return this.#subscriber.server }

  /** Nobody waits here any more. */
  get closed (): boolean { return this.#closed }

  /** How many requests are waiting for a job; one that waits on three queues is three. */
  get parked (): number {
    return [...this.#rooms.values()].reduce((sum, room) => sum + room.parked, 0)
  }

  /** How many requests are waiting for the end of a job. */
  get watching (): number { return this.#endings.size }

  /**
   * Looks until something is found, and then returns it; null when time is up, the client has gone, or the server closes.
   * `look` goes through `queues` in their order. Rejects if the first look does; later ones are tried again.
   */
  async wait<Found> (queues: string[], patience: Patience, look: (queue: string) => Promise<Glance<Found>>): Promise<Found | null> {
    const deadline = performance.now() + patience.ms
    const rooms = queues.map(queue => this.#room(queue))
    await Promise.all(rooms.map(room => room.subscribed))
    for (let first = true; ; first = false) {
      const found = await inAll(rooms, () => this.#lookThrough(queues, look, first))
      const ms = deadline - performance.now()
      if (found !== null || ms <= 0 || patience.gone || this.#closed) return found
      if (!rooms.some(room => room.takeMissed())) await park(rooms, ms, patience)
      if (patience.gone) return null
    }
  }

  /** Resolves when a job has finished, or is not there; or when `ms` are over, the client has gone or the server closes. */
  async end (queue: string, job: Pick<KeptDocument, 'id' | 'era'>, patience: Patience, ms: number): Promise<void> {
    await this.#room(queue).subscribed
    if (!patience.gone && !this.#closed) await this.#endings.wait(queue, job, patience, ms)
  }

  /** All who wait get their answer now: nothing. */
  close (): void {
    clearInterval(this.#safety)
    this.#closed = true
    for (const room of this.#rooms.values()) {
      room.close()
      room.wake(Infinity)
    }
    this.#endings.close()
    this.#subscriber.close()
  }

  #room (queue: string): WaitingRoom {
    const known = this.#rooms.get(queue)
    if (known !== undefined) return known
    const room = new WaitingRoom(this.#subscriber.add(queue), () => this.#news(queue))
    this.#rooms.set(queue, room)
    return room
  }

  async #lookThrough<Found> (queues: string[], look: (queue: string) => Promise<Glance<Found>>, first: boolean): Promise<Found | null> {
    for (const queue of queues) {
      try {
        const { found, again, left } = await look(queue)
        // Also when something was found: those still parked are to hear when the next one may be had.
        if (again >= 0) this.#room(queue).remind(again)
        if (found === null) continue
        this.#room(queue).wake(left)
        return found
      } catch (error) {
        if (first || this.#redis.incompatible !== undefined) throw error
      }
    }
    return null
  }

  #hear (queue: string, message: string): void {
    const [what, value = ''] = message.split(' ')
    if (what === 'done') this.#endings.hear(queue, value)
    else if (what === 'quiet') this.#rooms.get(queue)?.wake(Infinity)
    else if (Number(value) > 0) this.#rooms.get(queue)?.remind(Number(value))
    else this.#news(queue)
  }

  // Somebody looks now or soon; with nobody here, somebody at another server.
  #news (queue: string): void {
    if (!this.#rooms.get(queue)?.news()) passing(this.#redis, queue, { server: this.server }).catch(() => {})
  }

  #lookAfterAll (): void {
    this.#subscriber.refresh().catch(() => {})
    for (const [queue, room] of this.#rooms) {
      if (room.parked > 0) room.wake(1)
      else if (room.idle > 10 * safety && !this.#endings.has(queue)) this.#forget(queue, room)
    }
  }

  #forget (queue: string, room: WaitingRoom): void {
    room.close()
    this.#rooms.delete(queue)
    this.#subscriber.remove(queue).catch(() => {})
    passing(this.#redis, queue, { server: this.server }).catch(() => {})
  }
}

// In all of them the whole time: news of one queue must not get lost while another is looked at.
async function inAll<Found> (rooms: WaitingRoom[], look: () => Promise<Found>): Promise<Found> {
  return await rooms.reduce((inner, room) => async () => await room.looking(inner), look)()
}

// Resolves when one of the rooms wakes it, time is up, or the client has gone.
async function park (rooms: WaitingRoom[], ms: number, patience: Patience): Promise<void> {
  const key = Symbol('waiter')
  await new Promise<void>(resolve => {
    const timer = setTimeout(wake, ms)
    function wake (): void {
      clearTimeout(timer)
      for (const room of rooms) room.leave(key)
      patience.keep(wake)
      resolve()
    }
    for (const room of rooms) room.park(key, wake)
    patience.whenGone(wake)
  })
}
