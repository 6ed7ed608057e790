import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'
import { mayTakeSamples, takeSamples } from '../../operations/queue/history.ts'

const minuteMs = 60_000

/** Samples all queues once a minute, by one of all servers. Only charts depend on it. */
export default fp(async app => {
  if (app.config.PRESQUE_HISTORY === '0') return
  let timer: NodeJS.Timeout
  let closing = false
  const schedule = (): void => {
    if (!closing) timer = setTimeout(run, minuteMs - Date.now() % minuteMs).unref()
  }
  const run = (): void => {
    void sample(app).then(schedule)
  }
  app.addHook('onListen', async () => schedule())
  app.addHook('preClose', async () => {
    closing = true
    clearTimeout(timer)
  })
}, { name: 'sampler', dependencies: ['config', 'redis', 'summaries'] })

// Never rejects.
async function sample (app: FastifyInstance): Promise<void> {
  try {
    if (!await mayTakeSamples(app.redis)) return
    await takeSamples(app.redis, await app.summaries.latest())
  } catch (error) {
    app.log.debug(error, 'no samples were taken')
  }
}
