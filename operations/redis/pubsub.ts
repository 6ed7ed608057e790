import { randomBytes } from 'node:crypto'
import { Cluster, type Redis } from 'ioredis'
import { filterInPieces, setInPieces } from '../in-pieces.ts'
import { defaultPatienceMs } from './client.ts'
import { limitCommands } from './command-limit.ts'
import { queueKey } from './keys.ts'
import { storeOf, type RedisClient } from './store.ts'

/**
 * The connection over which a server is woken: one channel for each queue on which its clients
 * wait. In a Cluster the channels are sharded, so that a message stays on the node of its queue.
 */
export class Subscriber {
  /** The name of this server in scripts: 's' or 'p' for the kind of channel, and random letters. */
  readonly server: string
  readonly #redis: RedisClient
  readonly #prefix: string
  readonly #queues = new Map<string, string>()
  readonly #missing = new Set<string>()
  #restsUntil = 0

  constructor (redis: RedisClient, onMessage: (queue: string, message: string) => void) {
    const sharded = redis instanceof Cluster
    this.server = `${sharded ? 's' : 'p'}${randomBytes(9).toString('base64url')}`
    this.#prefix = redis.options.keyPrefix ?? ''
    const { patienceMs = defaultPatienceMs } = storeOf(redis)
    this.#redis = sharded ? redis : connection(redis as Redis, patienceMs)
    this.#redis.on('error', () => {})
    this.#redis.on(sharded ? 'smessage' : 'message', (channel: string, message: string) => {
      const queue = this.#queues.get(channel)
      if (queue !== undefined) onMessage(queue, message)
    })
  }

  /** Subscribes. Never rejects: while Redis is away, waiters ask from time to time, only later. */
  async add (queue: string): Promise<void> {
    this.#queues.set(this.#prefix + this.#channel(queue), queue)
    this.#missing.delete(queue)
    // The client puts the prefix before sharded channels, as before keys, and not before others.
    const subscribed = this.server[0] === 's'
      ? this.#redis.ssubscribe(this.#channel(queue))
      : this.#redis.subscribe(this.#prefix + this.#channel(queue))
    await subscribed.catch(() => this.#missing.add(queue))
  }

  /** Unsubscribes. Never rejects. */
  async remove (queue: string): Promise<void> {
    this.#queues.delete(this.#prefix + this.#channel(queue))
    this.#missing.delete(queue)
    const left = this.server[0] === 's'
      ? this.#redis.sunsubscribe(this.#channel(queue))
      : this.#redis.unsubscribe(this.#prefix + this.#channel(queue))
    await left.catch(() => {})
  }

  /** Subscribes again to the channels that are lost, and to those that failed meanwhile. */
  async refresh (): Promise<void> {
    await (this.#redis instanceof Cluster
      ? this.#findLostChannels(this.#redis)
      : this.#checkConnection(this.#redis))
    await Promise.all([...this.#missing].map(queue => this.#addAgain(queue)))
  }

  // A master that froze, or whose machine is gone, closes no connection: without a question that
  // would go unnoticed, and no message of the next master would arrive. ioredis subscribes again
  // after it has connected again.
  async #checkConnection (redis: Redis): Promise<void> {
    if (redis.status === 'ready') await redis.ping().catch(() => {})
  }

  // A node forgets the channels of a slot that leaves it, and ioredis does not always follow: it
  // misses a slot that moves on, or back, before it has checked. The nodes alone know.
  async #findLostChannels (cluster: Cluster): Promise<void> {
    if (this.#queues.size === 0 || performance.now() < this.#restsUntil) return
    const start = performance.now()
    const lists = await Promise.all(cluster.nodes('master').map(async node => {
      const call = node.call('PUBSUB', 'SHARDCHANNELS', `*:${this.server}`)
      return await call.catch(() => []) as string[]
    }))
    const known = await setInPieces(lists.flat())
    const lost = await filterInPieces([...this.#queues], ([channel]) => !known.has(channel))
    for (const [channel, queue] of lost) if (this.#queues.has(channel)) this.#missing.add(queue)
    // The lists of very many channels are long: at most a tenth of the time is spent on them.
    this.#restsUntil = start + 10 * (performance.now() - start)
  }

  // ioredis remembers a sharded channel each time it is asked for, in vain or not: without this, an
  // hour without Redis would make 4000 of them.
  async #addAgain (queue: string): Promise<void> {
    if (this.server[0] === 's') this.#redis.sunsubscribe(this.#channel(queue)).catch(() => {})
    await this.add(queue)
  }

  close (): void {
    if (!(this.#redis instanceof Cluster)) this.#redis.disconnect()
  }

  #channel (queue: string): string {
    return `${queueKey(queue, 'waiters')}:${this.server}`
  }
}

// A silent one is dropped at once: no job is taken over it, so no late answer matters.
function connection (redis: Redis, patienceMs: number): Redis {
  return limitCommands(redis.duplicate({ enableAutoPipelining: false }), patienceMs, 1)
}
