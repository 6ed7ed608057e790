import { METHODS } from 'node:http'
import fp from 'fastify-plugin'
import { errors } from '../../operations/errors.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Answers 405 with `Allow` for every method that the routes so far do not offer on their paths. */
    refuseOtherMethods (): void
    /** Answers 404 on a path that lacks the name of a queue, whatever else the request says. */
    refuseWithoutName (url: string, methods?: string[]): void
  }
}

/** Knows which methods each path offers. `app.refuseOtherMethods()` is called once all routes are there. */
export default fp(async app => {
  const offered = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    // That of a preflight, which is on no path of ours.
    if (url === '*') return
    const methods = offered.get(url) ?? new Set()
    for (const one of [method].flat()) methods.add(one)
    offered.set(url, methods)
  })
  for (const method of METHODS) {
    if (!app.supportedMethods.includes(method)) app.addHttpMethod(method, { hasBody: true })
  }
  app.decorate('refuseWithoutName', (url, methods = app.supportedMethods) => {
    // Before a body is read, for none makes up for the name.
    const onRequest = async (): Promise<never> => { throw new errors.QUEUE_NAME_MISSING() }
    app.route({ url, method: methods, schema: { hide: true }, exposeHeadRoute: false, onRequest, handler: onRequest })
  })
  app.decorate('refuseOtherMethods', () => {
    for (const [url, methods] of offered) {
      const allowed = [...methods].join(', ')
      const others = METHODS.filter(method => !methods.has(method))
      if (others.length === 0) continue
      app.route({
        url,
        method: others,
        schema: { hide: true },
        exposeHeadRoute: false,
        onRequest: async (request, reply) => {
          void reply.header('allow', allowed)
          throw new errors.METHOD_NOT_ALLOWED(request.method, allowed)
        },
        handler: async () => {}
      })
    }
  })
}, { name: 'method-not-allowed' })
