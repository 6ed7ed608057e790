import fp from 'fastify-plugin'
import { mayTakeSamples, takeSamples } from '../../operations/queue/history.ts'

const minute = 60_000

/** Notes once a minute how all queues stand: one server of all does. Nothing depends on it but charts. */
export default fp(async app => {
  if (app.config.PRESQUE_HISTORY === '0') return
  let timer: NodeJS.Timeout
  let closing = false
  const next = () => {
    if (!closing) timer = setTimeout(sample, minute - Date.now() % minute).unref()
  }
  async function sample (): Promise<void> {
    try {
      if (await mayTakeSamples(app.redis)) await takeSamples(app.redis, await app.summaries.latest())
    } catch (error) {
      app.log.debug(error, 'no samples were taken')
    }
    next()
  }
  app.addHook('onListen', async () => next())
  app.addHook('preClose', async () => {
    closing = true
    clearTimeout(timer)
  })
}, { name: 'sampler', dependencies: ['config', 'redis', 'summaries'] })
