// Process-wide: the store of each client. An operation is given the client alone, as its commands
// need it, and finds here what else its server has; a WeakMap ends with the client.

import type { Cluster, Redis } from 'ioredis'

/** A client of a single Redis, a Sentinel group or a Cluster. A server has one. */
export type RedisClient = Redis | Cluster

/** How a delivery on lease ends. */
export type Finish = 'acked' | 'nacked' | 'released'

/** Counts what operations do; operations/metric/process-metrics.ts says what each number is. */
export interface Meter {
  pushed (queue: string, count: number): void
  taken (queue: string, count: number, waits: number[]): void
  finished (queue: string, how: Finish, count: number, since?: number[]): void
  trip (script: string, ms: number): void
}

/** Replicas that must have a write before it is answered; see operations/redis/replication.ts. */
export interface Replication {
  readonly client: RedisClient
  have (queue: string): Promise<void>
}

/** Puts jobs back; of several calls with one ticket, one does. */
export type Undo = (ticket: string) => Promise<unknown>

/**
 * What a server has under way, beside the commands in the queues of its connections.
 * - `open`: calls that have not left yet
 * - `bytes`: bytes whose answer has not arrived
 * - `refused`: requests that have been refused
 */
export interface Load { open: number, bytes: number, refused: number }

/** How many there may be; the default of the folder that counts them where the server sets none. */
export interface Caps { queues?: number, schedules?: number, workers?: number }

type Maker<Part> = new (client: RedisClient) => Part

/** What a server has beside its client. */
export class Store {
  readonly client: RedisClient
  readonly load: Load = { open: 0, bytes: 0, refused: 0 }
  readonly caps: Caps = {}
  /** When this server last noted the name of each queue, in ms; see operations/queue/name.ts. */
  readonly notedNames = new Map<string, number>()
  /** For how many ms a command waits for its answer; see createRedis(). */
  patienceMs: number | undefined
  /** Counts; without one nothing is counted. */
  meter: Meter | undefined
  /** Puts back what an answer brings that arrives too late; without one those jobs are lost. */
  putBack: { gather (undo: Undo): void } | undefined
  /** Why nothing may be done: the data in Redis has a layout that this server does not know. */
  incompatible: Error | undefined
  #replicas: Replication | undefined
  readonly #parts = new Map<unknown, unknown>()

  constructor (client: RedisClient) {
    this.client = client
  }

  /** None, unless PRESQUE_MIN_REPLICAS asks for some. */
  get replicas (): Replication | undefined { return this.#replicas }

  /** Their client is another way to the same store. */
  set replicas (replicas: Replication | undefined) {
    this.#replicas = replicas
    if (replicas !== undefined) stores.set(replicas.client, this)
  }

  /** The one object of a class that this server has, such as its Roster; made when first needed. */
  part<Part> (Kind: Maker<Part>): Part {
    const known = this.#parts.get(Kind)
    if (known !== undefined) return known as Part
    return this.setPart(Kind, new Kind(this.client))
  }

  /** Replaces that object. Returns the new one. */
  setPart<Part> (Kind: Maker<Part>, part: Part): Part {
    this.#parts.set(Kind, part)
    return part
  }
}

const stores = new WeakMap<RedisClient, Store>()

/** The store of a client. */
export function storeOf (client: RedisClient): Store {
  const known = stores.get(client)
  if (known !== undefined) return known
  const store = new Store(client)
  stores.set(client, store)
  return store
}
