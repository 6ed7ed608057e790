import fp from 'fastify-plugin'
import type { FastifyRequest } from 'fastify'
import { errors } from '../../operations/errors.ts'
import { cacheFor } from '../../operations/queue/cached.ts'
import { filterInPieces } from '../../operations/in-pieces.ts'
import { QueueLimit } from '../../operations/queue/queue-limit.ts'
import { isNameNoted } from '../../operations/queue/name.ts'
import { queues } from '../../operations/queue/queue.ts'
import type { Holder } from '../../operations/access/token.ts'
import { storeOf, type RedisClient } from '../../operations/redis/store.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route may create a queue: that of its path, or of its body. */
    makesQueue?: boolean
  }
}

// A queue that was admitted counts for this time, although its name is not in Redis yet.
const admittedMs = 5000

/** A token with `max_queues` creates no more queues than that; all that its globs match count. */
export default fp(async app => {
  if (app.config.PRESQUE_TOKENS === '') return
  const limit = new TokenQueueLimit(app.redis)
  app.addHook('preHandler', async request => {
    const { holder } = request
    const most = holder?.token.max_queues
    if (most === undefined || request.routeOptions.config.makesQueue !== true) return
    await limit.admit(holder!, most, queueIn(request))
  })
}, { name: 'queue-limit', dependencies: ['auth', 'redis', 'limits'] })

class TokenQueueLimit {
  readonly #redis: RedisClient
  readonly #names: () => Promise<string[]>
  // By token, the names that were admitted, and when.
  readonly #admitted = new Map<string, Map<string, number>>()

  constructor (redis: RedisClient) {
    this.#redis = redis
    this.#names = cacheFor(redis, 1000, async () => await queues(redis))
  }

  /** Rejects with TOKEN_QUEUES_FULL. */
  async admit (holder: Holder, most: number, queue: string): Promise<void> {
    if (isNameNoted(this.#redis, queue)) return
    if (await storeOf(this.#redis).part(QueueLimit).exists(queue)) return
    const own = await filterInPieces(await this.#names(), name => holder.sees(name))
    const admitted = this.#admitted.get(holder.token.sha256) ?? new Map<string, number>()
    this.#admitted.set(holder.token.sha256, admitted)
    for (const [name, at] of admitted) {
      if (performance.now() - at > admittedMs) admitted.delete(name)
    }
    for (const name of own) admitted.delete(name)
    const isFull = own.length + admitted.size >= most
    if (!admitted.has(queue) && isFull) throw new errors.TOKEN_QUEUES_FULL()
    admitted.set(queue, performance.now())
  }
}

function queueIn ({ params, body }: FastifyRequest): string {
  return (params as { queue?: string }).queue ?? (body as { queue: string }).queue
}
