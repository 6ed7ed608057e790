import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { GetHistory, GetLastHour, type LastHour } from '../schemas/history.ts'
import { history, lastHour } from '../operations/queue/history.ts'
import { cacheFor } from '../operations/queue/cached.ts'
import { keyOf, type Range } from '../operations/queue/summary.ts'

const routes: FastifyPluginAsyncTypebox = async app => {
  // It changes once a minute.
  const pages = new Map<string, () => Promise<LastHour>>()

  function page (range: Range): Promise<LastHour> {
    const key = keyOf(range)
    const known = pages.get(key)
    if (known !== undefined) return known()
    if (pages.size >= 100) pages.clear()
    const found = cacheFor(
      app.redis,
      5000,
      async () => await lastHour(app.redis, (await app.summaries.names(range)).names)
    )
    pages.set(key, found)
    return found()
  }

  app.get(
    '/history',
    { schema: GetLastHour, config: { role: 'read' } },
    async request => await page({ ...request.query, ...request.sight })
  )

  app.get(
    '/history/:queue',
    { schema: GetHistory, config: { role: 'read' } },
    async ({ params: { queue }, query: { step } }) => {
      return { queue, ...(await history(app.redis, queue, { step })) }
    }
  )
}

export default routes
