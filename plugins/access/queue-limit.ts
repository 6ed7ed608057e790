import fp from 'fastify-plugin'
import type { FastifyRequest } from 'fastify'
import { errors } from '../../operations/errors.ts'
import { cacheFor } from '../../operations/queue/cached.ts'
import { filterInPieces } from '../../operations/in-pieces.ts'
import { QueueLimit } from '../../operations/queue/queue-limit.ts'
import { isNameNoted } from '../../operations/queue/name.ts'
import { queues } from '../../operations/queue/queue.ts'
import { storeOf } from '../../operations/redis/store.ts'
import type { Holder } from '../../operations/access/token.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** It may bring a queue into being: that of its path, or of its body. */
    makesQueue?: boolean
  }
}

// In ms: for how long a queue that was let in counts, although no look at the names has found it.
const coming = 5000

/** A token with `max_queues` brings no more queues into being than that, whoever made those that its globs match. */
export default fp(async app => {
  if (app.config.PRESQUE_TOKENS === '') return
  const names = cacheFor(app.redis, 1000, async () => await queues(app.redis))
  // By token, the names that were let in and when.
  const admitted = new Map<string, Map<string, number>>()

  async function admit (holder: Holder, most: number, queue: string): Promise<void> {
    if (isNameNoted(app.redis, queue) || await storeOf(app.redis).part(QueueLimit).exists(queue)) return
    const own = await filterInPieces(await names(), name => holder.sees(name))
    const mine = admitted.get(holder.token.sha256) ?? new Map<string, number>()
    admitted.set(holder.token.sha256, mine)
    for (const [name, at] of mine) if (performance.now() - at > coming) mine.delete(name)
    for (const name of own) mine.delete(name)
    if (!mine.has(queue) && own.length + mine.size >= most) throw new errors.TOKEN_QUEUES_FULL()
    mine.set(queue, performance.now())
  }

  app.addHook('preHandler', async request => {
    const { holder } = request
    const most = holder?.token.max_queues
    if (most === undefined || request.routeOptions.config.makesQueue !== true) return
    await admit(holder!, most, queueIn(request))
  })
}, { name: 'queue-limit', dependencies: ['auth', 'redis', 'roster'] })

function queueIn ({ params, body }: FastifyRequest): string {
  return (params as { queue?: string }).queue ?? (body as { queue: string }).queue
}
