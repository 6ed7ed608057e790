import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { forecast, periodCount } from '../operations/forecast/forecast.ts'
import { cacheFor } from '../operations/queue/cached.ts'
import type { Summary } from '../operations/queue/summary.ts'
import { allTimings, type Timings } from '../operations/schedule/schedule.ts'
import { GetForecast, ListForecasts, type Forecast } from '../schemas/forecast.ts'

// In ms. All that look share one reading of the schedules.
const maxAge = 5000

// Other clients of Redis have a turn between two batches.
const queuesAtOnce = 5

const routes: FastifyPluginAsyncTypebox = async app => {
  const schedules = cacheFor(app.redis, maxAge, async () => await allTimings(app.redis))

  app.get(
    '/forecast/:queue',
    { schema: GetForecast, config: { role: 'read' } },
    async ({ params: { queue }, query }) => {
      periodCount(query)
      const all = await schedules()
      return { queue, ...(await forecast(app.redis, queue, { ...query, schedules: all })) }
    }
  )

  app.get('/forecast', { schema: ListForecasts, config: { role: 'read' } }, async request => {
    const { offset, limit, ...ahead } = request.query
    periodCount(ahead)
    const all = await schedules()
    const names = expecting(await app.summaries.recent(), all).filter(name => request.sees(name))
    const page = names.slice(offset, offset + limit)
    const queues: Forecast[] = []
    for (let i = 0; i < page.length; i += queuesAtOnce) {
      const some = page.slice(i, i + queuesAtOnce)
      queues.push(...await Promise.all(some.map(async queue => {
        return { queue, ...(await forecast(app.redis, queue, { ...ahead, schedules: all })) }
      })))
    }
    return { size: names.length, queues }
  })
}

// Queues in which something is to come, those with the most jobs first.
function expecting ({ queues }: Summary, schedules: Timings): string[] {
  const sizes = new Map([...schedules.keys()].map(queue => [queue, 0]))
  for (const { queue, counts: { waiting, delayed } } of queues) {
    if (waiting + delayed > 0) sizes.set(queue, waiting + delayed)
  }
  const all = [...sizes].sort(([one, size], [other, more]) => more - size || (one < other ? -1 : 1))
  return all.map(([queue]) => queue)
}

export default routes
