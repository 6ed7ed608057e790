import fp from 'fastify-plugin'
import type { FastifyReply } from 'fastify'
import { errors } from '../../operations/errors.ts'
import { Deadline } from '../../operations/wait/deadline.ts'
import { LongPoll } from '../../operations/wait/long-poll.ts'

declare module 'fastify' {
  interface FastifyInstance { longPoll: LongPoll }
  interface FastifyReply {
    /** The deadline of a wait; it aborts when the client goes. Throws WAIT_INVALID. */
    deadline (seconds: number): Deadline
  }
}

/**
 * `app.longPoll`: parks requests until there is something to answer. When the server closes, it
 * answers them with nothing.
 */
export default fp(async app => {
  const longPoll = new LongPoll(app.redis)
  app.decorate('longPoll', longPoll)
  app.decorateReply('deadline', function (this: FastifyReply, seconds: number) {
    const most = app.config.PRESQUE_MAX_WAIT
    if (seconds > most) throw new errors.WAIT_INVALID(most)
    const deadline = new Deadline(seconds * 1000)
    const forget = this.request.whenWithdrawn(() => deadline.abort())
    this.raw.once('close', forget)
    this.whenGone(() => deadline.abort())
    return deadline
  })
  app.addHook('preClose', async () => longPoll.close())
}, { name: 'long-poll', dependencies: ['auth', 'config', 'connections', 'redis'] })
