import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'
import { Latencies } from '../../operations/metric/latency.ts'
import { mayTakeSamples, takeSamples } from '../../operations/queue/history.ts'

const minuteMs = 60_000

/**
 * Writes the latencies that this process has counted once a minute, and samples all queues, by one
 * of all servers. Only charts and findings depend on it.
 */
export default fp(async app => {
  if (app.config.PRESQUE_HISTORY === '0') return
  const latencies = app.meter.latencies = new Latencies()
  let timer: NodeJS.Timeout
  let closing = false
  const schedule = (): void => {
    if (!closing) timer = setTimeout(run, minuteMs - Date.now() % minuteMs).unref()
  }
  const run = (): void => {
    void Promise.all([write(app, latencies), sample(app)]).then(schedule)
  }
  app.addHook('onListen', async () => schedule())
  app.addHook('preClose', async () => {
    closing = true
    clearTimeout(timer)
  })
  // No request runs any more, and the Redis client closes after this.
  app.addHook('onClose', async () => await write(app, latencies))
}, { name: 'sampler', dependencies: ['config', 'metrics', 'redis', 'summaries'] })

// Never rejects. What cannot be written is dropped.
async function write (app: FastifyInstance, latencies: Latencies): Promise<void> {
  try {
    await latencies.flush(app.redis)
  } catch (error) {
    app.log.debug(error, 'latencies were not written')
  }
}

// Never rejects.
async function sample (app: FastifyInstance): Promise<void> {
  try {
    if (!await mayTakeSamples(app.redis)) return
    await takeSamples(app.redis, await app.summaries.latest())
  } catch (error) {
    app.log.debug(error, 'no samples were taken')
  }
}
