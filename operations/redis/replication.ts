import { Cluster, Command, type Redis } from 'ioredis'
import { errors } from '../errors.ts'
import { defaultPatienceMs } from './client.ts'
import { queueKey } from './keys.ts'
import { storeOf, type RedisClient, type Replication } from './store.ts'

/** The WAIT that is on its way over a connection, and the one that follows it. */
interface Line { asked: Promise<unknown>, next: Promise<number> | undefined }

/**
 * The replicas that must have a write before its client is answered. They have a client of their
 * own: the WAIT of Redis holds up the commands behind it, and no take may stand there.
 */
export class Replicas implements Replication {
  readonly client: RedisClient
  readonly #count: number
  readonly #timeoutMs: number
  readonly #lines = new WeakMap<Redis['stream'], Line>()

  /** `patienceMs`: for how long a command of the client waits for its answer. */
  constructor (client: RedisClient, count: number, patienceMs = defaultPatienceMs) {
    this.client = client
    this.#count = count
    // A write may stand behind one WAIT, miss the next, and need a third: all within that time.
    this.#timeoutMs = Math.floor(patienceMs / 5)
  }

  /**
   * Resolves when they have all writes to the queue of this client up to now.
   * Rejects with NOT_REPLICATED.
   */
  async have (queue: string): Promise<void> {
    const node = this.#node(queue)
    if (node === undefined || await this.#ask(node) < this.#count) {
      throw new errors.NOT_REPLICATED()
    }
  }

  // WAIT has no key: in a Cluster it goes to the node that, as far as is known, did the write.
  #node (queue: string): Redis | undefined {
    const { client } = this
    if (!(client instanceof Cluster)) return client
    const key = `${client.options.keyPrefix ?? ''}${queueKey(queue, 'stats')}`
    const slot = new Command('get', [key]).getSlot()!
    const [master] = client.slots[slot] ?? []
    return client.nodes('master').find(({ options }) => {
      return `${options.host}:${options.port}` === master
    })
  }

  // One WAIT at a time, and the next for all that come meanwhile: else each would stand behind all
  // before it.
  async #ask (node: Redis): Promise<number> {
    const { stream } = node
    const line: Line = this.#lines.get(stream) ?? { asked: Promise.resolve(), next: undefined }
    this.#lines.set(stream, line)
    line.next ??= line.asked.then(async () => {
      line.next = undefined
      // WAIT is about the writes of its own connection: a new one has none, so all would have them.
      if (node.stream !== stream) throw new errors.NOT_REPLICATED()
      const wait = new Command('wait', [this.#count, this.#timeoutMs])
      const answer = node.sendCommand(wait) as Promise<number>
      line.asked = answer.catch(() => {})
      return await answer
    })
    return await line.next
  }
}

/**
 * Writes to a queue; with replicas, resolves once they have the write, too. Rejects with
 * NOT_REPLICATED if they do not say so in time: whether the write will last is not known then.
 */
export async function replicated<Reply> (
  redis: RedisClient, queue: string, write: (redis: RedisClient) => Promise<Reply>
): Promise<Reply> {
  const { replicas } = storeOf(redis)
  if (replicas === undefined) return await write(redis)
  const reply = await write(replicas.client)
  // Before anything else is awaited: the connection is still the one that brought the reply.
  await replicas.have(queue)
  return reply
}
