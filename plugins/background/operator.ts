import fp from 'fastify-plugin'
import { Operator } from '../../operations/operation/operator.ts'

declare module 'fastify' {
  interface FastifyInstance { operator: Operator }
}

/** `app.operator`: carries operations on while the server listens. */
export default fp(async app => {
  const operator = new Operator(app.redis, error => {
    // An error with a status, such as that of an outage of Redis, is reported elsewhere.
    const level = (error as { statusCode?: number }).statusCode === undefined ? 'error' : 'debug'
    app.log[level](error, 'an operation was left; a server takes it up again')
  })
  app.decorate('operator', operator)
  app.scheduler.operationDue = () => operator.look()
  app.addHook('preClose', async () => await operator.close())
}, { name: 'operator', dependencies: ['redis', 'scheduler'] })
