import { Cluster, Command, type Redis } from 'ioredis'
import { errors } from '../errors.ts'
import { queueKey } from './keys.ts'
import { shipped } from './client.ts'
import { storeOf, type RedisClient, type Replication } from './store.ts'

/** The question that is on its way over a connection, and the one that follows it. */
interface Line { asked: Promise<unknown>, next: Promise<number> | undefined }

/**
 * The replicas that must have what was written before anybody hears that it was.
 * With a client of its own: Redis's WAIT holds up what is sent after it, and no take is to stand behind it.
 */
export class Replicas implements Replication {
  readonly client: RedisClient
  readonly #count: number
  readonly #ms: number
  readonly #lines = new WeakMap<Redis['stream'], Line>()

  /** So many of them. `patience` is that of the client, in ms. */
  constructor (client: RedisClient, count: number, patience = shipped) {
    this.client = client
    this.#count = count
    // A write may stand behind one question, miss the next, and have to wait for a third: all that within the patience.
    this.#ms = Math.floor(patience / 5)
  }

  /** Resolves when they have all that this client has written to the queue up to now. Rejects with NOT_REPLICATED. */
  async have (queue: string): Promise<void> {
    const node = this.#node(queue)
    if (node === undefined || await this.#ask(node) < this.#count) throw new errors.NOT_REPLICATED()
  }

  // WAIT has no key: in a Cluster it goes to the node that, as far as is known by now, has answered the write.
  #node (queue: string): Redis | undefined {
    const { client } = this
    if (!(client instanceof Cluster)) return client
    const slot = new Command('get', [`${client.options.keyPrefix ?? ''}${queueKey(queue, 'stats')}`]).getSlot()!
    const [master] = client.slots[slot] ?? []
    return client.nodes('master').find(({ options }) => `${options.host}:${options.port}` === master)
  }

  // One question at a time, and the next one for all who came meanwhile: else each would stand behind those before it.
  async #ask (node: Redis): Promise<number> {
    const { stream } = node
    const line: Line = this.#lines.get(stream) ?? { asked: Promise.resolve(), next: undefined }
    this.#lines.set(stream, line)
    line.next ??= line.asked.then(async () => {
      line.next = undefined
      // WAIT speaks of what its own connection wrote: of a new one, nothing, and so all would have it.
      if (node.stream !== stream) throw new errors.NOT_REPLICATED()
      const answer = node.sendCommand(new Command('wait', [this.#count, this.#ms])) as Promise<number>
      line.asked = answer.catch(() => {})
      return await answer
    })
    return await line.next
  }
}

/**
 * Writes to a queue. If the client has `replicas`, resolves once they have it, too; rejects with NOT_REPLICATED when they
 * do not say so in time: then it is not known whether the write will last.
 */
export async function replicated<Reply> (redis: RedisClient, queue: string, write: (redis: RedisClient) => Promise<Reply>): Promise<Reply> {
  const { replicas } = storeOf(redis)
  if (replicas === undefined) return await write(redis)
  const reply = await write(replicas.client)
  // At once, before anything else is awaited: the connection is still the one that brought the reply.
  await replicas.have(queue)
  return reply
}
