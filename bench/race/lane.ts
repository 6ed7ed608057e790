import { freePort } from '../../test/support/redis/redis.ts'
import { place, type Place } from '../setup.ts'
import { atExit, cpu, type Child } from './child.ts'
import { payload, type Kind } from './kind.ts'
import { list, stockUp } from './stock.ts'
import { load, type Load } from './wrk.ts'
import type { Contestant } from './contestant.ts'
import type { Figure } from './figure.ts'

const waiting = 100_000

/** A Redis of its own over TCP, and how to end it. */
export async function ownRedis (): Promise<Place> {
  const redis = await place(await freePort())
  const relieve = atExit(redis.abandon)
  return {
    ...redis,
    stop: async () => {
      await redis.stop()
      relieve()
    }
  }
}

/** A contestant that runs, with a Redis of its own. */
export class Lane {
  readonly contestant: Contestant
  readonly #place: Place
  readonly #server: Child & { url: string }
  // Jobs a second that each kind has been seen to take.
  readonly #rates = new Map<Kind, number>()

  private constructor (contestant: Contestant, place: Place, server: Child & { url: string }) {
    this.contestant = contestant
    this.#place = place
    this.#server = server
  }

  static async open (contestant: Contestant): Promise<Lane> {
    const place = await ownRedis()
    return new Lane(contestant, place, await contestant.start(place.url))
  }

  async close (): Promise<void> {
    await this.#server.stop()
    await this.#place.stop()
  }

  /**
   * Measures once. A run that emptied the queue does not count: it is done again with twice the
   * stock.
   */
  async measure (kind: Kind, seconds: number, connections: number): Promise<Figure> {
    for (let attempt = 1; attempt <= 4; attempt++) {
      await this.#refill(kind, seconds)
      const before = [cpu(this.#server.pid), cpu(this.#place.pid)] as const
      const seen = await load({
        ...kind,
        url: this.#server.url + kind.path,
        seconds,
        connections: kind.connections ?? connections
      })
      const after = [cpu(this.#server.pid), cpu(this.#place.pid)] as const
      const enough = !(await this.#ranDry(kind, seen))
      this.#learn(kind, seen, enough)
      if (enough) return figure(kind, seen, after[0] - before[0], after[1] - before[1])
    }
    throw new Error(`${this.contestant.name} ${kind.path}: not all answers were 2xx`)
  }

  /** Bytes of Redis memory that a waiting job costs above its payload. */
  async memory (): Promise<Figure> {
    // Scripts and buffers are there whatever the number of jobs.
    await this.#fill(1000)
    await this.#flush()
    const before = await this.#used()
    await this.#fill(waiting)
    const memory = ((await this.#used()) - before) / waiting - payload.length
    await this.#flush()
    return { memory }
  }

  async #refill (kind: Kind, seconds: number): Promise<void> {
    await this.#flush()
    const rate = this.#rates.get(kind) ?? (kind.jobs > 1 ? 200_000 : 20_000)
    if (kind.stock) await this.#fill(Math.ceil(rate * seconds * 1.5))
  }

  async #fill (count: number): Promise<void> {
    const { stock } = this.contestant
    if (stock !== undefined) await stockUp(stock, this.#place.redis, this.#server.url, count)
  }

  async #flush (): Promise<void> {
    await this.#place.redis.flushall('SYNC')
  }

  // webdis answers an empty list without an error.
  async #ranDry (kind: Kind, { refused }: Load): Promise<boolean> {
    if (refused > 0) return true
    return (
      kind.stock === true &&
      this.contestant.stock === 'list' &&
      (await this.#place.redis.llen(list)) === 0
    )
  }

  #learn (kind: Kind, { requests, seconds }: Load, enough: boolean): void {
    const rate = (requests * kind.jobs) / seconds
    const highest = Math.max(rate, this.#rates.get(kind) ?? 0)
    this.#rates.set(kind, enough ? highest : 2 * highest)
  }

  async #used (): Promise<number> {
    return Number(/used_memory:(\d+)/.exec(await this.#place.redis.info('memory'))![1])
  }
}

function figure (
  kind: Kind, { requests, seconds, p50, p99 }: Load, server: number, redis: number
): Figure {
  return {
    requests: requests / seconds,
    jobs: (requests * kind.jobs) / seconds,
    server: server / requests,
    redis: redis / requests,
    p50,
    p99
  }
}
