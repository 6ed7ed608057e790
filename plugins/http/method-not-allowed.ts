import { METHODS } from 'node:http'
import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'
import { errors } from '../../operations/errors.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Answers 405 with `Allow` for each method that no route so far offers on its path. */
    refuseOtherMethods (): void
    /** Answers 404 on a path that lacks the name of a queue, whatever else the request says. */
    refuseWithoutName (url: string, methods?: string[]): void
  }
}

/** `app.refuseOtherMethods()`: is called once, after all routes. */
export default fp(async app => {
  const offered = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    // The route of preflights, on any path.
    if (url === '*') return
    const methods = offered.get(url) ?? new Set()
    for (const one of [method].flat()) methods.add(one)
    offered.set(url, methods)
  })
  for (const method of METHODS) {
    if (!app.supportedMethods.includes(method)) app.addHttpMethod(method, { hasBody: true })
  }
  app.decorate('refuseWithoutName', (url, methods = app.supportedMethods) => {
    refuseWithoutName(app, url, methods)
  })
  app.decorate('refuseOtherMethods', () => {
    for (const [url, methods] of offered) refuseOthers(app, url, methods)
  })
}, { name: 'method-not-allowed' })

function refuseWithoutName (app: FastifyInstance, url: string, method: string[]): void {
  // Before the body is read, for no body replaces the name.
  const refuse = async (): Promise<never> => {
    throw new errors.QUEUE_NAME_MISSING()
  }
  const hidden = { schema: { hide: true }, exposeHeadRoute: false }
  app.route({ url, method, ...hidden, onRequest: refuse, handler: refuse })
}

function refuseOthers (app: FastifyInstance, url: string, methods: Set<string>): void {
  const allowed = [...methods].join(', ')
  const others = METHODS.filter(method => !methods.has(method))
  if (others.length === 0) return
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
