import fp from 'fastify-plugin'
import { redisSafety, warnings, type Safety } from '../../operations/redis/health.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Settings of Redis on which the safety of jobs depends; undefined until they are known. */
    redisSafety (): Safety | undefined
  }
}

/** Warns, once at each connection to Redis, of settings under which it may lose jobs. */
export default fp(async app => {
  let known: Safety | undefined
  async function look (): Promise<void> {
    known = await redisSafety(app.redis)
    for (const warning of warnings(known)) app.log.warn(warning)
  }
  // Redis may go away while it is asked; the next connection asks again.
  const tryToLook = async (): Promise<void> => await look().catch(() => {})
  app.decorate('redisSafety', () => known)
  app.redis.on('ready', tryToLook)
  await tryToLook()
}, { name: 'redis-safety', dependencies: ['redis'] })
