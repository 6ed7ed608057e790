import fp from 'fastify-plugin'
import { Ticker } from '../../operations/schedule/scheduler.ts'

declare module 'fastify' {
  interface FastifyInstance { ticker: Ticker }
}

/** `app.ticker`: fires the schedules while the server listens. */
export default fp(async app => {
  const ticker = new Ticker(app.redis, error => {
    // A refusal, such as that of a Redis that is away, is told elsewhere.
    const level = (error as { statusCode?: number }).statusCode === undefined ? 'error' : 'debug'
    app.log[level](error, 'a schedule was not fired; it is tried again')
  })
  app.decorate('ticker', ticker)
  app.addHook('onListen', async () => ticker.start())
  app.addHook('preClose', async () => await ticker.close())
}, { name: 'ticker', dependencies: ['redis'] })
