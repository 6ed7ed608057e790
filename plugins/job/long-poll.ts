import fp from 'fastify-plugin'
import type { FastifyReply } from 'fastify'
import { errors } from '../../operations/errors.ts'
import { Patience } from '../../operations/wait/deadline.ts'
import { Waiters } from '../../operations/wait/long-poll.ts'

declare module 'fastify' {
  interface FastifyInstance { waiters: Waiters }
  interface FastifyReply {
    /** Patience of so many seconds, which ends when the client goes. Throws WAIT_INVALID over PRESQUE_MAX_WAIT. */
    patience (seconds: number): Patience
  }
}

/** `app.waiters`: holds requests until there is something to answer. When the server closes they are answered with nothing. */
export default fp(async app => {
  const waiters = new Waiters(app.redis)
  app.decorate('waiters', waiters)
  app.decorateReply('patience', function (this: FastifyReply, seconds: number) {
    const most = app.config.PRESQUE_MAX_WAIT
    if (seconds > most) throw new errors.WAIT_INVALID(most)
    const patience = new Patience(seconds * 1000)
    const forget = this.request.whenWithdrawn(() => patience.end())
    this.raw.once('close', forget)
    this.whenGone(() => patience.end())
    return patience
  })
  app.addHook('preClose', async () => waiters.close())
}, { name: 'waiters', dependencies: ['access', 'config', 'connections', 'redis'] })
