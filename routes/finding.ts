import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { findings } from '../operations/finding/findings.ts'
import { cacheFor } from '../operations/queue/cached.ts'
import { GetFindings } from '../schemas/finding.ts'

// In ms. All that look share one reading.
const maxAge = 2000

const routes: FastifyPluginAsyncTypebox = async app => {
  const read = cacheFor(app.redis, maxAge, async () => {
    const summary = await app.summaries.recent()
    return { time: summary.time, findings: await findings(app.redis, summary) }
  })

  app.get('/findings', { schema: GetFindings, config: { role: 'read' } }, async request => {
    const { time, findings: all } = await read()
    const seesAll = request.holder?.seesAll ?? true
    const seen = all.filter(({ queue }) => queue === null ? seesAll : request.sees(queue))
    return { time, findings: seen }
  })
}

export default routes
