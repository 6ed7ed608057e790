import { randomBytes } from 'node:crypto'
import { Cluster, type Redis } from 'ioredis'
import { queueKey } from './keys.ts'
import { limitCommands } from './command-limit.ts'
import { filterInPieces, setInPieces } from '../in-pieces.ts'
import { shipped } from './client.ts'
import { storeOf, type RedisClient } from './store.ts'

/**
 * The one connection over which a server hears of the queues its clients wait on: one channel a queue and server.
 * In a Cluster the channels are sharded, so that a message stays on the node of its queue.
 */
export class Subscriber {
  /** How scripts know this server: 's' or 'p' for the kind of channel, and a random name. */
  readonly server: string
  readonly #redis: RedisClient
  readonly #prefix: string
  readonly #queues = new Map<string, string>()
  readonly #missing = new Set<string>()
  #restsUntil = 0

  constructor (redis: RedisClient, hear: (queue: string, message: string) => void) {
    const sharded = redis instanceof Cluster
    this.server = `${sharded ? 's' : 'p'}${randomBytes(9).toString('base64url')}`
    this.#prefix = redis.options.keyPrefix ?? ''
    this.#redis = sharded ? redis : connection(redis as Redis, storeOf(redis).patienceMs ?? shipped)
    this.#redis.on('error', () => {})
    this.#redis.on(sharded ? 'smessage' : 'message', (channel: string, message: string) => {
      const queue = this.#queues.get(channel)
      if (queue !== undefined) hear(queue, message)
    })
  }

  /** Never rejects: with Redis away, waiters look from time to time and are only late. */
  async add (queue: string): Promise<void> {
    this.#queues.set(this.#prefix + this.#channel(queue), queue)
    this.#missing.delete(queue)
    // The client puts the prefix before sharded channels, as before keys, and not before others.
    const subscribed = this.server[0] === 's'
      ? this.#redis.ssubscribe(this.#channel(queue))
      : this.#redis.subscribe(this.#prefix + this.#channel(queue))
    await subscribed.catch(() => this.#missing.add(queue))
  }

  async remove (queue: string): Promise<void> {
    this.#queues.delete(this.#prefix + this.#channel(queue))
    this.#missing.delete(queue)
    const left = this.server[0] === 's'
      ? this.#redis.sunsubscribe(this.#channel(queue))
      : this.#redis.unsubscribe(this.#prefix + this.#channel(queue))
    await left.catch(() => {})
  }

  /** Finds out what is not heard any more, and tries again what failed while Redis was away. */
  async refresh (): Promise<void> {
    await (this.#redis instanceof Cluster ? this.#lookForChannels(this.#redis) : this.#lookForLife(this.#redis))
    await Promise.all([...this.#missing].map(queue => this.#addAgain(queue)))
  }

  // A master that froze, or whose machine is gone, closes nothing: without a question nobody finds out, and nobody hears
  // what the next master has to say. After a new connection the client restores what had been there.
  async #lookForLife (redis: Redis): Promise<void> {
    if (redis.status === 'ready') await redis.ping().catch(() => {})
  }

  // A node forgets the channels of a slot that leaves it, and the client does not always follow: one that moves on before
  // the client has looked, or is back by then, stays unheard. Only the nodes know.
  async #lookForChannels (cluster: Cluster): Promise<void> {
    if (this.#queues.size === 0 || performance.now() < this.#restsUntil) return
    const start = performance.now()
    const lists = await Promise.all(cluster.nodes('master').map(async node => {
      return await node.call('PUBSUB', 'SHARDCHANNELS', `*:${this.server}`).catch(() => []) as string[]
    }))
    const heard = await setInPieces(lists.flat())
    const unheard = await filterInPieces([...this.#queues], ([channel]) => !heard.has(channel))
    for (const [channel, queue] of unheard) if (this.#queues.has(channel)) this.#missing.add(queue)
    // Of very many channels the nodes have long lists: at most a tenth of the time is spent on them.
    this.#restsUntil = start + 10 * (performance.now() - start)
  }

  // The client remembers a sharded channel each time it is asked for, in vain or not: an hour without Redis would be 4000.
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

// One that is silent is dropped at once: nothing is taken over it.
function connection (redis: Redis, patience: number): Redis {
  return limitCommands(redis.duplicate({ enableAutoPipelining: false }), patience, 1)
}
